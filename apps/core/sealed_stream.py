"""Encryption of a stream in chunks: AES-256-GCM with a key of its own for each file.

Layout: a mark (``BAHIBAK1`` of backups and exports, ``BAHIFIL1`` of stored files), length and JSON of the
head (key id, salt, what it is), then frames of length and ciphertext. The nonce counts the chunks and marks
the last one, and the head is authenticated with each, so that a changed, reordered, missing or cut-off chunk
is found.
"""

from __future__ import annotations

import base64
import io
import json
import secrets
import struct
from dataclasses import dataclass
from typing import IO, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from apps.core.errors import Refused

CHUNK = 256 * 1024
TAG = 16
FRAME = 4 + CHUNK + TAG  # of every chunk but the last, which may be shorter
MAX_HEAD = 4096


class StreamDamaged(Refused):
    """The file isn't what it should be, was changed, cut off, or its key is not here."""

    code = "sealed_damaged"


class BackupDamaged(StreamDamaged):
    code = "backup_damaged"


class FileDamaged(StreamDamaged):
    code = "file_unreadable"


@dataclass(frozen=True)
class Sort:
    """A sort of sealed streams: its mark (8 bytes), the purpose its keys are derived for, its refusal and
    what a person calls it."""

    magic: bytes
    purpose: bytes
    error: type[StreamDamaged]
    what: str


BACKUP = Sort(b"BAHIBAK1", b"bahi backup", BackupDamaged, "backup")
STORED = Sort(b"BAHIFIL1", b"bahi stored file", FileDamaged, "stored file")


def _derived(key: bytes, salt: bytes, sort: Sort) -> AESGCM:
    return AESGCM(HKDF(algorithm=SHA256(), length=32, salt=salt, info=sort.purpose).derive(key))


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + (b"\x01" if last else b"\x00")


class EncryptingWriter(io.RawIOBase):
    """Give it plain bytes; ``close`` writes the last chunk. ``head`` is readable without a key."""

    def __init__(
        self, raw: IO[bytes], keys: dict[str, bytes], head: dict[str, Any], sort: Sort = BACKUP
    ) -> None:
        name, key = next(iter(keys.items()))
        salt = secrets.token_bytes(16)
        self._head = json.dumps({**head, "key": name, "salt": base64.b64encode(salt).decode()}).encode()
        self._raw, self._cipher, self._number, self._buffer = raw, _derived(key, salt, sort), 0, bytearray()
        raw.write(sort.magic + struct.pack(">H", len(self._head)) + self._head)

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._buffer += data
        while len(self._buffer) > CHUNK:  # at least one byte stays for the last chunk
            self._frame(bytes(self._buffer[:CHUNK]), last=False)
            del self._buffer[:CHUNK]
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._frame(bytes(self._buffer), last=True)
            super().close()

    def _frame(self, plain: bytes, *, last: bool) -> None:
        sealed = self._cipher.encrypt(_nonce(self._number, last), plain, self._head)
        self._raw.write(struct.pack(">I", len(sealed)) + sealed)
        self._number += 1


def head_read(raw: IO[bytes], sort: Sort = BACKUP) -> tuple[dict[str, Any], bytes]:
    """The head of a sealed stream, not yet proved, and its bytes. Raises what the sort raises."""
    wrong = sort.error(f"This file is not a {sort.what}.")
    start = raw.read(len(sort.magic) + 2)
    if len(start) != len(sort.magic) + 2 or start[: len(sort.magic)] != sort.magic:
        raise wrong
    (length,) = struct.unpack(">H", start[len(sort.magic) :])
    text = raw.read(length) if length <= MAX_HEAD else b""
    try:
        head = json.loads(text)
    except ValueError as error:
        raise wrong from error
    if not isinstance(head, dict):
        raise wrong
    return head, text


class DecryptingReader(io.RawIOBase):
    """Gives the plain bytes back; closes ``raw`` with itself. Can be sought where ``raw`` can: chunks are of
    one length, and each is proved by itself to be that one of this file.

    Raises the refusal of its sort at the first chunk that isn't what was written.
    """

    def __init__(self, raw: IO[bytes], keys: dict[str, bytes], sort: Sort = BACKUP) -> None:
        self._sort = sort
        self.head, self._aad = head_read(raw, sort)
        key = keys.get(str(self.head.get("key")))
        if key is None:
            raise sort.error(f"The key {self.head.get('key')} of this {sort.what} is not here.")
        try:
            salt = base64.b64decode(self.head["salt"])
        except (KeyError, ValueError, TypeError) as error:
            raise sort.error(f"This file is not a {sort.what}.") from error
        self._raw, self._cipher = raw, _derived(key, salt, sort)
        self._start = len(sort.magic) + 2 + len(self._aad)
        self._number, self._buffer, self._over, self._at = 0, b"", False, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return self._raw.seekable()

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """To a byte of the plain content, not behind its end."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: 0}[whence]
        size = self._size() if offset or whence == io.SEEK_END else 0
        goal = (size if whence == io.SEEK_END else base) + offset
        if goal != self._at:
            goal = min(max(goal, 0), size)
            self._number = min(goal, max(size - 1, 0)) // CHUNK
            self._raw.seek(self._start + self._number * FRAME)
            self._over = False
            self._next()
            self._buffer = self._buffer[goal - (self._number - 1) * CHUNK :]
            self._at = goal
        return self._at

    def _size(self) -> int:
        """Of the plain content, as the length of the sealed one says: reading the last chunk proves it."""
        here = self._raw.tell()
        sealed = self._raw.seek(0, io.SEEK_END) - self._start
        self._raw.seek(here)
        full, rest = divmod(max(sealed, 0), FRAME)
        return full * CHUNK + max(rest - 4 - TAG, 0)

    def close(self) -> None:
        if not self.closed:
            self._raw.close()
            super().close()

    def readinto(self, target: Any) -> int:
        while not self._buffer and not self._over:
            self._next()
        count = min(len(target), len(self._buffer))
        target[:count], self._buffer = self._buffer[:count], self._buffer[count:]
        self._at += count
        return count

    def _next(self) -> None:
        size = self._raw.read(4)
        if len(size) != 4:
            raise self._damaged("is cut off")
        (length,) = struct.unpack(">I", size)
        sealed = self._raw.read(length) if length <= CHUNK + TAG else b""
        if len(sealed) != length:
            raise self._damaged("is cut off")
        for last in (False, True):
            try:
                self._buffer = self._cipher.decrypt(_nonce(self._number, last), sealed, self._aad)
            except (InvalidTag, ValueError):
                continue
            self._over, self._number = last, self._number + 1
            if last and self._raw.read(1):
                raise self._damaged("has something behind its end")
            return
        raise self._damaged("was changed, or its key is another one")

    def _damaged(self, why: str) -> StreamDamaged:
        return self._sort.error(f"The {self._sort.what} {why}.")
