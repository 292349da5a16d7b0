"""Pictures: bytes that Pillow has read, never a path or an address."""

from __future__ import annotations

import hashlib
import io
import threading
import warnings
import zlib
from dataclasses import dataclass

from PIL import Image, UnidentifiedImageError

from .pdf import PdfFile, stream_object

FORMATS = ("PNG", "JPEG", "GIF", "WEBP")
LARGEST_BYTES = 8_000_000
LARGEST_PIXELS = 40_000_000
_KEPT_EDGE = 640
"""Longer pictures are made smaller: 640 pixels are 300 dpi on the 5 cm of a logo."""

_CACHED = 48
_lock = threading.Lock()
_cache: dict[str, Picture] = {}
"""Decoded pictures by digest: who has the digest has the bytes, so that nothing passes between
organisations."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture ready for a PDF: compressed RGB samples and, when it has transparent parts, their mask."""

    key: str
    width: int
    height: int
    samples: bytes
    mask: bytes | None

    def embed(self, file: PdfFile) -> int:
        """Adds the picture to a file."""
        entries = b"/Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent 8" % (
            self.width,
            self.height,
        )
        mask = b""
        if self.mask is not None:
            mask = b"/SMask %d 0 R" % file.add(
                stream_object(self.mask, entries + b"/ColorSpace/DeviceGray", compressed=True)
            )
        return file.add(
            stream_object(self.samples, entries + b"/ColorSpace/DeviceRGB" + mask, compressed=True)
        )

    def box(self, width: float, height: float) -> tuple[float, float]:
        """Size in points that fills the given box without distortion."""
        scale = min(width / self.width, height / self.height)
        return self.width * scale, self.height * scale


def picture(data: object, field: str) -> Picture:
    """Reads a picture. ValueError naming `field` when it isn't a readable PNG, JPEG, GIF or WebP of sane
    size."""
    if not isinstance(data, bytes | bytearray | memoryview):
        raise ValueError(f"{field}: a picture is given as bytes, not as {type(data).__name__}")
    raw = bytes(data)
    if len(raw) > LARGEST_BYTES:
        raise ValueError(f"{field}: the picture is larger than {LARGEST_BYTES // 1_000_000} MB")
    try:
        return _read(raw)
    except Image.DecompressionBombError as error:
        raise ValueError(f"{field}: the picture has too many pixels") from error
    except (
        UnidentifiedImageError,
        OSError,
        SyntaxError,
        ValueError,
        TypeError,
        IndexError,
        EOFError,
    ) as error:
        raise ValueError(f"{field}: not a readable PNG, JPEG, GIF or WebP picture") from error


def _read(data: bytes) -> Picture:
    key = hashlib.sha256(data).hexdigest()[:24]
    found = _cache.get(key)
    if found is None:
        found = _decode(key, data)
        with _lock:
            while len(_cache) >= _CACHED:
                del _cache[next(iter(_cache))]
            _cache[key] = found
    return found


def _decode(key: str, data: bytes) -> Picture:
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            opened = Image.open(io.BytesIO(data), formats=FORMATS)
        except Image.DecompressionBombWarning as warning:
            raise Image.DecompressionBombError from warning
        if opened.width * opened.height > LARGEST_PIXELS:
            raise Image.DecompressionBombError
        opened.load()
    image = opened.convert("RGBA" if _transparent(opened) else "RGB")
    image.thumbnail((_KEPT_EDGE, _KEPT_EDGE))
    mask = None
    if image.mode == "RGBA":
        mask = zlib.compress(image.getchannel("A").tobytes(), 9)
        image = image.convert("RGB")
    return Picture(key, image.width, image.height, zlib.compress(image.tobytes(), 9), mask)


def _transparent(image: Image.Image) -> bool:
    return image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
