"""Answers that carry a file: read in pieces under both servers, whole or a part of it (RFC 9110, 14)."""

from __future__ import annotations

import io
import re
from collections.abc import AsyncIterator
from typing import IO, Any

from asgiref.sync import sync_to_async
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.http import parse_etags

from apps.core.sealed_stream import CHUNK

_ONE_PART = re.compile(r"bytes=\s*(\d{0,18})-(\d{0,18})\s*", re.ASCII | re.IGNORECASE)


class FileAnswer(FileResponse):
    """Django reads a whole content into memory before an ASGI server gets a byte; this one doesn't."""

    block_size = CHUNK

    async def __aiter__(self) -> AsyncIterator[bytes]:
        parts = iter(self.streaming_content)
        following = sync_to_async(lambda: next(parts, None), thread_sensitive=False)
        while (part := await following()) is not None:
            yield part


class Part(io.RawIOBase):
    """So many bytes of a stream from where it stands; closes it with itself."""

    def __init__(self, stream: IO[bytes], length: int) -> None:
        super().__init__()
        self._stream, self._left = stream, length

    def readable(self) -> bool:
        return True

    def readinto(self, target: Any) -> int:
        block = self._stream.read(min(len(target), self._left))
        target[: len(block)] = block
        self._left -= len(block)
        return len(block)

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
            super().close()


class NoSuchPart(Exception):
    """What was asked for begins behind the end."""


def unchanged(request: HttpRequest, etag: str) -> HttpResponse | None:
    """304 when who asks has this very content."""
    known = {tag.removeprefix("W/") for tag in parse_etags(request.headers.get("If-None-Match", ""))}
    if not known & {etag, "*"}:
        return None
    answer = HttpResponseNotModified()
    answer["ETag"] = etag
    return answer


def part_wanted(request: HttpRequest, size: int, etag: str) -> tuple[int, int] | None:
    """First and last byte of the one part that a request asks for; None: the whole.

    Several parts at once are never given: the whole is what the standard allows instead, and it costs no
    more than any other download. Raises NoSuchPart.
    """
    found = _ONE_PART.fullmatch(request.headers.get("Range", "")) if request.method == "GET" else None
    only_if = request.headers.get("If-Range", "").strip()
    if found is None or not any(found.groups()) or (only_if and only_if != etag):
        return None
    start, end = found.groups()
    if not start:  # the last so many
        first, last = max(size - int(end), 0), size - 1
    else:
        first, last = int(start), min(int(end), size - 1) if end else size - 1
        if end and int(end) < first:
            return None  # no range at all
    if first >= size or first > last:
        raise NoSuchPart
    return first, last


def no_such_part(size: int) -> HttpResponse:
    answer = HttpResponse(status=416)
    answer["Content-Range"] = f"bytes */{size}"
    return answer


def part_answer(stream: IO[bytes], first: int, last: int, size: int, **details: Any) -> FileAnswer:
    """206 with a part of a stream that can be sought."""
    try:
        stream.seek(first)
    except BaseException:
        stream.close()
        raise
    length = last - first + 1
    answer = FileAnswer(io.BufferedReader(Part(stream, length), CHUNK), status=206, **details)
    answer["Content-Length"] = str(length)
    answer["Content-Range"] = f"bytes {first}-{last}/{size}"
    return answer
