"""The index: overlapping pairs of characters of the folded text, each text's last character once more alone.

Any text of two characters or more is a row of such pairs, so whatever can be asked for is there, whether or not it is a word; and every character
begins a pair, so that a single one can be asked for as well. Pairs are written as the hexadecimal numbers of their characters: no rule of a
tokenizer about punctuation, accents or unknown letters can lose one. What the index answers is never believed: storage/search/finding looks at
the text itself.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from functools import cache

from sqlalchemy import Connection, Text, TextClause, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY

from storage.schema import documents
from storage.search.folding import folded

FIELDS = ("title", "issuer", "labels", "body")  # in the order of their weight
_MOST = 64  # pairs that are asked for; the text decides about the rest of a longer question
_BETWEEN = "0"  # stands between two lines of labels, where no words go on
_LETTER = {"title": "t", "issuer": "i", "labels": "l", "body": "b"}


def put(connection: Connection, document: int, said: Mapping[str, Sequence[str]]) -> None:
    """Index a new document.

    Args:
        document: its id, never used before.
        said: for each field its texts as printed; words do not go on from one to the next.
    """
    texts = {field: [folded(one) for one in said.get(field, ())] for field in FIELDS}
    if connection.dialect.name == "sqlite":
        row = {field: f" {_BETWEEN} ".join(" ".join(_codes(one)) for one in texts[field] if one) for field in FIELDS}
        connection.execute(
            text("INSERT INTO grams (rowid, title, issuer, labels, body) VALUES (:document, :title, :issuer, :labels, :body)"),
            {"document": document, **row},
        )
        return
    pairs = sorted({f"{_LETTER[field]}{pair}" for field in FIELDS for one in texts[field] for pair in itertools.chain(_pairs(one), one)})
    connection.execute(
        text("INSERT INTO grams (document, pairs) VALUES (:document, :pairs)").bindparams(bindparam("pairs", type_=ARRAY(Text))),
        {"document": document, "pairs": pairs},
    )


def empty(connection: Connection) -> None:
    """Forget the whole index, and all documents."""
    connection.execute(text("INSERT INTO grams (grams) VALUES ('delete-all')" if connection.dialect.name == "sqlite" else "DELETE FROM grams"))
    connection.execute(documents.delete())


def pack(connection: Connection) -> None:
    """Make one piece of the many that filling left; what is filed one by one is packed by the database as it comes."""
    if connection.dialect.name == "sqlite":
        connection.execute(text("INSERT INTO grams (grams) VALUES ('optimize')"))


def says(connection: Connection, field: str, words: str) -> TextClause:
    """The condition on `documents` that the index knows these words, or may know them, in a field.

    Args:
        words: folded, at least one character.
    """
    if connection.dialect.name == "sqlite":
        codes = _codes(words[: _MOST + 1])
        last = codes.pop()  # of the words, not of the text: how the pair goes on is left open
        phrase = f'"{" ".join(codes)}"' if codes else f'"{last}" *'
        return text("documents.id IN (SELECT rowid FROM grams WHERE grams MATCH :asked)").bindparams(asked=f"{{{field}}} : {phrase}")
    asked = sorted({f"{_LETTER[field]}{pair}" for pair in (_pairs(words[: _MOST + 1]) if len(words) > 1 else [words])})
    return text("documents.id IN (SELECT document FROM grams WHERE pairs @> :asked)").bindparams(bindparam("asked", asked, type_=ARRAY(Text)))


def _pairs(words: str) -> list[str]:
    return [a + b for a, b in itertools.pairwise(words)]


def _codes(words: str) -> list[str]:
    """A pair as `4e2dz56fd`, the last character as `56fdz`."""
    letters = [_code(c) for c in words]
    return [f"{a}z{b}" for a, b in itertools.pairwise([*letters, ""])]


@cache
def _code(c: str) -> str:
    return f"{ord(c):x}"
