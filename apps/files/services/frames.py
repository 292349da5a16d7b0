"""How many pictures a file of pictures holds, counted over its own structure before a library opens it.

Libraries walk from picture to picture as often as it takes: a TIFF of 24 MB with empty pictures kept one busy
for many minutes. Here each step is cheap and their number has an end.
"""

from __future__ import annotations

import struct

MAX_FRAMES = 200
MAX_TAGS = 20_000  # entries of all directories of a TIFF
MAX_REMARKS = 4_000  # blocks of a GIF that hold no picture
MIN_BLOCK = 32  # bytes that a block of a picture in a GIF holds at least, on average


class TooMany(Exception):
    """More pictures, or more about them, than any that people send."""


def gif_measured(content: bytes) -> None:
    """Raises TooMany; a file that ends early or is none is left to the library."""
    frames, remarks, blocks, place = 0, 0, 0, 13 + _colours(content, 10)
    while place < len(content):
        mark = content[place]
        if mark == 0x2C:
            frames += 1
            place, count = _blocks_skipped(content, place + 11 + _colours(content, place + 9))
            blocks += count
        elif mark == 0x21:
            place, count = _blocks_skipped(content, place + 2)
            remarks += count
        else:
            break
        if frames > MAX_FRAMES or remarks > MAX_REMARKS or blocks > 1000 + len(content) // MIN_BLOCK:
            raise TooMany


def _colours(content: bytes, place: int) -> int:
    """Length of the table of colours that the byte at ``place`` announces."""
    flags = content[place] if place < len(content) else 0
    return 3 * (2 << (flags & 7)) if flags & 0x80 else 0


def _blocks_skipped(content: bytes, place: int) -> tuple[int, int]:
    """Where a chain of blocks ends, and how many they were."""
    count, most = 0, 1000 + len(content) // MIN_BLOCK
    while place < len(content) and content[place]:
        place += content[place] + 1
        count += 1
        if count > most:
            raise TooMany
    return place + 1, count


def tiff_measured(content: bytes) -> None:
    """Raises TooMany; a file that ends early, turns in a circle or is none is left to the library."""
    order = {b"II": "<", b"MM": ">"}.get(content[:2])
    if order is None or len(content) < 16:
        return
    large = struct.unpack_from(f"{order}H", content, 2)[0] == 43
    number, width, place = (f"{order}Q", 20, 8) if large else (f"{order}H", 12, 4)
    pointer = f"{order}Q" if large else f"{order}I"
    seen: set[int] = set()
    tags = 0
    try:
        directory = struct.unpack_from(pointer, content, place)[0]
        while directory and directory not in seen:
            seen.add(directory)
            count = struct.unpack_from(number, content, directory)[0]
            tags += count
            if len(seen) > MAX_FRAMES or tags > MAX_TAGS:
                raise TooMany
            after = directory + struct.calcsize(number) + count * width
            directory = struct.unpack_from(pointer, content, after)[0]
    except struct.error:
        return


MEASURED = {"GIF": gif_measured, "TIFF": tiff_measured}
