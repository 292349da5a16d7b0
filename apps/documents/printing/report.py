"""From a `PrintReport` to a PDF: trial balance, ledger, statement of account, export of a list."""

from __future__ import annotations

from decimal import Decimal

from .closing import draw_paragraphs
from .document import draw_watermark
from .flow import Flow, Frame, write_pages
from .heads import (
    draw_fields,
    draw_party,
    ink_of,
    packed,
    pairs_line,
    running_foot,
    running_head,
    split_pairs,
)
from .images import picture
from .labels import inline, page_of
from .lines import Numbers, free_columns
from .model import PrintReport
from .pdf import PdfFile
from .pen import Pen, Resources, Style
from .table import Look, Row, Table
from .text import clean, clean_line, fit, width, wrap
from .theme import A4, HAIR, MARGIN, Theme, theme

_BOTTOM = 42.0
_NO_COMPANY_ACCENT = "#1F4E79"


def render_report(report: PrintReport, *, deterministic: bool = False) -> bytes:
    """The PDF of a report. ValueError naming the field when a value can't be printed."""
    file, resources = PdfFile(), Resources()
    style = theme(report.company.accent if report.company else _NO_COMPANY_ACCENT)
    size = (A4[1], A4[0]) if report.landscape else A4
    flow = Flow(resources, size, margin=MARGIN, top=size[1] - 30, next_top=size[1] - 54, bottom=_BOTTOM)
    _draw_head(flow, report, style)
    numbers = Numbers(report.currency, report.places)
    rows = [
        Row([_cell(cell, numbers, report.zero) for cell in row.cells], row.kind, row.level)
        for row in report.rows
    ]
    look = Look(7.8, pad=2.5, even=True)
    Table(free_columns(report.columns, report.language), rows, style, look).draw(flow)
    _draw_summary(flow, report, style, numbers)
    if report.notes:
        flow.y -= 8
        draw_paragraphs(flow, style, [(inline("Notes", report.language), clean(report.notes))])
    write_pages(file, flow, (_frame(report, flow, style),))
    resources.embed(file)
    return file.finish(
        title=clean_line(report.title),
        author=clean_line(report.company.legal_name) if report.company else "",
        language="hi" if report.language == "hi" else "en-IN",
        deterministic=deterministic,
    )


def _cell(value: Decimal | int | str | None, numbers: Numbers, zero: str) -> str:
    if isinstance(value, Decimal) and not value and zero != "zero":
        return "–" if zero == "dash" else ""
    return numbers.cell(value)


def _draw_head(flow: Flow, report: PrintReport, style: Theme) -> None:
    """Company on the left, title and period on the right, then party and fields."""
    top = flow.y
    middle = (flow.right - flow.left) * 0.5
    low = _draw_company(flow, report, style, middle - 10)
    pen, y = flow.pen, top
    put, edge = (pen.right, flow.right) if report.company else (pen.text, flow.left)
    for line in wrap(clean_line(inline(report.title, report.language)), 1, 15, middle - 10)[:3]:
        y -= 15
        put(edge, y, line, Style(1, 15, style.accent))
        y -= 3
    for text, used in ((report.period, style.strong), (report.subtitle, style.soft)):
        for line in wrap(clean(text), used.weight, used.size, middle - 10)[:3] if text else []:
            y -= 10.8
            put(edge, y, line, used)
    flow.y = min(low, y) - 9
    pen.rule(flow.left, flow.right, flow.y, style.accent, 1.1)
    flow.y -= 10
    if report.party is not None:
        half = (flow.right - flow.left) / 2
        flow.y = draw_party(pen, flow.left, flow.y + 3, report.party, "", style, half, report.language) - 12
    if report.fields:
        fields = [
            (inline(clean_line(label), report.language), clean_line(text)) for label, text in report.fields
        ]
        draw_fields(flow, fields, style, flow.right, (6, 7) if report.landscape else (4, 5))
        flow.y -= 2


def _draw_company(flow: Flow, report: PrintReport, style: Theme, limit: float) -> float:
    company = report.company
    if company is None:
        return flow.y
    pen, x, y = flow.pen, flow.left, flow.y
    low = y
    if company.logo is not None:
        logo = picture(company.logo, "company.logo")
        wide, high = logo.box(90, 34)
        pen.picture(x, y - high, wide, high, logo)
        x, limit, low = x + wide + 10, limit - wide - 10, y - high
    for line in wrap(clean_line(company.trade_name or company.legal_name), 1, 11, limit)[:2]:
        y -= 11
        pen.text(x, y, line, Style(1, 11, style.company.ink))
        y -= 2.5
    for line in wrap(packed(company.address, style.small, limit), 0, 7, limit)[:3]:
        y -= 9.2
        pen.text(x, y, line, style.small)
    for pairs in split_pairs(ink_of(company)[:2], style.small, style.small_strong, limit):
        y -= 9.4
        pairs_line(pen, x, y, pairs, style.small, style.small_strong)
    return min(low, y)


def _draw_summary(flow: Flow, report: PrintReport, style: Theme, numbers: Numbers) -> None:
    """Totals in boxes of equal width below the table (ageing of a statement, closing balance)."""
    if not report.summary:
        return
    flow.keep(48)
    flow.y -= 12
    count = len(report.summary)
    step = (flow.right - flow.left) / count
    pen, top = flow.pen, flow.y
    pen.rule(flow.left, flow.right, top, HAIR, 0.5)
    for number, row in enumerate(report.summary):
        x = flow.left + number * step
        text = clean_line(row.amount) if isinstance(row.amount, str) else numbers.money(row.amount)
        value = Style(1, 10, style.accent if row.kind == "grand" else style.value.ink)
        size = value.size if width(text, 1, value.size) <= step - 8 else 7.5
        pen.text(
            x, top - 12, fit(inline(clean_line(row.label), report.language), 0, 6.8, step - 8), style.label
        )
        pen.text(x, top - 25, fit(text, 1, size, step - 6), Style(1, size, value.ink))
    flow.y = top - 32
    pen.rule(flow.left, flow.right, flow.y, HAIR, 0.5)


def _frame(report: PrintReport, flow: Flow, style: Theme) -> tuple[Frame, Frame]:
    watermark = clean_line(report.watermark)
    company = clean_line(report.company.trade_name or report.company.legal_name) if report.company else ""
    title = inline(clean_line(report.title), report.language)
    party = clean_line(report.party.name) if report.party else ""
    whose = "   ·   ".join(part for part in (company, party) if part)  # a loose page says whose it is
    name = "   ·   ".join(part for part in (title, clean_line(report.period)) if part)
    note = clean_line(report.footer or (report.company.footer if report.company else ""))

    def below(pen: Pen, page: int, pages: int) -> None:
        if watermark:
            draw_watermark(pen, flow, style, watermark)

    def above(pen: Pen, page: int, pages: int) -> None:
        running_foot(pen, flow, style, note, page_of(page, pages, report.language))
        if page > 1:
            running_head(pen, flow, style, whose, name)

    return below, above
