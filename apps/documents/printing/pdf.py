"""A small PDF file writer: numbered objects, streams, pages that share content streams.

Why not reportlab's own document: the three copies of an invoice share one content stream here, and fonts go
in as bytes that were compressed once per process. Reading TrueType files stays reportlab's.
"""

from __future__ import annotations

import datetime
import hashlib
import zlib

FIXED_DATE = "D:20200101000000+05'30'"
_HEADER = b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n"


def text_string(text: str) -> bytes:
    """A PDF text string, in hexadecimal UTF-16 so that nothing in it needs an escape."""
    return b"<FEFF" + text.encode("utf-16-be", "replace").hex().upper().encode() + b">"


def stream_object(data: bytes, entries: bytes = b"", *, compressed: bool = False) -> bytes:
    """The body of a stream object; `data` is compressed unless it already is."""
    packed = data if compressed else zlib.compress(data, 6)
    return b"<</Filter/FlateDecode/Length %d%s>>stream\n%s\nendstream" % (len(packed), entries, packed)


class PdfFile:
    """Collects objects and pages, then gives the bytes of the file."""

    def __init__(self) -> None:
        self._objects: list[bytes | None] = [None, None]
        self._catalog, self._tree = 1, 2
        self._pages: list[int] = []
        self.resources = self.reserve()

    def reserve(self) -> int:
        """An object number whose body comes later by `fill`."""
        self._objects.append(None)
        return len(self._objects)

    def fill(self, number: int, body: bytes) -> None:
        """Gives a reserved object its body."""
        self._objects[number - 1] = body

    def add(self, body: bytes) -> int:
        """Adds an object and answers its number."""
        self._objects.append(body)
        return len(self._objects)

    def add_page(self, width: float, height: float, contents: list[int]) -> None:
        """A page drawn by the given streams in order. They are shared, not copied."""
        kids = b" ".join(b"%d 0 R" % number for number in contents)
        body = b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 %s %s]/Resources %d 0 R/Contents[%s]>>" % (
            self._tree,
            f"{width:.2f}".encode(),
            f"{height:.2f}".encode(),
            self.resources,
            kids,
        )
        self._pages.append(self.add(body))

    def finish(self, *, title: str, author: str, language: str, deterministic: bool) -> bytes:
        """The whole file. `deterministic` fixes the dates, so that equal input gives equal bytes."""
        kids = b" ".join(b"%d 0 R" % number for number in self._pages)
        self.fill(self._tree, b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(self._pages), kids))
        catalog = b"<</Type/Catalog/Pages %d 0 R/Lang(%s)/ViewerPreferences<</DisplayDocTitle true>>>>"
        self.fill(self._catalog, catalog % (self._tree, language.encode("ascii")))
        date = FIXED_DATE if deterministic else _now()
        info = self.add(
            b"<</Title %s/Author %s/Producer(Bahi)/CreationDate(%s)/ModDate(%s)>>"
            % (text_string(title), text_string(author), date.encode(), date.encode())
        )
        return self._write(info)

    def _write(self, info: int) -> bytes:
        out = [_HEADER]
        offsets, position = [], len(_HEADER)
        for number, body in enumerate(self._objects, 1):
            if body is None:
                raise RuntimeError(f"PDF object {number} was reserved and never filled")
            chunk = b"%d 0 obj\n%s\nendobj\n" % (number, body)
            offsets.append(position)
            position += len(chunk)
            out.append(chunk)
        size = len(offsets) + 1
        table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
        digest = hashlib.md5(b"".join(out), usedforsecurity=False).hexdigest().encode()
        out.append(b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table))
        out.append(
            b"trailer\n<</Size %d/Root %d 0 R/Info %d 0 R/ID[<%s><%s>]>>\nstartxref\n%d\n%%%%EOF\n"
            % (size, self._catalog, info, digest, digest, position)
        )
        return b"".join(out)


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).strftime("D:%Y%m%d%H%M%S+00'00'")
