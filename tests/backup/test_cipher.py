"""A backup file: nothing in it can be read, changed, moved or cut off unseen."""

from __future__ import annotations

import io
import os

import pytest

from apps.core.sealed_stream import CHUNK, BackupDamaged, DecryptingReader, EncryptingWriter

KEYS = {"k1": os.urandom(32)}
HEAD = {"organisation": "acme"}


def sealed(plain: bytes) -> bytes:
    raw = io.BytesIO()
    with EncryptingWriter(raw, KEYS, HEAD) as writer:
        for start in range(0, len(plain), 100_000):
            writer.write(plain[start : start + 100_000])
    return raw.getvalue()


def opened(content: bytes, keys=KEYS) -> bytes:
    return io.BufferedReader(DecryptingReader(io.BytesIO(content), keys)).read()


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_what_goes_in_comes_out(size):
    plain = os.urandom(size)
    content = sealed(plain)
    assert opened(content) == plain
    assert size < 16 or plain[:16] not in content
    assert content.startswith(b"BAHIBAK1")


def test_same_content_never_looks_the_same():
    assert sealed(b"x" * 100) != sealed(b"x" * 100)


def test_every_changed_byte_is_found():
    content = bytearray(sealed(b"rupees" * 20))
    for place in range(len(content)):
        changed = bytearray(content)
        changed[place] ^= 1
        with pytest.raises(BackupDamaged):
            opened(bytes(changed))


def test_cut_off_moved_and_foreign_chunks_are_found():
    content = sealed(os.urandom(2 * CHUNK + 500))
    frame = 4 + CHUNK + 16
    start = len(content) - (2 * frame + 4 + 500 + 16)
    first, second, last = (
        content[start : start + frame],
        content[start + frame : start + 2 * frame],
        content[start + 2 * frame :],
    )
    for wrong in (first + second, first + last, second + first + last, first + first + last, b""):
        with pytest.raises(BackupDamaged):
            opened(content[:start] + wrong)
    with pytest.raises(BackupDamaged, match="key"):
        opened(content, {"k2": KEYS["k1"]})
    with pytest.raises(BackupDamaged):
        opened(content, {"k1": os.urandom(32)})
    with pytest.raises(BackupDamaged, match="not a backup"):
        opened(b"PK\x03\x04 something else")
