"""The one door for texts: cleaning, measuring, splitting by font, wrapping.

Nothing typed by a user reaches the page but through `clean`, and nothing is ever read as markup: `<b>`
prints as `<b>`. What can't be printed in any font of the kit is dropped (emoji, controls, direction marks)
or becomes `?`.
"""

from __future__ import annotations

import functools
import re
import unicodedata

from .faces import PLAIN_CHARACTERS, Face, joins, latin, script_face, shaped

LONGEST = 20_000
"""Characters of one text that are printed; the rest is cut with an ellipsis."""

_plain = re.compile("[" + re.escape(PLAIN_CHARACTERS) + "]*").fullmatch
_plain_lines = re.compile("[\n" + re.escape(PLAIN_CHARACTERS) + "]*").fullmatch
_plain_run = re.compile("[" + re.escape(PLAIN_CHARACTERS) + "]+")
_DROPPED = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "So", "Sk"))
_SPACES = frozenset(("Zs", "Zl", "Zp"))
_MARKS_IN_A_ROW = 4
_SUBSTITUTES = {
    "−": "-",
    "‐": "-",
    "‑": "-",
    "≤": "<=",
    "≥": ">=",
    "≠": "!=",
    "≈": "~",
    "→": "->",
    "←": "<-",
    "⌀": "dia. ",
    "√": "sqrt ",
    "∞": "inf.",
    "✓": "yes",
    "✗": "no",
}
"""Signs of trade that the fonts lack, in plain letters."""

Run = tuple[Face | None, str]
"""A piece of text with the face that shapes it; no face means a plain run of the Latin face."""


def clean(value: object) -> str:
    """A text as it may be printed: lines kept, everything that could break or fake a page removed."""
    if value is None:
        return ""
    text = value if isinstance(value, str) else str(value)
    if len(text) > LONGEST:
        text = text[: LONGEST - 1] + "…"
    if _plain_lines(text):
        return text
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(_kept(text))


def clean_line(value: object) -> str:
    """As `clean`, on one line."""
    text = clean(value)
    return " ".join(text.split("\n")) if "\n" in text else text


def _kept(text: str) -> list[str]:
    kept: list[str] = []
    marks = 0
    for sign in text:
        category = unicodedata.category(sign)
        marks = marks + 1 if category == "Mn" else 0
        if marks <= _MARKS_IN_A_ROW:
            kept.append(_printable(sign, category))
    return kept


@functools.lru_cache(maxsize=4096)
def _printable(sign: str, category: str) -> str:
    if sign == "\n" or joins(sign):
        return sign
    if category in _SPACES or sign == "\t":
        return " "
    if script_face(sign, 0) is not None:
        return sign
    if sign in _SUBSTITUTES:
        return _SUBSTITUTES[sign]
    return "" if category in _DROPPED or category == "Mn" else "?"


def runs(text: str, weight: int) -> list[Run]:
    """Splits a cleaned text into pieces of one font each, in reading order."""
    if _plain(text):
        return [(None, text)]
    found: list[Run] = []
    position = 0
    while position < len(text):
        match = _plain_run.match(text, position)
        if match:
            found.append((None, match.group()))
            position = match.end()
            continue
        face, end = _shaped_run(text, position, weight)
        if face is not None:
            found.append((face, text[position:end]))
        position = end
    return found


def _shaped_run(text: str, start: int, weight: int) -> tuple[Face | None, int]:
    face = script_face(text[start], weight)
    end = start + 1
    while end < len(text):
        sign = text[end]
        if not joins(sign) and (_plain(sign) or face is None or sign not in face.known):
            break
        end += 1
    return face, end


def units(text: str, weight: int) -> float:
    """Width of a cleaned text in thousandths of the font size."""
    widths = latin(weight).plain_widths
    try:
        return sum(map(widths.__getitem__, text))
    except KeyError:
        total = 0.0
        for face, piece in runs(text, weight):
            total += sum(map(widths.__getitem__, piece)) if face is None else shaped(face.name, piece)[1]
        return total


def width(text: str, weight: int, size: float) -> float:
    """Width of a cleaned text in points."""
    return units(text, weight) * size / 1000


def wrap(text: str, weight: int, size: float, limit: float) -> list[str]:
    """Breaks a cleaned text into lines no wider than `limit` points: at its line ends, at spaces, and
    inside a word only when the word alone is too wide."""
    most = limit * 1000 / size
    if "\n" not in text:
        return [text] if units(text, weight) <= most else _wrap_paragraph(text, weight, most)
    lines: list[str] = []
    for paragraph in text.split("\n"):
        lines.extend(_wrap_paragraph(paragraph, weight, most))
    return lines


def _wrap_paragraph(text: str, weight: int, most: float) -> list[str]:
    space = units(" ", weight)
    lines: list[str] = []
    line, used = "", 0.0
    for whole in text.split():
        word = whole
        size = units(word, weight)
        if line and used + space + size <= most:
            line, used = f"{line} {word}", used + space + size
            continue
        if line:
            lines.append(line)
        if size > most:
            *full, word = _cut(word, weight, most)
            lines.extend(full)
            size = units(word, weight)
        line, used = word, size
    lines.append(line)
    return lines


def _cut(word: str, weight: int, most: float) -> list[str]:
    """Pieces of a word that is too wide, preferably after a hyphen or slash; marks stay with their letter."""
    pieces: list[str] = []
    start, used, good = 0, 0.0, 0
    for position, sign in enumerate(word):
        size = units(sign, weight)
        mark = unicodedata.category(sign) in ("Mn", "Mc") or joins(sign)
        if used + size > most and position > start and not mark:
            end = good if good > start else position
            pieces.append(word[start:end])
            start, used = end, units(word[end:position], weight)
        used += size
        if sign in "-/_,;:@.":
            good = position + 1
    pieces.append(word[start:])
    return pieces


def fit(text: str, weight: int, size: float, limit: float) -> str:
    """A text cut with an ellipsis to at most `limit` points."""
    if width(text, weight, size) <= limit:
        return text
    text = text[: int(limit / size * 8) + 8]  # no sign but a joiner is narrower than an eighth of the size
    while text and width(text + "…", weight, size) > limit:
        text = text[:-1]
    return text.rstrip() + "…"
