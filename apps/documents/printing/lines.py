"""Line table, tax summary and free tables of a document."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal

from .formats import amount, percent, quantity
from .labels import inline, stacked
from .model import Language, PrintColumn, PrintDocument, PrintLine, PrintTable
from .table import Cell, Column, Row
from .text import clean, clean_line


class Numbers:
    """Formats numbers for one currency."""

    def __init__(self, currency: str, places: int) -> None:
        self.indian = currency == "INR"
        self.places = places

    def money(self, value: Decimal | int | None) -> str:
        """An amount of money."""
        return amount(value, self.places, indian=self.indian)

    def price(self, value: Decimal | None) -> str:
        """A price: more places than money when it has them (0.0125 a piece)."""
        if value is None:
            return ""
        exponent = value.normalize().as_tuple().exponent
        places = -exponent if isinstance(exponent, int) else 0
        return amount(value, min(max(self.places, places), 6), indian=self.indian)

    def count(self, value: Decimal | int | None) -> str:
        """A quantity."""
        return quantity(value, indian=self.indian)

    def cell(self, value: Decimal | int | str | None) -> str:
        """A cell of a free table: Decimal as money, int as a count, text as it is."""
        if isinstance(value, Decimal):
            return self.money(value)
        if isinstance(value, int):
            return self.count(value)
        return clean(value)


def line_tax(line: PrintLine) -> Decimal | None:
    """All tax of a line; None when none is given."""
    parts = [part for part in (line.cgst, line.sgst, line.igst, line.cess) if part is not None]
    return sum(parts, Decimal(0)) if parts else None


def _discount(line: PrintLine, numbers: Numbers) -> str:
    return clean_line(line.discount) if isinstance(line.discount, str) else numbers.money(line.discount)


def _quantity(line: PrintLine, numbers: Numbers) -> str:
    text = numbers.count(line.quantity)
    return f"{text} {clean_line(line.unit)}" if text and line.unit else text


Show = Callable[[PrintLine, Numbers], str]

# key → (label, alignment, flex, text of a line)
COLUMNS: dict[str, tuple[str, str, float, Show]] = {
    "position": ("#", "left", 0, lambda line, n: clean_line(line.position)),
    "description": ("Description", "left", 1, lambda line, n: clean(line.description)),
    "hsn": ("HSN/SAC", "left", 0, lambda line, n: clean_line(line.hsn)),
    "quantity": ("Qty", "right", 0, _quantity),
    "price": ("Rate", "right", 0, lambda line, n: n.price(line.price)),
    "discount": ("Discount", "right", 0, _discount),
    "taxable": ("Taxable value", "right", 0, lambda line, n: n.money(line.taxable)),
    "rate": ("GST", "right", 0, lambda line, n: percent(line.rate)),
    "cgst": ("CGST", "right", 0, lambda line, n: n.money(line.cgst)),
    "sgst": ("SGST", "right", 0, lambda line, n: n.money(line.sgst)),
    "igst": ("IGST", "right", 0, lambda line, n: n.money(line.igst)),
    "cess": ("Cess", "right", 0, lambda line, n: n.money(line.cess)),
    "tax": ("Tax", "right", 0, lambda line, n: n.money(line_tax(line))),
    "total": ("Amount", "right", 0, lambda line, n: n.money(line.total)),
}
_SUMMED: dict[str, Callable[[PrintLine], Decimal | None]] = {
    "taxable": lambda line: line.taxable,
    "cgst": lambda line: line.cgst,
    "sgst": lambda line: line.sgst,
    "igst": lambda line: line.igst,
    "cess": lambda line: line.cess,
    "tax": line_tax,
    "total": lambda line: line.total,
}


def _present(values: Iterable[object]) -> bool:
    return any(value not in (None, "", 0) for value in values)


def chosen_columns(document: PrintDocument) -> tuple[str, ...]:
    """The columns asked for, or those that have something to say. ValueError for a key that doesn't exist."""
    unknown = [key for key in document.columns if key not in COLUMNS]
    if unknown:
        raise ValueError(f"columns: there is no column {unknown[0]!r}; choose from {', '.join(COLUMNS)}")
    if document.columns:
        return document.columns
    lines = document.lines
    taxed = _present(line.rate for line in lines) or _present(line_tax(line) for line in lines)
    has = {
        "position": _present(line.position for line in lines),
        "description": True,
        "hsn": _present(line.hsn for line in lines),
        "quantity": _present(line.quantity for line in lines),
        "price": _present(line.price for line in lines),
        "discount": _present(line.discount for line in lines),
        "taxable": taxed and _present(line.taxable for line in lines),
        "rate": taxed,
        "tax": taxed,
        "total": _present(line.total for line in lines),
    }
    return tuple(key for key in COLUMNS if has.get(key))


def line_table(document: PrintDocument, numbers: Numbers) -> tuple[list[Column], list[Row]]:
    """Columns and rows of the line table."""
    keys = chosen_columns(document)
    language = document.language
    columns = []
    for key in keys:
        label, align, flex, _show = COLUMNS[key]
        columns.append(Column(stacked(label, language), align, flex))
    extra = [
        Column(
            tuple(clean_line(text) for text in stacked(column.label, language)), column.align, column.weight
        )
        for column in document.extra_columns
    ]
    if extra:
        after = keys.index("description") + 1 if "description" in keys else 0
        columns[after:after] = extra
    rows = [_line_row(line, keys, len(extra), document, numbers) for line in document.lines]
    if document.sum_lines:
        total = _sum_row(document, keys, len(extra), numbers)
        if total:
            rows.append(total)
    return columns, rows


def _line_row(
    line: PrintLine, keys: tuple[str, ...], extra: int, document: PrintDocument, numbers: Numbers
) -> Row:
    if line.heading:
        return Row([clean_line(line.description)], "section")
    cells: list[Cell | str] = []
    for key in keys:
        text = COLUMNS[key][3](line, numbers)
        if key == "description":
            notes = [clean(line.detail)] if line.detail else []
            if line.shadow and "total" not in keys:
                notes.append(_not_billed(document))
            cells.append(Cell(text, "\n".join(notes)))
            more = [clean(value) for value in line.extra[:extra]]
            cells.extend(more + [""] * (extra - len(more)))
        elif key == "total" and line.shadow:
            cells.append(_not_billed(document))
        else:
            cells.append(text)
    return Row(cells, "muted" if line.shadow else "normal")


def _not_billed(document: PrintDocument) -> str:
    return inline("not billed", "hi" if document.language == "hi" else "en")


def _sum_row(document: PrintDocument, keys: tuple[str, ...], extra: int, numbers: Numbers) -> Row | None:
    billed = [line for line in document.lines if not line.shadow and not line.heading]
    if len(billed) < 2:
        return None
    cells: list[str] = []
    summed = False
    for key in keys:
        text = ""
        if key in _SUMMED:
            values = [value for value in map(_SUMMED[key], billed) if value is not None]
            text = numbers.money(sum(values, Decimal(0))) if values else ""
        elif key == "quantity":
            text = _quantity_sum(billed, numbers)
        summed = summed or bool(text)
        if key == "description":
            text = inline("Total", document.language)
            cells.append(text)
            cells.extend([""] * extra)
        else:
            cells.append(text)
    return Row(cells, "total") if summed else None


def _quantity_sum(lines: list[PrintLine], numbers: Numbers) -> str:
    """The sum of quantities when all lines have one unit: adding pieces to metres says nothing."""
    units = {line.unit for line in lines}
    values = [line.quantity for line in lines if line.quantity is not None]
    if len(units) != 1 or len(values) != len(lines):
        return ""
    unit = clean_line(units.pop())
    return f"{numbers.count(sum(values, Decimal(0)))} {unit}".strip()


def tax_table(document: PrintDocument, numbers: Numbers) -> tuple[list[Column], list[Row]]:
    """The HSN/SAC summary: only the taxes that occur."""
    rows = document.tax_rows
    kinds = [
        kind for kind in ("cgst", "sgst", "igst", "cess") if _present(getattr(row, kind) for row in rows)
    ]
    language = document.language
    columns = [Column(stacked("HSN/SAC", language), "left"), _right("Taxable value", language)]
    columns.append(_right("GST", language))
    columns.extend(_right(kind.upper() if kind != "cess" else "Cess", language) for kind in kinds)
    columns.append(_right("Total tax", language))
    table = []
    for row in rows:
        parts = [getattr(row, kind) for kind in kinds]
        total = row.total if row.total is not None else _total(parts)
        cells = [clean_line(row.hsn), numbers.money(row.taxable), percent(row.rate)]
        table.append(Row([*cells, *map(numbers.money, parts), numbers.money(total)]))
    sums = [_total(getattr(row, kind) for row in rows) for kind in kinds]
    all_tax = _total(
        row.total if row.total is not None else _total(getattr(row, kind) for kind in kinds) for row in rows
    )
    cells = [inline("Total", language), numbers.money(_total(row.taxable for row in rows)), ""]
    table.append(Row([*cells, *map(numbers.money, sums), numbers.money(all_tax)], "subtotal"))
    return columns, table


def _total(values: Iterable[Decimal | None]) -> Decimal:
    return sum((value for value in values if value is not None), Decimal(0))


def _right(label: str, language: Language) -> Column:
    return Column(stacked(label, language), "right", 0)


def free_table(table: PrintTable, numbers: Numbers, language: Language) -> tuple[list[Column], list[Row]]:
    """Columns and rows of a free table."""
    return free_columns(table.columns, language), [
        Row([numbers.cell(cell) for cell in row.cells], row.kind, row.level) for row in table.rows
    ]


def free_columns(columns: Iterable[PrintColumn], language: Language) -> list[Column]:
    """Columns of a free table or report."""
    return [
        Column(tuple(map(clean_line, stacked(column.label, language))), column.align, column.weight)
        for column in columns
    ]
