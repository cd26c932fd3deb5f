"""What makes a reading doubtful though it is kept and filed: broken characters, and a second opinion that takes another body for the report.

Such a reading is an incident of its page, which a better reader or a mended page closes; it is never news, and filing does not wait for it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from crawler.reading import charset
from storage.records import Capture, Reading, normalised

CHARSET_BROKEN, DISAGREEMENT = "charset_broken", "extractor_disagreement"
DOUBTS = (CHARSET_BROKEN, DISAGREEMENT)

# Marks of replacement, and what becomes of them where a portal took such a text for GBK or Latin-1 and stored it again.
BROKEN = re.compile("\ufffd|锟斤拷|锟斤|ï¿½")
BROKEN_LEAST, BROKEN_SHARE = 8, 0.005  # a fragment of another charset in a footer is none of a report's words
# Trafilatura loses tables, and on pages of tables all but a footer, so that a body shorter than ours says nothing. It speaks against ours where it
# holds much that ours lacks, or where both are long and have little in common.
LOST, LOST_SHARE = 1000, 0.4  # characters more than ours, of which ours holds less than this share
LONG, COMMON = 500, 0.3  # of two bodies of so many characters neither holds this share of the other


def of(reading: Reading, page: Callable[[], Capture]) -> Iterator[tuple[str, str]]:
    """The doubts about a reading: kinds of incidents, each with its evidence.

    Parameters:
        page: loads the capture that was read.
    """
    broken = sum(len(found) for found in BROKEN.findall(reading.text))
    length = len(normalised(reading.text))
    if broken >= BROKEN_LEAST and broken >= BROKEN_SHARE * length:
        yield CHARSET_BROKEN, f"{broken} of {length} characters ({broken / length:.1%}) are broken; {_tried(reading, page())}"
    second = reading.second
    if reading.type is None or second is None:
        return
    lost = second.theirs - second.ours >= LOST and second.reverse < LOST_SHARE
    if lost or (min(second.ours, second.theirs) >= LONG and max(second.agreement, second.reverse) < COMMON):
        yield (
            DISAGREEMENT,
            (
                f"the body has {second.ours} characters, trafilatura's has {second.theirs}; it holds {second.agreement:.1%} of ours, and ours "
                f"{second.reverse:.1%} of it, where at least {LOST_SHARE if lost else COMMON:.0%} is expected"
            ),
        )


def _tried(reading: Reading, page: Capture) -> str:
    marks = charset.attempts(page.body, page.header("Content-Type"))
    told = ", ".join(f"{name} leaves {count} marks of replacement in the page" for name, count in marks.items())
    return f"read as {reading.encoding}; tried: {told}"
