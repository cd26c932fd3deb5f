"""Search: which reports say some words, in whatever version. Exact to the character for Chinese, where words have no spaces between them."""

from __future__ import annotations

from storage.search.finding import Hit as Hit
from storage.search.finding import hits as hits
from storage.search.folding import folded as folded
from storage.search.indexing import expected as expected
from storage.search.indexing import follow as follow
from storage.search.indexing import rebuild as rebuild
