"""From a capture to a reading.

`read` is pure: the same bytes from the same origin give the same reading, whenever and wherever it runs, so that old captures can be read
again with a better reader.
"""

from crawler.reading.reader import READER, read

__all__ = ["READER", "read"]
