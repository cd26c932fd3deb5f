"""The little JavaScript that list pages speak: paging calls, rows written by document.writeln. Read, never run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from parsel import Selector

SCRIPT_LIMIT = 2_000_000
CALL_LIMIT = 5000  # characters of one call
CALLS_LIMIT = 500  # calls of one function in one script
OPEN_LIMIT = 20  # calls that never close; a script with more of them is no script

Value = int | str | None

_STRING = r"\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'"
# `<!--` inside a script comments out its own line and no more: <script><!-- … //--></script> of the 2000s is live code
# A string that never closes ends with its line: looking for the end of each of 100,000 took minutes, and all portals of a process wait meanwhile
_OPEN_STRING = r"\"(?:\\.|[^\"\\\n])*\"?|'(?:\\.|[^'\\\n])*'?"
_STRING_OR_COMMENT = re.compile(rf"({_OPEN_STRING})|//[^\n]*|/\*|<!--[^\n]*|^[ \t]*-->[^\n]*", re.S | re.M)
_TOKEN = re.compile(rf"\s*(?:({_STRING})|(\d+)|([A-Za-z_$][\w$.]*)|(.))", re.S)
_ASSIGNMENT = re.compile(rf"(?<![\w$.])([A-Za-z_$][\w$]*)[ \t]*=[ \t]*({_STRING}|\d+)[ \t]*(?=[;,\n]|$)", re.M)
_DEFINITION = re.compile(r"\bfunction\s*\Z")
_WRITE = re.compile(r"document\.write(?:ln)?\s*\(")
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)", re.S)
_NAMED = {"n": "\n", "t": "\t", "r": "\r"}


def live(selector: Selector) -> list[str]:
    """Every inline script of a page without its comments. A script inside an HTML comment is none."""
    scripts = selector.xpath("//script[not(@src)]/text()").getall()
    return [_uncommented(script[:SCRIPT_LIMIT]) for script in scripts]


def variables(script: str) -> dict[str, Value]:
    """Variables that are set to a plain number or string; the last setting counts."""
    return {name: _value(raw) for name, raw in _ASSIGNMENT.findall(script)}


def calls(script: str, name: str) -> Iterator[list[Value]]:
    """The arguments of every call of a function; what is neither a literal nor a known variable is None.

    Args:
        name: regular expression of the function's name. Its definition is not a call.
    """
    known = variables(script)
    open_ones = 0
    for match in islice(re.finditer(rf"(?<![\w$.])(?:{name})\s*\(", script), CALLS_LIMIT):
        if _DEFINITION.search(script, max(0, match.start() - 40), match.start()):
            continue
        arguments = _arguments(script, match.end())
        open_ones += arguments is None
        if open_ones > OPEN_LIMIT:
            return
        yield [_one(argument, known) for argument in arguments or []]


def _uncommented(script: str) -> str:
    """The script without its comments. A `/*` that nothing closes is part of a regular expression (`/\\/*$/`) and stays."""
    out = []
    at = 0
    last = script.rfind("*/")
    while match := _STRING_OR_COMMENT.search(script, at):
        out.append(script[at : match.start()])
        at = match.end()
        if match.group() == "/*":
            closed = script.find("*/", at) if at <= last else -1
            out.append(" " if closed >= 0 else "/*")
            at = closed + 2 if closed >= 0 else at
        else:
            out.append(match.group(1) or " ")
    return "".join(out) + script[at:]


def written(script: str) -> str:
    """What document.write and writeln would write, where it is made of literals and plain variables only."""
    out = []
    events = sorted([(m.start(), m) for m in _ASSIGNMENT.finditer(script)] + [(m.start(), m) for m in _WRITE.finditer(script)], key=lambda e: e[0])
    known: dict[str, Value] = {}
    open_ones = 0
    for _, match in events:
        if match.re is _ASSIGNMENT:
            known[match.group(1)] = _value(match.group(2))
            continue
        arguments = _arguments(script, match.end())
        open_ones += arguments is None
        if open_ones > OPEN_LIMIT:
            break
        pieces = [_piece(token, known) for token in arguments[0] if token != "+"] if arguments and len(arguments) == 1 else [None]
        if None not in pieces:
            out.append("".join(str(piece) for piece in pieces) + "\n")
    return "".join(out)


def _arguments(script: str, start: int) -> list[list[str]] | None:
    """Tokens of each argument of the call whose bracket opens just before `start`; None when it never closes."""
    arguments: list[list[str]] = [[]]
    depth = 0
    for match in _TOKEN.finditer(script, start, start + CALL_LIMIT):
        token = match.group().strip()
        if token in {"(", "[", "{"}:
            depth += 1
        elif token in {")", "]", "}"}:
            if depth == 0:
                return arguments if arguments != [[]] else []
            depth -= 1
        if token == "," and depth == 0:
            arguments.append([])
        elif token:
            arguments[-1].append(token)
    return None


def _one(tokens: list[str], known: dict[str, Value]) -> Value:
    return _piece(tokens[0], known) if len(tokens) == 1 else None


def _piece(token: str, known: dict[str, Value]) -> Value:
    return _value(token) if token[0] in "\"'" or token.isdecimal() else known.get(token)


def _value(raw: str) -> Value:
    if raw[0] not in "\"'":
        return int(raw) if len(raw) <= 9 else None
    text = _ESCAPE.sub(lambda m: chr(int(m.group(1)[1:], 16)) if len(m.group(1)) > 1 else _NAMED.get(m.group(1), m.group(1)), raw[1:-1])
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")  # \ud83d\ude00 is one character; half of a pair is none
