"""One walk over the tags of a page with `str.find`: linear whatever it is fed, and never at a loss before broken markup."""

from __future__ import annotations

import html
import re

_TAG = re.compile(r"/?([a-zA-Z][a-zA-Z0-9]*)")
_CLOSERS = {name: re.compile(f"</{name}", re.I) for name in ("script", "style", "noscript", "title", "select")}
_SWALLOW = frozenset(("script", "style"))  # the others, left open, hide nothing: injected junk opens anything
_INLINE = frozenset(("b", "strong", "span", "font", "em", "i", "u", "sub", "sup", "small", "big", "label"))
_ENDS_LINK = frozenset(("li", "tr", "td", "table", "body"))
_WORDS = re.compile(r"[^\s\u00a0\u3000|·>»«<:：]")
SCRIPT_LIMIT = 60_000


class Walk:
    """A page split into title, lines, links and scripts in one walk from tag to tag; see `Look` for what they mean."""

    def __init__(self, text: str) -> None:
        self.title = ""
        self.lines: list[str] = []
        self.links = self.link_words = self.hidden = 0
        self.password = self.frames = False
        self._scripts: list[str] = []
        self._run: list[str] = []
        self._open: set[str] = set()  # elements known to have no end tag: not searched for again
        self._walk(text)
        self._break()
        self.scripts = "\n".join(self._scripts)[:SCRIPT_LIMIT]

    def _walk(self, text: str) -> None:
        find, match, run = text.find, _TAG.match, self._run
        at, in_link, size = 0, False, len(text)
        while at < size:
            tag = find("<", at)
            if tag < 0:
                tag = size
            if tag > at:
                if in_link:
                    self.link_words += len(text[at:tag].strip())
                else:
                    run.append(text[at:tag])
            if tag >= size:
                return
            if text.startswith("<!--", tag):
                end = find("-->", tag + 2)
                if end < 0:
                    self.hidden += size - tag
                    return
                at = end + 3
                continue
            named = match(text, tag + 1)
            if named is None and text[tag + 1 : tag + 2] not in {"!", "?"}:
                run.append("<")  # a bare "<" is text
                at = tag + 1
                continue
            close = find(">", tag + 1)
            if close < 0:
                return
            at = close + 1
            if named is None:
                continue
            name = named[1].lower()
            if name in _INLINE:
                continue
            closing = text[tag + 1] == "/"
            if name == "a":
                in_link = not closing and "href" in text[tag:close].lower()  # <a name=top> is often left open
                self.links += in_link
                if not in_link:
                    run.append(" ")
                continue
            if name in _CLOSERS and not closing:
                at = self._element(name, text, tag, close)
                continue
            if name == "input":
                self.password = self.password or "password" in text[tag:close].lower()
            elif name in {"iframe", "frame", "frameset", "object", "embed"}:
                self.frames = True
            elif name in _ENDS_LINK:
                in_link = False
            self._break()

    def _element(self, name: str, text: str, tag: int, close: int) -> int:
        """An element whose content is no markup: keep its text where it means something; returns where to go on."""
        if text[close - 1] == "/" and name != "script":
            return close + 1
        end = _CLOSERS[name].search(text, close) if name not in self._open else None
        if end is None:
            self._open.add(name)
            if name not in _SWALLOW:
                return close + 1
            self.hidden += len(text) - close
            return len(text)
        if name == "script":
            self._scripts.append(text[tag : end.start()])
        elif name == "title" and not self.title:
            self.title = " ".join(html.unescape(text[close + 1 : end.start()]).split())
        return text.find(">", end.end()) + 1 or len(text)

    def _break(self) -> None:
        if self._run:
            line = "".join(self._run)
            self._run.clear()
            if "&" in line:
                line = html.unescape(line)
            line = " ".join(line.split())
            if line and _WORDS.search(line):
                self.lines.append(line)
