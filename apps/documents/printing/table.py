"""Tables over pages: widths from the contents, heads on every page, wrapped texts, rows taller than a
page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from .flow import Flow
from .pen import BOLD, REGULAR, Style
from .text import units, wrap
from .theme import HAIR, INK, RULE, SOFT, Theme

GAP = 9.0
EDGE = 5.0
LEVEL = 10.0
_LEAST_FLEX = 118.0
_EASY_FLEX = 200.0
_EASE = 18.0


class Cell(NamedTuple):
    """A main text and a small one below."""

    main: str
    sub: str = ""


@dataclass(slots=True)
class Column:
    """A column: head lines, alignment, and its share of what the others leave (0: as wide as its
    contents)."""

    head: tuple[str, ...]
    align: str = "left"
    flex: float = 0.0


@dataclass(slots=True)
class Row:
    """Cells (one for each column) and the kind of the row."""

    cells: Sequence[Cell | str]
    kind: str = "normal"
    level: int = 0


@dataclass(slots=True)
class Look:
    """Sizes of a table. `even` gives all right-aligned columns one width where there is room."""

    size: float = 8.0
    pad: float = 3.3
    least: float = 6.6
    even: bool = False
    styles: dict[str, Style] = field(init=False)

    def __post_init__(self) -> None:
        self.scale(self.size)

    def scale(self, size: float) -> None:
        """Sets the text size and all styles that follow from it."""
        self.size = size
        self.styles = {
            "normal": Style(REGULAR, size, INK),
            "strong": Style(BOLD, size, INK),
            "subtotal": Style(BOLD, size, INK),
            "total": Style(BOLD, size, INK),
            "section": Style(BOLD, size, INK),
            "muted": Style(REGULAR, size, SOFT),
            "sub": Style(REGULAR, size - 1.2, SOFT),
            "head": Style(BOLD, size - 0.9, SOFT),
        }


Laid = list[list[tuple[str, Style]]]
"""The lines of each cell of a row."""


class Table:
    """A table ready to be poured into a flow."""

    def __init__(
        self, columns: Sequence[Column], rows: Sequence[Row], theme: Theme, look: Look | None = None
    ) -> None:
        self.columns, self.rows, self.theme = columns, rows, theme
        self.look = look or Look()
        self.left = self.right = 0.0
        self._edges: list[tuple[float, float]] = []
        self._head: Laid = []
        self._head_height = 0.0

    def draw(self, flow: Flow, left: float | None = None, right: float | None = None) -> None:
        """Pours the table into the flow, from its current height on."""
        self.left = flow.left if left is None else left
        self.right = flow.right if right is None else right
        self._place()
        self._lay_head()
        first = self._height(self._lay(self.rows[0]), self.rows[0]) if self.rows else 0.0
        flow.keep(self._head_height + min(first, flow.full / 2))
        self._draw_head(flow)
        for number, row in enumerate(self.rows):
            self._draw_row(flow, row, self._company(number))

    # -- widths ------------------------------------------------------------

    def _natural(self, index: int) -> float:
        """Width that a column needs on one line, head words unbroken."""
        styles = self.look.styles
        head = (
            max(
                (units(word, BOLD) for line in self.columns[index].head for word in line.split()), default=0.0
            )
            * styles["head"].size
        )
        widest = 0.0
        for row in self.rows:
            cell = row.cells[index] if index < len(row.cells) else ""
            weight = styles[row.kind].weight
            if isinstance(cell, str):
                if cell and row.kind != "section":
                    widest = max(widest, units(cell, weight) * self.look.size)
            else:
                main, sub = cell
                widest = max(widest, units(main, weight) * self.look.size, units(sub, 0) * styles["sub"].size)
        return max(widest, head) / 1000 + 0.2

    def _place(self) -> None:
        """Finds the edges of the columns; makes the text smaller when the flexible ones would become too
        narrow."""
        total = self.right - self.left - 2 * EDGE - GAP * (len(self.columns) - 1)
        flexible = [index for index, column in enumerate(self.columns) if column.flex]
        while True:
            widths = [0.0 if column.flex else self._natural(n) for n, column in enumerate(self.columns)]
            if self.look.even:
                self._even(widths, total)
            rest = total - sum(widths)
            wanted = _LEAST_FLEX * max(1, len(flexible)) if flexible else 0.0
            if rest >= wanted or self.look.size <= self.look.least:
                break
            self.look.scale(self.look.size - 0.5)
        rest = self._ease(widths, len(flexible), rest)
        self._share(widths, flexible, rest)
        x = self.left + EDGE
        self._edges = []
        for width in widths:
            self._edges.append((x, x + width))
            x += width + GAP

    def _even(self, widths: list[float], total: float) -> None:
        """One width for all right-aligned columns, unless that takes the room of the texts."""
        right = [n for n, column in enumerate(self.columns) if column.align == "right" and not column.flex]
        widest = max((widths[n] for n in right), default=0.0)
        more = sum(widest - widths[n] for n in right)
        if total - sum(widths) - more >= _LEAST_FLEX:
            for n in right:
                widths[n] = widest

    def _ease(self, widths: list[float], flexible: int, rest: float) -> float:
        """Loosens the fixed columns when the flexible ones have more than they need. Answers what is left."""
        fixed = len(widths) - flexible
        surplus = rest - _EASY_FLEX * flexible
        if not flexible or not fixed or surplus <= 0:
            return rest
        extra = min(_EASE, surplus * 0.7 / fixed)
        for index, column in enumerate(self.columns):
            if not column.flex and index:
                widths[index] += extra
        return rest - extra * (fixed - (0 if self.columns[0].flex else 1))

    def _share(self, widths: list[float], flexible: list[int], rest: float) -> None:
        """Gives what is left to the flexible columns; takes from the widest when nothing is left."""
        least = 48.0 * len(flexible)
        if rest < least:
            squeeze = (sum(widths) + rest - least) / max(sum(widths), 1.0)
            for index, width in enumerate(widths):
                widths[index] = width * squeeze
            rest = least
        if flexible:
            weights = sum(self.columns[index].flex for index in flexible)
            for index in flexible:
                widths[index] = rest * self.columns[index].flex / weights
        elif rest > 0 and widths:
            for index, width in enumerate(widths):
                widths[index] = width + rest / len(widths)

    # -- rows ------------------------------------------------------------

    def _lay(self, row: Row) -> Laid:
        styles = self.look.styles
        style, sub_style = styles[row.kind], styles["sub"]
        laid: Laid = []
        indented = False
        for (left, right), column, cell in zip(self._edges, self.columns, row.cells, strict=False):
            limit = right - left
            if row.kind == "section":
                limit = self.right - left - EDGE
            elif column.flex and not indented:
                limit -= row.level * LEVEL
                indented = True
            main, sub = (cell, "") if isinstance(cell, str) else cell
            lines = [(text, style) for text in _lines(main, style, limit)]
            if sub:
                lines += [(text, sub_style) for text in _lines(sub, sub_style, limit)]
            laid.append(lines)
        return laid

    def _height(self, laid: Laid, row: Row) -> float:
        tallest = max((sum(style.leading for _text, style in lines) for lines in laid), default=0.0)
        extra = 2.0 if row.kind in ("total", "subtotal") else 0.0
        return max(tallest, self.look.styles[row.kind].leading) + 2 * self.look.pad + extra

    def _company(self, number: int) -> float:
        """Height of the next row when this one must not part from it: a caption from its first row, the
        last row from its sum."""
        if number + 1 >= len(self.rows):
            return 0.0
        following = self.rows[number + 1]
        tied = self.rows[number].kind in ("strong", "section") or following.kind in ("total", "subtotal")
        return self._height([], following) if tied else 0.0

    def _draw_row(self, flow: Flow, row: Row, company: float) -> None:
        laid = self._lay(row)
        height = self._height(laid, row)
        if height + company > flow.room:
            if height > (flow.full - self._head_height) * 0.6:
                self._draw_split(flow, row, laid)
                return
            self._next_page(flow)
        self._paint(flow, row, laid, height)

    def _draw_split(self, flow: Flow, row: Row, laid: Laid) -> None:
        """A row taller than a page: as many lines as fit, the rest on the following pages."""
        leading = self.look.styles["normal"].leading
        while any(laid):
            count = int((flow.room - 2 * self.look.pad) / leading)
            if count < 2:
                self._next_page(flow)
                continue
            part = [lines[:count] for lines in laid]
            laid = [lines[count:] for lines in laid]
            self._paint(flow, row, part, self._height(part, row))

    def _next_page(self, flow: Flow) -> None:
        flow.new_page()
        self._draw_head(flow)

    def _paint(self, flow: Flow, row: Row, laid: Laid, height: float) -> None:
        pen, top = flow.pen, flow.y
        bottom = top - height
        if row.kind in ("total", "subtotal"):
            if row.kind == "total":
                pen.box(self.left, bottom, self.right - self.left, height, self.theme.tint)
            pen.rule(self.left, self.right, top, RULE, 0.7)
        else:
            pen.rule(self.left, self.right, bottom, HAIR, 0.45)
        indent = row.level * LEVEL
        start = top - self.look.pad - (1.0 if row.kind in ("total", "subtotal") else 0.0)
        for (left, right), column, lines in zip(self._edges, self.columns, laid, strict=False):
            shift = 0.0
            if column.flex and indent:
                shift, indent = indent, 0.0
            if lines:
                _write(pen, lines, left + shift, right, start, column.align)
        flow.y = bottom

    # -- head ------------------------------------------------------------

    def _lay_head(self) -> None:
        style = self.look.styles["head"]
        second = Style(REGULAR, style.size - 0.6, SOFT)
        self._head = []
        for (left, right), column in zip(self._edges, self.columns, strict=True):
            lines: list[tuple[str, Style]] = []
            for number, text in enumerate(column.head):
                used = second if number else style
                lines += [(line, used) for line in wrap(text, used.weight, used.size, right - left + 0.5)]
            self._head.append(lines)
        tallest = max((sum(style.leading for _t, style in lines) for lines in self._head), default=0.0)
        self._head_height = tallest + 8.0 if any(text for lines in self._head for text, _s in lines) else 0.0

    def _draw_head(self, flow: Flow) -> None:
        if not self._head_height:
            return
        pen, top = flow.pen, flow.y
        bottom = top - self._head_height
        pen.box(self.left, bottom, self.right - self.left, self._head_height, self.theme.tint)
        pen.rule(self.left, self.right, top, self.theme.accent, 0.9)
        pen.rule(self.left, self.right, bottom, RULE, 0.45)
        for (left, right), column, lines in zip(self._edges, self.columns, self._head, strict=True):
            used = sum(style.leading for _text, style in lines)
            start = top - (self._head_height - used) / 2
            _write(pen, lines, left, right, start, column.align)
        flow.y = bottom


def _lines(text: str, style: Style, limit: float) -> list[str]:
    return wrap(text, style.weight, style.size, limit) if text else []


def _write(
    pen: Any, lines: list[tuple[str, Style]], left: float, right: float, top: float, align: str
) -> None:
    """Draws the lines of a cell, from `top` down."""
    y = top
    for text, style in lines:
        base = y - style.size * 1.02
        if align == "right":
            pen.right(right, base, text, style)
        elif align == "center":
            pen.center((left + right) / 2, base, text, style)
        else:
            pen.text(left, base, text, style)
        y -= style.leading
