"""How many attributes a tag can have, whatever a parser takes for a tag; in linear time.

Parsers need quadratic time for the attributes of one tag, so pages are counted before they are parsed where nobody can kill the parser. A count
that followed comments, scripts and quotes as one parser does could be led astray by what another one sees: `<textarea><a b="</textarea><p …`. So
every `<` before a letter begins a tag here, wherever it stands, in quotes and scripts too, and is followed to its own end.
"""

from __future__ import annotations

import re

ATTRIBUTES_LIMIT = 2000
STEPS_LIMIT = 400_000  # attributes of tags that are not plain; a second's work

_NAME = r"""[^\s/<>="']++"""
_PLAIN = rf"""<[a-zA-Z][^\s/<>="']*+(?:\s++{_NAME}(?:=(?:"[^<>"]*+"|'[^<>']*+'|[^\s<>"'=]++))?+){{0,60}}+\s*+/?>"""
_ODD_TAG = re.compile(rf"(?!{_PLAIN})<[a-zA-Z]")  # nearly every tag of a portal is plain, and is passed over at the speed of the expression
_NAME_END = re.compile(r"[\s/>=]")
_VALUE_END = re.compile(r"[\s>]")
_SPACE = re.compile(r"\s*+")
_SEPARATORS = re.compile(r"[\s/]*+")


def flood(text: str) -> str | None:
    """What makes the markup too costly to parse, in words for the incident; None where nothing does."""
    return _Count(text).flood()


class _Next:
    """Where a kind of character comes next. Remembers the last stretch without one, which many tags may begin in."""

    def __init__(self, text: str, wanted: re.Pattern[str]) -> None:
        self._text = text
        self._wanted = wanted
        self._begin = self._end = 0

    def __call__(self, at: int) -> int:
        if not self._begin <= at < self._end:
            found = self._wanted.search(self._text, at)
            self._begin, self._end = at, found.start() if found else len(self._text)
        return self._end


class _Count:
    def __init__(self, text: str) -> None:
        self._text = text
        self._name_end = _Next(text, _NAME_END)
        self._value_end = _Next(text, _VALUE_END)

    def flood(self) -> str | None:
        left: dict[int, int] = {}  # attributes from a place between two of them to the end of the tag: tags that overlap share their ends
        for tag in _ODD_TAG.finditer(self._text):
            at: int | None = self._name_end(tag.end())
            places: list[int] = []
            while at is not None and at not in left:
                places.append(at)
                if len(places) > ATTRIBUTES_LIMIT + 1:
                    return f"a tag with more than {ATTRIBUTES_LIMIT} attributes"
                at = self._attribute(at)
            count = 0 if at is None else left[at] + 1
            for place in reversed(places):
                left[place] = count
                count += 1
            if count > ATTRIBUTES_LIMIT + 1:
                return f"a tag with more than {ATTRIBUTES_LIMIT} attributes"
            if len(left) > STEPS_LIMIT:
                return f"more than {STEPS_LIMIT} attributes in broken tags"
        return None

    def _attribute(self, at: int) -> int | None:
        """The place behind the attribute that follows, None where the tag ends."""
        text, size = self._text, len(self._text)
        begin = _SEPARATORS.match(text, at).end()  # type: ignore[union-attr]  # matches nothing as well
        if begin >= size or text[begin] == ">":
            return None
        end = self._name_end(begin + 1)  # a name may begin with =
        sign = _SPACE.match(text, end).end()  # type: ignore[union-attr]
        if text[sign : sign + 1] != "=":
            return end
        value = _SPACE.match(text, sign + 1).end()  # type: ignore[union-attr]
        if text[value : value + 1] not in {'"', "'"}:
            return self._value_end(value)
        close = text.find(text[value], value + 1)
        return size if close < 0 else close + 1
