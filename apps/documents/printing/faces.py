"""The font files of the kit: their coverage, widths, shaping and the objects that put them into a PDF.

Two ways into the page:
- *plain*: ASCII, ₹ and a few signs, one byte a character, widths from a table. The embedded font for these
  120 signs is built and compressed once per process. Nearly every invoice needs nothing else.
- *shaped*: everything else (accents, Devanagari and the other Indian scripts) goes through HarfBuzz; glyphs
  are embedded as used. Each (glyph, text) pair has its own code, so copying text out of the PDF gives the
  typed text.
"""

from __future__ import annotations

import functools
import itertools
import struct
import zlib
from pathlib import Path
from typing import NamedTuple

import uharfbuzz
from reportlab.pdfbase.ttfonts import TTFontFile, TTFontMaker

from .pdf import PdfFile, stream_object

FOLDER = Path(__file__).parent / "fonts"
REGULAR, BOLD = 0, 1

_EXTRAS = "₹€£¥©®™°·×÷±²³½¼¾µ§–—‘’“”•…′″§«»¹"
PLAIN_CHARACTERS = "".join(map(chr, range(32, 127))) + "".join(dict.fromkeys(_EXTRAS))

# (first, last, font); the danda U+0964 belongs to all Indian scripts, Devanagari answers for it.
SCRIPTS = (
    (0x0900, 0x097F, "Devanagari"),
    (0x0980, 0x09FF, "Bengali"),
    (0x0A00, 0x0A7F, "Gurmukhi"),
    (0x0A80, 0x0AFF, "Gujarati"),
    (0x0B00, 0x0B7F, "Oriya"),
    (0x0B80, 0x0BFF, "Tamil"),
    (0x0C00, 0x0C7F, "Telugu"),
    (0x0C80, 0x0CFF, "Kannada"),
    (0x0D00, 0x0D7F, "Malayalam"),
    (0x1CD0, 0x1CFF, "Devanagari"),
    (0xA8E0, 0xA8FF, "Devanagari"),
)
_JOINERS = "\u200c\u200d"


class Program(NamedTuple):
    """A font file for embedding: compressed, and its length before."""

    packed: bytes
    length: int


class Glyph(NamedTuple):
    """One placed glyph; distances in thousandths of the font size. `text` is what it stands for when
    copied."""

    number: int
    advance: float
    dx: float
    dy: float
    width: float
    text: str


class Face:
    """One font file. Widths are in thousandths of the font size."""

    def __init__(self, name: str) -> None:
        path = FOLDER / f"{name}.ttf"
        self.name = name
        self.file = TTFontFile(str(path))
        self.known = frozenset(map(chr, self.file.charToGlyph))
        scale = 1000 / self.file.unitsPerEm
        self._scale = scale
        self._hb_font = uharfbuzz.Font(uharfbuzz.Face(path.read_bytes()))
        self.advances = [advance * scale for advance, _bearing in self.file.hmetrics]
        self.postscript = f"BAHIAA+{name}"

    @functools.cached_property
    def plain_widths(self) -> dict[str, float]:
        """Width of each plain character."""
        return {sign: float(self.file.charWidths[ord(sign)]) for sign in PLAIN_CHARACTERS}

    def shape(self, text: str) -> tuple[Glyph, ...]:
        """The glyphs of a run in drawing order."""
        buffer = uharfbuzz.Buffer()
        buffer.add_str(text)
        buffer.guess_segment_properties()
        uharfbuzz.shape(self._hb_font, buffer)
        scale = self._scale
        sources = _glyph_texts([info.cluster for info in buffer.glyph_infos], text)
        glyphs = []
        for info, place, source in zip(buffer.glyph_infos, buffer.glyph_positions, sources, strict=True):
            glyphs.append(
                Glyph(
                    info.codepoint,
                    place.x_advance * scale,
                    place.x_offset * scale,
                    place.y_offset * scale,
                    self.advances[info.codepoint],
                    source,
                )
            )
        return tuple(glyphs)

    # -- embedding ------------------------------------------------------------

    def _descriptor(self, file: PdfFile, program: Program) -> int:
        data = self.file
        stream = file.add(stream_object(program.packed, b"/Length1 %d" % program.length, compressed=True))
        box = " ".join(f"{value:.0f}" for value in data.bbox)
        return file.add(
            (
                f"<</Type/FontDescriptor/FontName/{self.postscript}/Flags 4/FontBBox[{box}]"
                f"/ItalicAngle 0/Ascent {data.ascent:.0f}/Descent {data.descent:.0f}"
                f"/CapHeight {data.capHeight:.0f}/StemV {data.stemV:.0f}/FontFile2 {stream} 0 R>>"
            ).encode()
        )

    def embed_plain(self, file: PdfFile) -> int:
        """Adds the one-byte font of the plain characters."""
        program, widths, unicode_map = _plain_program(self)
        descriptor = self._descriptor(file, program)
        to_unicode = file.add(stream_object(unicode_map, compressed=True))
        last = 31 + len(PLAIN_CHARACTERS)
        return file.add(
            b"<</Type/Font/Subtype/TrueType/BaseFont/%s/FirstChar 32/LastChar %d/Widths[%s]"
            b"/FontDescriptor %d 0 R/ToUnicode %d 0 R>>"
            % (self.postscript.encode(), last, widths, descriptor, to_unicode)
        )

    def embed_shaped(self, file: PdfFile, codes: dict[tuple[int, str], int]) -> int:
        """Adds the two-byte font of the glyphs that the document used; `codes` maps (glyph, text) to the
        code."""
        pairs = sorted(codes, key=codes.__getitem__)
        descriptor = self._descriptor(file, _shaped_program(self, frozenset(index for index, _text in pairs)))
        to_unicode = file.add(stream_object(_unicode_map([text for _index, text in pairs], first=1, size=2)))
        mapping = struct.pack(f">{len(pairs) + 1}H", 0, *(index for index, _text in pairs))
        glyph_map = file.add(stream_object(mapping))
        widths = " ".join(f"{self.advances[index]:.0f}" for index, _text in pairs)
        name = self.postscript.encode()
        descendant = file.add(
            b"<</Type/Font/Subtype/CIDFontType2/BaseFont/%s/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)"
            b"/Supplement 0>>/FontDescriptor %d 0 R/CIDToGIDMap %d 0 R/DW 0/W[1[%s]]>>"
            % (name, descriptor, glyph_map, widths.encode())
        )
        return file.add(
            b"<</Type/Font/Subtype/Type0/BaseFont/%s/Encoding/Identity-H"
            b"/DescendantFonts[%d 0 R]/ToUnicode %d 0 R>>" % (name, descendant, to_unicode)
        )


def _glyph_texts(clusters: list[int], text: str) -> list[str]:
    """What each glyph stands for when copied. The characters of a cluster are dealt out in typed order over
    its glyphs, the last takes the rest: joined in drawing order they give the typed text."""
    starts = [*sorted(set(clusters)), len(text)]
    parts = {start: text[start:end] for start, end in itertools.pairwise(starts)}
    found = []
    for position, cluster in enumerate(clusters):
        part = parts[cluster]
        last = position + 1 == len(clusters) or clusters[position + 1] != cluster
        found.append(part if last else part[:1])
        parts[cluster] = "" if last else part[1:]
    return found


def _plain_code(sign: str) -> int:
    return 32 + PLAIN_CHARACTERS.index(sign)


def _escaped(sign: str) -> str:
    code = _plain_code(sign)
    if sign in "()\\":
        return "\\" + sign
    return sign if 32 <= code < 127 else f"\\{code:03o}"


PLAIN_TABLE = {ord(sign): _escaped(sign) for sign in PLAIN_CHARACTERS}
"""Character to its spelling inside a PDF string: for `str.translate`."""


@functools.lru_cache(maxsize=8)
def _plain_program(face: Face) -> tuple[Program, bytes, bytes]:
    """Compressed font program, widths and compressed ToUnicode map, built once per process and face."""
    codes = [0] * 32 + [ord(sign) for sign in PLAIN_CHARACTERS]
    data = face.file.makeSubset(codes)
    program = Program(zlib.compress(data, 9), len(data))
    widths = " ".join(f"{face.plain_widths[sign]:.0f}" for sign in PLAIN_CHARACTERS)
    unicode_map = zlib.compress(_unicode_map(list(PLAIN_CHARACTERS), first=32, size=1), 9)
    return program, widths.encode(), unicode_map


def _unicode_map(texts: list[str], *, first: int, size: int) -> bytes:
    """A ToUnicode map: code `first + n` stands for `texts[n]`."""
    digits = size * 2
    rows = [
        f"<{first + n:0{digits}X}> <{text.encode('utf-16-be').hex().upper()}>" for n, text in enumerate(texts)
    ]
    blocks = []
    for start in range(0, len(rows), 100):
        block = rows[start : start + 100]
        blocks.append(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar\n")
    space = "<00> <FF>" if size == 1 else "<0000> <FFFF>"
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        f"1 begincodespacerange\n{space}\nendcodespacerange\n{''.join(blocks)}"
        "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
    ).encode()


def _components(glyph: bytes) -> list[int]:
    """Glyphs that a composite glyph is made of."""
    if len(glyph) < 12 or struct.unpack_from(">h", glyph)[0] >= 0:
        return []
    found, position, flags = [], 10, 0x20
    while flags & 0x20:
        flags, index = struct.unpack_from(">HH", glyph, position)
        found.append(index)
        position += 8 if flags & 0x01 else 6
        if flags & 0x08:
            position += 2
        elif flags & 0x40:
            position += 4
        elif flags & 0x80:
            position += 8
    return found


@functools.lru_cache(maxsize=64)
def _shaped_program(face: Face, glyphs: frozenset[int]) -> Program:
    """The font with these glyphs. Documents of one language with Latin names share theirs: the labels."""
    data = _glyph_subset(face.file, glyphs)
    return Program(zlib.compress(data, 6), len(data))


def _glyph_subset(font: TTFontFile, glyphs: frozenset[int]) -> bytes:
    """The font file with the outlines of unused glyphs left out; glyph numbers stay."""
    outlines = font.get_table("glyf")
    where = font.glyphPos
    wanted: set[int] = set()
    todo = [0, *glyphs]
    while todo:
        index = todo.pop()
        if index not in wanted:
            wanted.add(index)
            todo.extend(_components(outlines[where[index] : where[index + 1]]))
    parts, offsets, position = [], [], 0
    for index in range(font.numGlyphs):
        offsets.append(position)
        if index in wanted:
            data = outlines[where[index] : where[index + 1]]
            data += b"\0" * (-len(data) % 4)
            parts.append(data)
            position += len(data)
    offsets.append(position)
    maker = TTFontMaker()
    for tag in ("hhea", "hmtx", "maxp"):
        maker.add(tag, font.get_table(tag))
    head = bytearray(font.get_table("head"))
    head[50:52] = b"\0\1"  # long offsets
    maker.add("head", bytes(head))
    maker.add("loca", struct.pack(f">{len(offsets)}L", *offsets))
    maker.add("glyf", b"".join(parts))
    return bytes(maker.makeStream())


@functools.lru_cache(maxsize=32)
def face(name: str) -> Face:
    """The face of a font file, loaded when first asked for."""
    return Face(name)


@functools.cache
def latin(weight: int) -> Face:
    """The Latin face in a weight."""
    return face("Latin-SemiBold" if weight else "Latin-Regular")


def script_face(sign: str, weight: int) -> Face | None:
    """The face that has this character, or None: then it can't be printed."""
    main = latin(weight)
    if sign in main.known:
        return main
    code = ord(sign)
    for first, last, name in SCRIPTS:
        if first <= code <= last:
            bold = weight and name == "Devanagari"
            found = face(f"{name}-SemiBold" if bold else f"{name}-Regular")
            return found if sign in found.known else None
    return None


@functools.lru_cache(maxsize=4096)
def shaped(name: str, text: str) -> tuple[tuple[Glyph, ...], float]:
    """Glyphs of a run and its width, in thousandths of the font size."""
    glyphs = face(name).shape(text)
    return glyphs, sum(glyph.advance for glyph in glyphs)


def joins(sign: str) -> bool:
    """Zero-width joiners stay with the run that they stand in."""
    return sign in _JOINERS
