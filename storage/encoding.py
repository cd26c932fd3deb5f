"""How bodies are written down: Zstandard (RFC 8878), alone, with a dictionary, or as the difference to another body.

A frame states its content's size, so that nothing is unpacked before that agrees with the row. Packed frames leave out their magic number, four
bytes that would be a sixth of a small difference.
"""

from __future__ import annotations

import zstandard

KEPT = "zstd"  # as a capture brought it, a whole frame; `nianbao db pack` has not looked at it yet
ALONE = "zstd-alone"  # packed; nothing else would make it clearly smaller
WITH_DICTIONARY = "zstd-dictionary"
DELTA = "zstd-delta"
_PACKED = (ALONE, WITH_DICTIONARY, DELTA)
CODECS = (KEPT, *_PACKED)

_QUICK = 9  # 52 KB of portal HTML -> 10.5 KB at 96 MB/s; level 19 saves 6 % more and takes 27 times as long
_LARGEST_WINDOW = 27  # 128 MB: a body of the largest size allowed, and its base


class Undecodable(ValueError):
    """Stored bytes that are not what was written."""


def quick(body: bytes) -> bytes:
    """A body as it is stored first."""
    return zstandard.ZstdCompressor(level=_QUICK).compress(body)


def encode(body: bytes, *, level: int, given: bytes | None = None) -> bytes:
    """A body as it is stored when it is packed.

    Args:
        level: Zstandard's, 1 to 19.
        given: what the reader will have as well: a dictionary, or the body that this one differs little from.
    """
    known = len(given or b"")
    parameters = zstandard.ZstdCompressionParameters.from_level(
        level,
        source_size=len(body),
        dict_size=known,
        window_log=min(_LARGEST_WINDOW, max(10, (len(body) + known).bit_length())),  # reaches back to the first byte of what is given
        write_content_size=True,
        write_dict_id=False,
        format=zstandard.FORMAT_ZSTD1_MAGICLESS,
    )
    dictionary = None if given is None else zstandard.ZstdCompressionDict(given)
    return zstandard.ZstdCompressor(dict_data=dictionary, compression_params=parameters).compress(body)


def decode(data: bytes, *, codec: str, size: int, given: bytes | None = None) -> bytes:
    """The body again.

    Args:
        codec: how it is stored, one of the words above.
        size: bytes it must have; no more are ever unpacked.
        given: what it was encoded with.

    Raises:
        Undecodable: the bytes are not those that were stored, or the codec is of another program.
    """
    if codec not in CODECS:
        raise Undecodable(f"stored with codec {codec!r}, which this program cannot unpack")
    form = _form(codec)
    dictionary = None if given is None else zstandard.ZstdCompressionDict(given)
    try:
        stated = zstandard.get_frame_parameters(data, format=form).content_size
        if stated != size:  # the unpacker would believe the frame, and a frame of 30 bytes can ask for terabytes
            raise Undecodable(f"the stored bytes state a size of {stated}, the archive {size}")
        unpacker = zstandard.ZstdDecompressor(dict_data=dictionary, max_window_size=2**_LARGEST_WINDOW, format=form)
        return unpacker.decompress(data, max_output_size=size, allow_extra_data=False)
    except (zstandard.ZstdError, MemoryError) as error:
        raise Undecodable(f"cannot be unpacked: {error}") from error


def stated_size(data: bytes, codec: str) -> int | None:
    """How many bytes stored bytes say that they unpack to; None where they say nothing."""
    try:
        return zstandard.get_frame_parameters(data, format=_form(codec)).content_size
    except zstandard.ZstdError:
        return None


def _form(codec: str) -> int:
    return zstandard.FORMAT_ZSTD1 if codec == KEPT else zstandard.FORMAT_ZSTD1_MAGICLESS
