"""Bytes of stored files on the disk or in the bucket: plain, or sealed in chunks with the file's own key.

Everything goes through in pieces, so that memory doesn't grow with the file.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from tempfile import TemporaryFile
from typing import IO, Any

from django.core.files.base import File
from django.core.files.storage import Storage, default_storage

from apps.core.sealed_stream import CHUNK, STORED, DecryptingReader, EncryptingWriter
from apps.core.work_folder import work_folder

_KEY = "file"  # the name of the file's own key in the head


def content_write(place: str, source: IO[bytes], data_key: bytes | None) -> tuple[int, str]:
    """Keep a stream under ``<schema>/<path>``, sealed when a key is given; → plain size and its SHA-256."""
    digest, size = hashlib.sha256(), 0
    with TemporaryFile(dir=work_folder()) as spool:
        writer: Any = EncryptingWriter(spool, {_KEY: data_key}, {}, STORED) if data_key else spool
        for block in blocks(source):
            digest.update(block)
            size += len(block)
            writer.write(block)
        if data_key:
            writer.close()
        spool.seek(0)
        default_storage.save(place, File(spool, name=place.rpartition("/")[2]))
    return size, digest.hexdigest()


def content_open(place: str, data_key: bytes | None, storage: Storage = default_storage) -> IO[bytes]:
    """The plain bytes as a stream that can be sought, whose first chunk is proved already.

    Raises FileNotFoundError, FileDamaged (also later, at the first chunk that isn't what was written),
    Unavailable when a bucket can't be reached.
    """
    raw = storage.open(place, "rb")
    if data_key is None:
        return raw
    try:
        stream = io.BufferedReader(DecryptingReader(raw, {_KEY: data_key}, STORED), CHUNK)
        stream.peek(1)
    except Exception:
        raw.close()
        raise
    return stream


def blocks(source: IO[bytes]) -> Iterator[bytes]:
    while block := source.read(CHUNK):
        yield block
