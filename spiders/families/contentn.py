"""contentn: the shared platform of Gansu's governments (庆阳). Articles are `content_<number>`, columns a tree of folders.

A report column holds one folder a year (2021n), below it one a group of organs (szfzcbm3, gbb31/wyll31), whose names say nothing.
"""

from __future__ import annotations

import re
from typing import ClassVar

from spiders.families.listed import Listed
from spiders.families.marks import Mark


class ContentN(Listed):
    """`/gk/zfxxgk/xxgkndbg/2021n/gbb31/wyll31/content_207366`: no suffix, no date in the address."""

    name: ClassVar[str] = "contentn"
    article: ClassVar[re.Pattern[str] | None] = re.compile(r"/content_\d+(?:\.s?html?)?$")
    any_folder: ClassVar[bool] = True
    marks: ClassVar[tuple[Mark, ...]] = (
        Mark(says="addresses content_<number> without a suffix", pattern=re.compile(r"/content_\d{3,12}[\"'#?]"), weight=2),
        # the folders of a report column hold no article, so the addresses above are not on them
        Mark(says="year folders below a report column (2021n)", pattern=re.compile(r"/\w{0,20}nd?bg?/(?:19|20)\d\dn/", re.I)),
    )
