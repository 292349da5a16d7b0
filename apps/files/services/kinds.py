"""Which files may come in, and how each proves by its content what its name says."""

from __future__ import annotations

import io
import stat
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import BoundedSemaphore

from django.utils.translation import gettext as _

from apps.files.services import pdf_probe
from apps.files.services.frames import MAX_FRAMES, MEASURED, TooMany

MAX_PIXELS = 50_000_000
MAX_UNPACKED = 300 * 1024 * 1024
MAX_MEMBERS = 10_000
MAX_RATIO = 200
CHUNK = 1024 * 1024
MACROS_OF_OLD = "_VBA_PROJECT".encode("utf-16-le")  # as the directory of such a file names them
EXECUTABLE_STARTS = (
    b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe",
    b"\xcf\xfa\xed\xfe", b"#!", b"\x00asm", b"dex\n", b"!<arch>",
)  # fmt: skip
EXECUTABLE_NAMES = frozenset(
    (
        "apk", "app", "bash", "bat", "chm", "cmd", "com", "cpl", "deb", "dll", "dmg", "docm",
        "dotm", "exe", "hta", "htm", "html", "img", "iso", "jar", "js", "jse", "lnk", "mht",
        "msi", "msp", "php", "pif", "pkg", "pl", "ppam", "pptm", "ps1", "py", "rb", "reg",
        "rpm", "scr", "sh", "swf", "vbe", "vbs", "wsf", "wsh", "xhtml", "xlam", "xlsb", "xlsm",
        "xltm",
    )
)  # fmt: skip


class Unfit(Exception):
    """The content isn't what the name says, or is dangerous; the text says why."""


@dataclass(frozen=True)
class FileKind:
    """inline: a browser may show it in place; all others are downloads."""

    content_type: str
    check: Callable[[bytes], None]
    inline: bool = False
    family: str = "other"


def no_executable(content: bytes) -> None:
    if content.startswith(EXECUTABLE_STARTS):
        raise Unfit(_("Programs can't be stored."))


def pdf(content: bytes) -> None:
    """Opens, has pages, runs nothing by itself. Looked at by a process of its own (``pdf_probe``)."""
    if b"%PDF-" not in content[:1024]:
        raise Unfit(_("The content is not a PDF."))
    word = _pdf_word(content)
    if word == "empty":
        raise Unfit(_("The PDF has no pages."))
    if word == "program":
        raise Unfit(_("The PDF contains a program."))
    if word not in ("good", "locked"):  # protected by a password: stored, never opened by us
        raise Unfit(_("The PDF is damaged, or unpacks to far too much."))


_probes = BoundedSemaphore(2)  # at a time in each process: they may take half a gigabyte each


def _pdf_word(content: bytes) -> str:
    command = [sys.executable, "-I", str(Path(pdf_probe.__file__))]
    try:
        with _probes:
            done = subprocess.run(
                command,
                input=content,
                capture_output=True,
                timeout=3 * pdf_probe.SECONDS,
                env={},
                check=False,
            )
    except subprocess.TimeoutExpired:
        return ""
    return done.stdout.decode(errors="replace") if done.returncode == 0 else ""


def image(expected: str) -> Callable[[bytes], None]:
    """Check of a raster image: of the format that its name says, whole, within the pixel limit."""

    def check(content: bytes) -> None:
        from PIL import Image, UnidentifiedImageError

        measured = MEASURED.get(expected)
        try:
            if measured is not None:
                measured(content)
            with Image.open(io.BytesIO(content), formats=[expected]) as picture:
                width, height = picture.size
                frames = 1 if measured is not None else getattr(picture, "n_frames", 1)
                if width * height > MAX_PIXELS or frames > MAX_FRAMES:
                    raise TooMany
                picture.verify()
        except (TooMany, Image.DecompressionBombError) as error:
            raise Unfit(_("The picture is too large: at most 50 million points.")) from error
        except (UnidentifiedImageError, OSError, ValueError, SyntaxError, OverflowError, EOFError) as error:
            raise Unfit(_("The content is not a picture of this format, or it is damaged.")) from error

    return check


def text(content: bytes) -> None:
    decode(content)


def decode(content: bytes) -> str:
    """Text in UTF-8, UTF-16 with its mark, or Windows-1252. Raises Unfit."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ("utf-16",)
    elif b"\x00" in content:
        raise Unfit(_("The content is not text."))
    else:
        encodings = ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unfit(_("The content is not text."))


def xml(content: bytes) -> None:
    if "<!ENTITY" in decode(content):
        raise Unfit(_("XML with entities of its own is not accepted."))


def svg(content: bytes) -> None:
    xml(content)
    if "<svg" not in decode(content)[:4096]:
        raise Unfit(_("The content is not an SVG picture."))


def ole(content: bytes) -> None:
    if not content.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        raise Unfit(_("The content is not an Office file of the old format."))
    if MACROS_OF_OLD in content:
        raise Unfit(_("Files with macros are not accepted."))


def archive(content: bytes) -> None:
    unpacked_safely(content)


def office(member: str, mimetype: str = "") -> Callable[[bytes], None]:
    """Check of a zipped Office file: has its main part, no macros, unpacks to a sane size."""

    def check(content: bytes) -> None:
        names = unpacked_safely(content)
        if member not in names:
            raise Unfit(_("The content is not an Office file of this format."))
        if any(_is_macro(name.lower()) for name in names):
            raise Unfit(_("Files with macros are not accepted."))
        if mimetype and _member(content, "mimetype") != mimetype.encode():
            raise Unfit(_("The content is not an Office file of this format."))

    return check


def _is_macro(name: str) -> bool:
    """Of Microsoft's formats, or a library of scripts in an Open Document."""
    return name.endswith("vbaproject.bin") or (
        name.startswith(("basic/", "scripts/")) and not name.endswith("/")
    )


def _member(content: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as packed, packed.open(name) as stream:
        return stream.read(200).strip()


def unpacked_safely(content: bytes) -> list[str]:
    """Names in a ZIP after really unpacking it within limits (headers may lie). Raises Unfit."""
    if content.count(b"PK\x01\x02") > MAX_MEMBERS:  # before the list of them takes memory
        raise Unfit(_("The archive holds too many files."))
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            members = packed.infolist()
            total = 0
            for member in members:
                _member_check(member)
                total += _unpacked_size(packed, member, MAX_UNPACKED - total)
            if total > 1024 * 1024 and total > MAX_RATIO * len(content):
                raise Unfit(_("The archive unpacks to far too much."))
            return [member.filename for member in members]
    except _BROKEN_ARCHIVE as error:
        raise _unknown_archive() from error


_BROKEN_ARCHIVE = (
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError, MemoryError, OSError, RuntimeError,
    ValueError,
    NotImplementedError,  # zipfile's word for a version of the format that it doesn't know
)  # fmt: skip


def _unknown_archive() -> Unfit:
    return Unfit(_("The archive is damaged, encrypted or of an unknown kind."))


def _member_check(member: zipfile.ZipInfo) -> None:
    name = member.filename
    if name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/") or ":" in name:
        raise Unfit(_("The archive holds a file outside its own folder."))
    if stat.S_ISLNK(member.external_attr >> 16):
        raise Unfit(_("The archive holds a file outside its own folder."))
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise _unknown_archive()  # others give back any size at once, however little is asked for
    if name.rstrip(" .").rsplit(".", 1)[-1].lower() in EXECUTABLE_NAMES:
        raise Unfit(_("The archive holds a program: %(name)s.") % {"name": name[:80]})
    if member.flag_bits & 1:
        raise Unfit(_("Encrypted archives can't be checked, so they are not accepted."))


def _unpacked_size(packed: zipfile.ZipFile, member: zipfile.ZipInfo, allowed: int) -> int:
    size = 0
    with packed.open(member) as stream:
        while chunk := stream.read(CHUNK):
            if not size:
                no_executable(chunk)
            size += len(chunk)
            if size > allowed:
                raise Unfit(_("The archive unpacks to far too much."))
    return size


_SHEET = "application/vnd.openxmlformats-officedocument"
_OPEN = "application/vnd.oasis.opendocument"
KINDS: dict[str, FileKind] = {
    "pdf": FileKind("application/pdf", pdf, inline=True, family="pdf"),
    "png": FileKind("image/png", image("PNG"), inline=True, family="picture"),
    "jpg": FileKind("image/jpeg", image("JPEG"), inline=True, family="picture"),
    "jpeg": FileKind("image/jpeg", image("JPEG"), inline=True, family="picture"),
    "gif": FileKind("image/gif", image("GIF"), inline=True, family="picture"),
    "webp": FileKind("image/webp", image("WEBP"), inline=True, family="picture"),
    "tif": FileKind("image/tiff", image("TIFF"), family="scan"),
    "tiff": FileKind("image/tiff", image("TIFF"), family="scan"),
    "svg": FileKind("image/svg+xml", svg, family="drawing"),
    "txt": FileKind("text/plain; charset=utf-8", text, family="text"),
    "md": FileKind("text/plain; charset=utf-8", text, family="text"),
    "csv": FileKind("text/csv", text, family="table"),
    "tsv": FileKind("text/tab-separated-values", text, family="table"),
    "json": FileKind("application/json", text, family="text"),
    "xml": FileKind("application/xml", xml, family="text"),
    "eml": FileKind("message/rfc822", text, family="text"),
    "xlsx": FileKind(f"{_SHEET}.spreadsheetml.sheet", office("xl/workbook.xml"), family="table"),
    "docx": FileKind(f"{_SHEET}.wordprocessingml.document", office("word/document.xml"), family="office"),
    "pptx": FileKind(
        f"{_SHEET}.presentationml.presentation", office("ppt/presentation.xml"), family="office"
    ),
    "ods": FileKind(f"{_OPEN}.spreadsheet", office("content.xml", f"{_OPEN}.spreadsheet"), family="table"),
    "odt": FileKind(f"{_OPEN}.text", office("content.xml", f"{_OPEN}.text"), family="office"),
    "xls": FileKind("application/vnd.ms-excel", ole, family="office"),
    "doc": FileKind("application/msword", ole, family="office"),
    "zip": FileKind("application/zip", archive, family="archive"),
}
