"""Files beside the pages of replicas: small Word documents, the same bytes for the same words as long as the program runs."""

from __future__ import annotations

import io
from functools import cache

from docx import Document


@cache
def docx(name: str, words: str) -> bytes:
    """A Word file of one heading and one paragraph."""
    document = Document()
    document.add_heading(name)
    document.add_paragraph(words)
    packed = io.BytesIO()
    document.save(packed)
    return packed.getvalue()
