"""static: a list whose selectors stand in the portal file; without them, links with titles outside menus and footers."""

from __future__ import annotations

from typing import ClassVar

from spiders.families.listed import Listed


class Static(Listed):
    """Any portal whose list is HTML. `listing.row`, `link`, `date`, `next` and `follow` of the portal file say where."""

    name: ClassVar[str] = "static"
