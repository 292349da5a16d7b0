"""Drawing on one layer of a page: texts, rules, boxes, pictures, as PDF operators in a list.

Coordinates are points from the lower left corner, y is the base line of a text. All layers of a file share
one `Resources`, which notes the fonts and pictures that were used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .faces import BOLD, PLAIN_TABLE, REGULAR, Face, latin, shaped
from .pdf import PdfFile
from .text import runs, units

if TYPE_CHECKING:
    from .images import Picture

__all__ = ["BOLD", "REGULAR", "Pen", "Resources", "Style", "colour", "mix"]

_LATIN_WIDTHS = (latin(REGULAR).plain_widths, latin(BOLD).plain_widths)


class Style(NamedTuple):
    """How a text looks: `weight` REGULAR or BOLD, size in points, `ink` a fill operator from `colour`."""

    weight: int
    size: float
    ink: str

    @property
    def leading(self) -> float:
        """Distance of two lines."""
        return self.size * 1.36


def _channels(value: str) -> tuple[float, float, float]:
    digits = value.strip().lstrip("#")
    if len(digits) == 3:
        digits = "".join(sign * 2 for sign in digits)
    try:
        number = int(digits, 16)
    except ValueError as error:
        raise ValueError(f"colour: {value!r} is not of the form #RRGGBB") from error
    if len(digits) != 6 or number < 0:
        raise ValueError(f"colour: {value!r} is not of the form #RRGGBB")
    return (number >> 16) / 255, (number >> 8 & 255) / 255, (number & 255) / 255


def colour(value: str) -> str:
    """`#RRGGBB` as a fill operator. ValueError when it isn't a colour."""
    return "{:.3f} {:.3f} {:.3f} rg".format(*_channels(value))


def mix(value: str, share: float) -> str:
    """A tint: `share` of the colour, the rest white, as a fill operator."""
    return "{:.3f} {:.3f} {:.3f} rg".format(*(1 - share * (1 - part) for part in _channels(value)))


class Resources:
    """Fonts and pictures used in a file."""

    def __init__(self) -> None:
        self._plain: set[int] = set()
        self._shaped: dict[str, tuple[Face, dict[tuple[int, str], int]]] = {}
        self._pictures: dict[str, Picture] = {}

    def plain_font(self, weight: int) -> str:
        """Resource name of the plain font of a weight."""
        self._plain.add(weight)
        return f"/P{weight}"

    def shaped_font(self, face: Face) -> tuple[str, dict[tuple[int, str], int]]:
        """Resource name and code table of a shaped font."""
        return f"/{face.name}", self._shaped.setdefault(face.name, (face, {}))[1]

    def picture(self, picture: Picture) -> str:
        """Resource name of a picture."""
        name = f"/I{picture.key}"
        self._pictures[name] = picture
        return name

    def embed(self, file: PdfFile) -> None:
        """Adds all that was used to the file and fills its resource dictionary."""
        fonts = [f"/P{weight} {latin(weight).embed_plain(file)} 0 R" for weight in sorted(self._plain)]
        for name, (face, codes) in sorted(self._shaped.items()):
            if codes:
                fonts.append(f"/{name} {face.embed_shaped(file, codes)} 0 R")
        pictures = [f"{name} {picture.embed(file)} 0 R" for name, picture in self._pictures.items()]
        body = (
            f"<</Font<<{' '.join(fonts)}>>/XObject<<{' '.join(pictures)}>>/ProcSet[/PDF/Text/ImageC/ImageB]>>"
        )
        file.fill(file.resources, body.encode())


class Pen:
    """Collects the operators of one layer."""

    def __init__(self, resources: Resources) -> None:
        self.resources = resources
        self._code: list[str] = []
        self._ink = ""
        self._stroke = ""
        self._font: tuple[str, float] = ("", 0.0)

    def bytes(self, lift: float = 0.0) -> bytes:
        """The content stream, closed in itself: no state leaks into the next layer of the page. `lift` moves
        all of it up."""
        move = f"1 0 0 1 0 {lift:.2f} cm\n" if lift else ""
        return ("q\n" + move + "\n".join(self._code) + "\nQ\n").encode("ascii")

    @property
    def empty(self) -> bool:
        """Nothing was drawn."""
        return not self._code

    # -- texts ------------------------------------------------------------

    def text(self, x: float, y: float, text: str, style: Style) -> None:
        """Draws a cleaned text from x to the right."""
        if not text:
            return
        code = self._code
        if style.ink != self._ink:
            self._ink = style.ink
            code.append(style.ink)
        plain = _LATIN_WIDTHS[style.weight]
        if all(map(plain.__contains__, text)):
            self._set_font(self.resources.plain_font(style.weight), style.size)
            code.append(f"BT {x:.2f} {y:.2f} Td ({text.translate(PLAIN_TABLE)}) Tj ET")
            return
        for face, piece in runs(text, style.weight):
            if face is None:
                self._set_font(self.resources.plain_font(style.weight), style.size)
                code.append(f"BT {x:.2f} {y:.2f} Td ({piece.translate(PLAIN_TABLE)}) Tj ET")
                x += sum(map(plain.__getitem__, piece)) * style.size / 1000
            else:
                x += self._shaped(x, y, face, piece, style.size)

    def right(self, x: float, y: float, text: str, style: Style) -> None:
        """Draws a cleaned text that ends at x."""
        self.text(x - units(text, style.weight) * style.size / 1000, y, text, style)

    def center(self, x: float, y: float, text: str, style: Style) -> None:
        """Draws a cleaned text with its middle at x."""
        self.text(x - units(text, style.weight) * style.size / 2000, y, text, style)

    def _set_font(self, name: str, size: float) -> None:
        if self._font != (name, size):
            self._font = (name, size)
            self._code.append(f"{name} {size:g} Tf")

    def _shaped(self, x: float, y: float, face: Face, text: str, size: float) -> float:
        """Draws a shaped run and answers its width. The typed text goes along for reading aloud."""
        name, codes = self.resources.shaped_font(face)
        glyphs, total = shaped(face.name, text)
        self._set_font(name, size)
        parts: list[str] = []
        rise = 0.0
        for glyph in glyphs:
            code = codes.setdefault((glyph.number, glyph.text), len(codes) + 1)
            if glyph.dy != rise:
                rise = glyph.dy
                parts.append(f"] TJ {rise * size / 1000:.2f} Ts [")
            if glyph.dx:
                parts.append(f"{-glyph.dx:.0f}")
            parts.append(f"<{code:04X}>")
            # TJ moves back by thousandths: from what the viewer advanced to what the shaper wants.
            rest = glyph.width + glyph.dx - glyph.advance
            if abs(rest) >= 0.5:
                parts.append(f"{rest:.0f}")
        actual = text.encode("utf-16-be").hex().upper()
        lift = " 0 Ts" if rise else ""
        self._code.append(
            f"/Span <</ActualText <FEFF{actual}>>> BDC "
            f"BT {x:.2f} {y:.2f} Td [{' '.join(parts)}] TJ{lift} ET EMC"
        )
        return total * size / 1000

    # -- shapes ------------------------------------------------------------

    def rule(self, x1: float, x2: float, y: float, ink: str, weight: float = 0.4) -> None:
        """A horizontal line, drawn as a filled box: viewers show thin boxes evenly."""
        self.box(x1, y - weight / 2, x2 - x1, weight, ink)

    def box(self, x: float, y: float, width: float, height: float, ink: str) -> None:
        """A filled box; x, y is its lower left corner."""
        self._fill(ink)
        self._code.append(f"{x:.2f} {y:.2f} {width:.2f} {height:.2f} re f")

    def frame(self, x: float, y: float, width: float, height: float, ink: str, weight: float = 0.6) -> None:
        """The outline of a box with slightly rounded corners."""
        radius, handle = 2.0, 0.9
        stroke = ink.replace("rg", "RG")
        right, top = x + width, y + height
        self._code.append(
            f"{stroke} {weight:g} w {x + radius:.2f} {y:.2f} m {right - radius:.2f} {y:.2f} l "
            f"{right - handle:.2f} {y:.2f} {right:.2f} {y + handle:.2f} {right:.2f} {y + radius:.2f} c "
            f"{right:.2f} {top - radius:.2f} l "
            f"{right:.2f} {top - handle:.2f} {right - handle:.2f} {top:.2f} {right - radius:.2f} {top:.2f} c "
            f"{x + radius:.2f} {top:.2f} l "
            f"{x + handle:.2f} {top:.2f} {x:.2f} {top - handle:.2f} {x:.2f} {top - radius:.2f} c "
            f"{x:.2f} {y + radius:.2f} l "
            f"{x:.2f} {y + handle:.2f} {x + handle:.2f} {y:.2f} {x + radius:.2f} {y:.2f} c s"
        )

    def path(self, x: float, y: float, scale: float, operators: str, ink: str) -> None:
        """A ready path (QR code), moved to x, y and scaled."""
        self._fill(ink)
        self._code.append(f"q {scale:.4f} 0 0 {scale:.4f} {x:.2f} {y:.2f} cm {operators} f Q")

    def picture(self, x: float, y: float, width: float, height: float, picture: Picture) -> None:
        """A picture in the given box."""
        name = self.resources.picture(picture)
        self._code.append(f"q {width:.2f} 0 0 {height:.2f} {x:.2f} {y:.2f} cm {name} Do Q")

    def slanted(self, x: float, y: float, text: str, style: Style) -> None:
        """A text turned by 35 degrees with its middle at x, y: the watermark."""
        cosine, sine = 0.8192, 0.5736
        half = units(text, style.weight) * style.size / 2000
        self._code.append(f"q {cosine} {sine} {-sine} {cosine} {x:.2f} {y:.2f} cm")
        self.text(-half, -style.size * 0.35, text, style)
        self._code.append("Q")
        self._font, self._ink = ("", 0.0), ""

    def _fill(self, ink: str) -> None:
        if ink != self._ink:
            self._ink = ink
            self._code.append(ink)
