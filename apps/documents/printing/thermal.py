"""A `PrintDocument` on a paper roll of 80 or 58 mm: a counter bill, a receipt, a kitchen or delivery slip.

The page is as long as its contents. Black only: thermal heads know no grey.
"""

from __future__ import annotations

from .codes import qr_path
from .flow import Flow
from .images import picture
from .labels import inline, page_of
from .lines import Numbers
from .model import PrintDocument, PrintLine
from .pdf import PdfFile, stream_object
from .pen import BOLD, REGULAR, Resources, Style, colour
from .text import clean, clean_line, fit, width, wrap

_POINTS = 72 / 25.4
_LONGEST = 14_000.0
"""PDF viewers end a page at 14,400 points; a longer bill goes on on a second piece."""
WIDTHS = (80, 58)

_BLACK = colour("#000000")


class _Roll:
    """Writes lines down a roll."""

    def __init__(self, document: PrintDocument, resources: Resources, millimetres: int) -> None:
        margin = 4 * _POINTS if millimetres >= 80 else 3 * _POINTS
        size = (millimetres * _POINTS, _LONGEST)
        top = _LONGEST - 8
        self.flow = Flow(resources, size, margin=margin, top=top, next_top=top, bottom=14)
        self.document = document
        self.language = document.language
        self.numbers = Numbers(document.currency, document.places)
        self.room = self.flow.right - self.flow.left
        self.text = Style(REGULAR, 8, _BLACK)
        self.strong = Style(BOLD, 8, _BLACK)
        self.small = Style(REGULAR, 7, _BLACK)
        self.large = Style(BOLD, 12, _BLACK)

    def center(self, text: str, style: Style) -> None:
        """A text in the middle, wrapped."""
        for line in wrap(text, style.weight, style.size, self.room) if text else []:
            self.down(style.leading)
            self.flow.pen.center((self.flow.left + self.flow.right) / 2, self.flow.y, line, style)

    def left(self, text: str, style: Style) -> None:
        """A text at the left, wrapped."""
        for line in wrap(text, style.weight, style.size, self.room) if text else []:
            self.down(style.leading)
            self.flow.pen.text(self.flow.left, self.flow.y, line, style)

    def pair(self, label: str, value: str, style: Style, value_style: Style | None = None) -> None:
        """A label at the left, its value at the right."""
        value_style = value_style or style
        self.down(style.leading)
        value = fit(value, value_style.weight, value_style.size, self.room)
        rest = self.room - width(value, value_style.weight, value_style.size) - 6
        if rest > 10:
            self.flow.pen.text(self.flow.left, self.flow.y, fit(label, style.weight, style.size, rest), style)
        self.flow.pen.right(self.flow.right, self.flow.y, value, value_style)

    def rule(self) -> None:
        """A line across."""
        self.down(4)
        self.flow.pen.rule(self.flow.left, self.flow.right, self.flow.y, _BLACK, 0.6)
        self.flow.y -= 1.5

    def down(self, height: float) -> None:
        """Moves down, to a new piece of paper when this one ends."""
        self.flow.keep(height)
        self.flow.y -= height


def render_thermal(document: PrintDocument, *, width_mm: int = 80, deterministic: bool = False) -> bytes:
    """The PDF of a document for a roll of 80 or 58 mm, once for each copy. ValueError as `render_document`,
    and for another width."""
    if width_mm not in WIDTHS:
        raise ValueError(f"width_mm: a roll is {' or '.join(map(str, WIDTHS))} mm wide")
    file, resources = PdfFile(), Resources()
    for copy in document.copies or ("",):
        roll = _Roll(document, resources, width_mm)
        _head(roll, copy)
        for line in document.lines:
            _line(roll, line)
        _totals(roll)
        _tail(roll)
        _write(file, roll)
    resources.embed(file)
    return file.finish(
        title=clean_line(f"{document.title} {document.number}"),
        author=clean_line(document.company.legal_name),
        language="hi" if document.language == "hi" else "en-IN",
        deterministic=deterministic,
    )


def _head(roll: _Roll, copy: str) -> None:
    document, company, flow = roll.document, roll.document.company, roll.flow
    if company.logo is not None:
        logo = picture(company.logo, "company.logo")
        wide, high = logo.box(90, 44)
        roll.down(high + 2)
        flow.pen.picture((flow.width - wide) / 2, flow.y, wide, high, logo)
    roll.center(clean_line(company.trade_name or company.legal_name), roll.large)
    if company.trade_name and company.trade_name != company.legal_name:
        roll.center(clean_line(company.legal_name), roll.small)
    roll.center(clean_line(", ".join(company.address)), roll.small)
    roll.center(clean_line(company.phone), roll.small)
    if company.gstin:
        roll.center(f"GSTIN {clean_line(company.gstin)}", roll.strong)
    roll.rule()
    roll.center(inline(clean_line(document.title), roll.language), roll.strong._replace(size=9.5))
    for text in (copy, document.stamp):
        roll.center(inline(clean_line(text), roll.language), roll.small)
    pairs = [(document.number_label, document.number), (document.date_label, document.date), *document.fields]
    if document.bill_to:
        pairs += [(document.bill_to_label, document.bill_to.name), ("GSTIN", document.bill_to.gstin)]
    pairs.append(("Place of supply", document.place_of_supply))
    for label, value in pairs:
        if value:
            roll.pair(inline(clean_line(label), roll.language), clean_line(value), roll.small, roll.strong)
    roll.rule()


def _line(roll: _Roll, line: PrintLine) -> None:
    numbers = roll.numbers
    roll.left(clean(line.description), roll.strong if line.heading else roll.text)
    if line.heading:
        return
    roll.left(clean(line.detail), roll.small)
    parts = [f"{numbers.count(line.quantity)} {clean_line(line.unit)}".strip()]
    if line.price is not None:
        parts.append(f"× {numbers.price(line.price)}")
    if line.discount is not None:
        off = clean_line(line.discount) if isinstance(line.discount, str) else numbers.money(line.discount)
        parts.append(f"- {off}")
    if line.rate is not None:
        parts.append(f"GST {numbers.count(line.rate)}%")
    value = numbers.money(line.total)
    if line.shadow:
        value = inline("not billed", "hi" if roll.language == "hi" else "en")
    roll.pair("  ".join(part for part in parts if part), value, roll.small, roll.text)
    roll.flow.y -= 2


def _totals(roll: _Roll) -> None:
    document, numbers = roll.document, roll.numbers
    if document.lines:
        roll.rule()
    for row in document.totals:
        text = clean_line(row.amount) if isinstance(row.amount, str) else numbers.money(row.amount)
        style = roll.text
        if row.kind == "strong":
            style = roll.strong
        elif row.kind == "grand":
            style = Style(BOLD, 11, _BLACK)
            text = text if isinstance(row.amount, str) else f"{clean_line(document.symbol)} {text}"
        roll.pair(inline(clean_line(row.label), roll.language), text, style)
    if document.words:
        roll.flow.y -= 2
        roll.left(clean(document.words), roll.small)


def _tail(roll: _Roll) -> None:
    document, flow = roll.document, roll.flow
    for code in document.qr_codes:
        edge, path = qr_path(code.payload, "m" if code.place == "payment" else "l")
        size = min(roll.room, 96.0 if code.place == "payment" else 130.0)
        roll.down(size + 8)
        flow.pen.path((flow.width - size) / 2, flow.y, size / edge, path, _BLACK)
        roll.center(inline(clean_line(code.caption or "Scan to pay"), roll.language), roll.small)
    for text in (document.notes, document.terms, document.footer):
        if text:
            roll.flow.y -= 3
            roll.center(clean(text), roll.small)
    roll.flow.y -= 8


def _write(file: PdfFile, roll: _Roll) -> None:
    """One page for each piece, as long as what stands on it."""
    flow = roll.flow
    count = len(flow.pages)
    for number, pen in enumerate(flow.pages, 1):
        low = flow.y if number == count else flow.bottom
        if count > 1:
            low -= 10
            pen.right(flow.right, low + 2, page_of(number, count, roll.language), roll.small)
        height = _LONGEST - low
        file.add_page(flow.width, height, [file.add(stream_object(pen.bytes(height - _LONGEST)))])
