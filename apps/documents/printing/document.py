"""From a `PrintDocument` to a PDF."""

from __future__ import annotations

from collections.abc import Iterable

from .closing import Closing
from .density import CLOSE, EASY, Density, most_saved
from .flow import Flow, Frame, write_pages
from .heads import copy_mark, draw_head, running_foot, running_head
from .labels import inline, page_of
from .lines import Numbers, free_table, line_table, tax_table
from .model import PrintDocument, PrintTotal
from .pdf import PdfFile
from .pen import BOLD, REGULAR, Pen, Resources, Style
from .table import Look, Table
from .text import clean, clean_line, fit, width, wrap
from .theme import A4, INK, MARGIN, Theme, theme

_TOP = A4[1] - 32
_NEXT_TOP = A4[1] - 54
_BOTTOM = 42.0


def render_document(document: PrintDocument, *, deterministic: bool = False) -> bytes:
    """The PDF of one document, with all its copies.

    ValueError naming the field when a picture isn't readable, a colour isn't one, a column doesn't exist, a
    QR payload is too long or a number isn't finite. `deterministic` fixes the dates in the file.
    """
    return render_documents([document], deterministic=deterministic)


def render_documents(documents: Iterable[PrintDocument], *, deterministic: bool = False) -> bytes:
    """One PDF of many documents, each with its own page numbers: for printing a batch. ValueError when
    empty."""
    file, resources = PdfFile(), Resources()
    first: PrintDocument | None = None
    for document in documents:
        first = first or document
        flow, mark = _composed(document, resources)
        write_pages(file, flow, _frames(document, flow, mark))
    if first is None:
        raise ValueError("documents: there is nothing to print")
    resources.embed(file)
    return file.finish(
        title=clean_line(f"{first.title} {first.number}"),
        author=clean_line(first.company.legal_name),
        language="hi" if first.language == "hi" else "en-IN",
        deterministic=deterministic,
    )


def _composed(document: PrintDocument, resources: Resources) -> tuple[Flow, float]:
    """Set with air; set close where a few lines on a further page then come back."""
    flow, mark = _compose(document, resources, EASY)
    saved = most_saved(len(document.lines), len(document.tax_rows), len(document.totals))
    if len(flow.pages) > 1 and _NEXT_TOP - flow.y <= flow.blank + saved:
        close, close_mark = _compose(document, resources, CLOSE)
        if len(close.pages) < len(flow.pages):
            return close, close_mark
    return flow, mark


def _compose(document: PrintDocument, resources: Resources, density: Density) -> tuple[Flow, float]:
    style = theme(document.company.accent)
    numbers = Numbers(document.currency, document.places)
    flow = Flow(resources, A4, margin=MARGIN, top=_TOP, next_top=_NEXT_TOP, bottom=_BOTTOM)
    mark = draw_head(flow, document, style)
    _draw_intro(flow, document, style, numbers)
    if document.lines:
        Table(*line_table(document, numbers), style, Look(pad=density.line)).draw(flow)
    for table in document.tables:
        _caption(flow, style, inline(clean_line(table.title), document.language))
        Table(*free_table(table, numbers, document.language), style, Look(even=True)).draw(flow)
    if document.tax_rows:
        _caption(flow, style, inline("Tax summary", document.language))
        Table(*tax_table(document, numbers), style, Look(7.2, pad=density.tax)).draw(flow)
    Closing(document, style, numbers, flow, density).draw(flow)
    return flow, mark


def _caption(flow: Flow, style: Theme, text: str) -> None:
    flow.y -= 8
    if text:
        flow.keep(60)
        flow.y -= 9
        flow.pen.text(flow.left, flow.y, text, style.caption)
        flow.y -= 5


def _draw_intro(flow: Flow, document: PrintDocument, style: Theme, numbers: Numbers) -> None:
    """Opening text, and the highlighted amount of a voucher."""
    if document.highlight is not None:
        _draw_highlight(flow, document, document.highlight, style, numbers)
    if document.intro:
        for line in wrap(clean(document.intro), REGULAR, 9, flow.right - flow.left):
            flow.keep(13)
            flow.y -= 13
            flow.pen.text(flow.left, flow.y, line, Style(REGULAR, 9, INK))
        flow.y -= 9


def _draw_highlight(
    flow: Flow, document: PrintDocument, row: PrintTotal, style: Theme, numbers: Numbers
) -> None:
    text = clean_line(row.amount) if isinstance(row.amount, str) else numbers.money(row.amount)
    if not isinstance(row.amount, str):
        text = f"{clean_line(document.symbol)} {text}"
    height = 34.0
    flow.y -= 4
    flow.pen.box(flow.left, flow.y - height, flow.right - flow.left, height, style.tint)
    flow.pen.box(flow.left, flow.y - height, 2.4, height, style.accent)
    base = flow.y - height / 2 - 5.2
    label = inline(clean_line(row.label), document.language)
    flow.pen.text(flow.left + 14, base + 1.5, fit(label, REGULAR, 9, 220), Style(REGULAR, 9, style.soft.ink))
    flow.pen.right(flow.right - 12, base, text, Style(BOLD, 15, style.accent))
    flow.y -= height + 6


def _frames(document: PrintDocument, flow: Flow, mark: float) -> tuple[tuple[Frame, Frame], ...]:
    return tuple(_frame(document, flow, mark, copy) for copy in (document.copies or ("",)))


def _frame(document: PrintDocument, flow: Flow, mark: float, copy: str) -> tuple[Frame, Frame]:
    """Layers below and above the body for one copy."""
    style = theme(document.company.accent)
    language = document.language
    copy_text = inline(clean_line(copy), language)
    watermark = clean_line(document.watermark)
    company = clean_line(document.company.trade_name or document.company.legal_name)
    name = f"{inline(clean_line(document.title), language)}  {clean_line(document.number)}"
    note = clean_line(document.footer or document.company.footer)

    def below(pen: Pen, page: int, pages: int) -> None:
        if watermark:
            draw_watermark(pen, flow, style, watermark)

    def above(pen: Pen, page: int, pages: int) -> None:
        running_foot(pen, flow, style, note, page_of(page, pages, language))
        if page == 1:
            if copy_text:
                copy_mark(pen, flow.right, mark + 1, copy_text, style)
            return
        right = "   ·   ".join(part for part in (name, clean_line(document.date), copy_text) if part)
        running_head(pen, flow, style, company, right)

    return below, above


_VOID = ("CANCEL", "VOID", "REJECT", "REVERS")


def draw_watermark(pen: Pen, flow: Flow, style: Theme, text: str) -> None:
    """A large pale word across the page; red when the document is void."""
    base = style.watermark_void if text.upper().startswith(_VOID) else style.watermark
    room = flow.width * 0.86
    used = width(text, base.weight, base.size)
    size = base.size if used <= room else max(14.0, base.size * room / used)
    pen.slanted(
        flow.width / 2,
        flow.height / 2,
        fit(text, base.weight, size, room),
        Style(base.weight, size, base.ink),
    )
