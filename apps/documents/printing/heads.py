"""What stands above the lines: company, title, fields, parties, and the head of the following pages."""

from __future__ import annotations

from dataclasses import dataclass

from .codes import qr_path
from .flow import Flow
from .images import picture
from .labels import inline, stacked
from .model import Field, Language, PrintCompany, PrintDocument, PrintParty
from .pen import Pen, Style
from .text import clean, clean_line, fit, width, wrap
from .theme import HAIR, INK, Theme

LOGO = (130.0, 46.0)
QR_HEADER = 86.0
_TITLE_WIDTH = 190.0


def ink_of(company: PrintCompany) -> list[tuple[str, str]]:
    """The registration numbers of a company as label and value."""
    pairs = [("GSTIN", company.gstin), ("PAN", company.pan), ("CIN", company.cin), ("State", company.state)]
    return [(label, clean_line(value)) for label, value in pairs if value] + [
        (clean_line(label), clean_line(value)) for label, value in company.extra
    ]


def _contact(company: PrintCompany) -> str:
    return "  ·  ".join(clean_line(part) for part in (company.phone, company.mail, company.website) if part)


def pairs_line(
    pen: Pen, x: float, y: float, pairs: list[tuple[str, str]], label: Style, value: Style
) -> None:
    """Draws `label value   label value` on one line."""
    for name, text in pairs:
        pen.text(x, y, name, label)
        x += width(name, label.weight, label.size) + 3.6
        pen.text(x, y, text, value)
        x += width(text, value.weight, value.size) + 10


def split_pairs(
    pairs: list[tuple[str, str]], label: Style, value: Style, limit: float
) -> list[list[tuple[str, str]]]:
    """Pairs broken into lines that fit."""
    lines: list[list[tuple[str, str]]] = [[]]
    used = 0.0
    for name, whole in pairs:
        text = fit(whole, value.weight, value.size, limit - width(name, label.weight, label.size) - 3)
        size = width(name, label.weight, label.size) + width(text, value.weight, value.size) + 13.6
        if lines[-1] and used + size > limit:
            lines.append([])
            used = 0.0
        lines[-1].append((name, text))
        used += size
    return [line for line in lines if line]


def draw_company(flow: Flow, company: PrintCompany, theme: Theme, limit: float) -> float:
    """The sender, upper left. Answers the height where it ends."""
    pen, x, y = flow.pen, flow.left, flow.y
    lowest = y
    if company.logo is not None:
        logo = picture(company.logo, "company.logo")
        wide, high = logo.box(*LOGO)
        pen.picture(x, y - high, wide, high, logo)
        lowest = y - high
        x += wide + 12
        limit -= wide + 12
    style, lines = _shrunk(clean_line(company.trade_name or company.legal_name), theme.company, limit)
    for line in lines:
        y -= style.size
        pen.text(x, y + 1.5, line, style)
        y -= style.size * 0.25
    if company.trade_name and company.trade_name != company.legal_name:
        y = _soft(pen, x, y, clean_line(company.legal_name), theme, limit)
    y = _soft(pen, x, y, packed(company.address, theme.soft, limit), theme, limit)
    y = _soft(pen, x, y, _contact(company), theme, limit)
    for pairs in split_pairs(ink_of(company), theme.small, theme.small_strong, limit):
        y -= 10.4
        pairs_line(pen, x, y + 1, pairs, theme.small, theme.small_strong)
    return min(y, lowest)


def _shrunk(text: str, style: Style, limit: float) -> tuple[Style, list[str]]:
    """A name on two lines, in smaller letters when it is long; never cut."""
    lines = wrap(text, style.weight, style.size, limit)
    while len(lines) > 2 and style.size > 9:
        style = style._replace(size=style.size - 1)
        lines = wrap(text, style.weight, style.size, limit)
    return style, lines


def packed(parts: tuple[str, ...], style: Style, limit: float) -> str:
    """Parts of an address on as few lines as they fit, broken between parts."""
    lines: list[str] = []
    for part in filter(None, map(clean_line, parts)):
        joined = f"{lines[-1]}, {part}" if lines else part
        if lines and width(joined + ",", style.weight, style.size) <= limit:
            lines[-1] = joined
        else:
            lines.append(part)
    return ",\n".join(lines)


def _soft(pen: Pen, x: float, y: float, text: str, theme: Theme, limit: float) -> float:
    if not text:
        return y
    for line in wrap(text, 0, theme.soft.size, limit)[:6]:
        y -= 10.6
        pen.text(x, y + 1, line, theme.soft)
    return y


def draw_title(flow: Flow, document: PrintDocument, theme: Theme) -> float:
    """The title, upper right; room for the copy mark (drawn with the frame) below. Answers where it ends."""
    pen, y = flow.pen, flow.y
    first = True
    for text in stacked(document.title, document.language):
        style = theme.title if first else Style(theme.title.weight, 11, theme.title.ink)
        for line in wrap(clean_line(text), style.weight, style.size, _TITLE_WIDTH):
            y -= style.size * (0.98 if first else 1.3)
            pen.right(flow.right, y, line, style)
            y -= 2.5
        first = False
    if document.stamp:
        text = fit(
            inline(clean_line(document.stamp), document.language), 1, theme.stamp.size, _TITLE_WIDTH - 12
        )
        wide = width(text, 1, theme.stamp.size) + 12
        y -= 17
        pen.frame(flow.right - wide, y, wide, 13, theme.stamp.ink)
        pen.right(flow.right - 6, y + 3.9, text, theme.stamp)
    return y


def copy_mark(pen: Pen, right: float, y: float, text: str, theme: Theme) -> None:
    """The copy ("Original for recipient"), right-aligned at y."""
    pen.right(right, y, text, theme.copy)


def draw_fields(
    flow: Flow, fields: list[Field], theme: Theme, right: float, choices: tuple[int, ...]
) -> None:
    """A grid of small labels above their values; a value too wide for its cell takes more cells. Of the
    given numbers of columns the one with the fewest rows is taken, the first of equals."""
    pen, left = flow.pen, flow.left
    value, label = theme.value, theme.label
    needs = [max(width(text, 1, value.size), width(name, 0, label.size)) + 13 for name, text in fields]
    grids = [(columns, _grid(needs, (right - left) / columns, columns)) for columns in choices]
    columns, rows = min(grids, key=lambda grid: len(grid[1]))
    step = (right - left) / columns
    top = flow.y
    for row in rows:
        lowest = 1
        for index, column, span in row:
            name, text = fields[index]
            x = left + column * step
            pen.text(x, top - 7, fit(name, 0, label.size, step * span - 4), label)
            lines = wrap(text, value.weight, value.size, step * span - 8)[:4]
            for number, line in enumerate(lines):
                pen.text(x, top - 17.4 - number * 10.8, line, value)
            lowest = max(lowest, len(lines))
        top -= 12.5 + 10.8 * lowest
    flow.y = top


def _grid(needs: list[float], step: float, columns: int) -> list[list[tuple[int, int, int]]]:
    """Rows of (index, column, columns spanned)."""
    rows: list[list[tuple[int, int, int]]] = []
    column = columns
    for index, need in enumerate(needs):
        span = min(columns, max(1, -int(-need // step)))
        if column + span > columns:
            rows.append([])
            column = 0
        rows[-1].append((index, column, span))
        column += span
    return rows


@dataclass(slots=True)
class _Block:
    caption: str
    party: PrintParty


def _party_blocks(document: PrintDocument) -> list[_Block]:
    blocks = []
    if document.bill_to:
        blocks.append(_Block(document.bill_to.label or document.bill_to_label, document.bill_to))
    if document.ship_to:
        blocks.append(_Block(document.ship_to.label or document.ship_to_label, document.ship_to))
    blocks.extend(_Block(party.label, party) for party in document.parties)
    return blocks


def draw_parties(flow: Flow, document: PrintDocument, theme: Theme) -> None:
    """Bill-to, ship-to and other parties side by side, three in a row."""
    blocks = _party_blocks(document)
    while blocks:
        row, blocks = blocks[:3], blocks[3:]
        count = max(2, len(row))
        step = (flow.right - flow.left + 18) / count
        lowest = flow.y
        for number, block in enumerate(row):
            x = flow.left + number * step
            caption = inline(clean_line(block.caption), document.language)
            lowest = min(
                lowest,
                draw_party(flow.pen, x, flow.y, block.party, caption, theme, step - 18, document.language),
            )
        flow.y = lowest - 8


def draw_party(
    pen: Pen,
    x: float,
    y: float,
    party: PrintParty,
    caption: str,
    theme: Theme,
    limit: float,
    language: Language,
) -> float:
    """One party. Answers the height where it ends."""
    if caption:
        y -= 8
        pen.text(x, y, fit(caption, 1, theme.caption.size, limit), theme.caption)
        y -= 4
    for line in wrap(clean_line(party.name), theme.party.weight, theme.party.size, limit)[:5]:
        y -= 9.2
        pen.text(x, y, line, theme.party)
        y -= 3
    for part in party.address:
        for line in wrap(clean(part), 0, theme.text.size, limit)[:6]:
            y -= 10.4
            pen.text(x, y + 1, line, theme.text)
    pairs = [("GSTIN", party.gstin), ("PAN", party.pan), ("State", party.state), ("Phone", party.phone)]
    pairs += [("Mail", party.mail), ("Contact", party.contact), *party.extra]
    shown = [
        (label if label == label.upper() else inline(clean_line(label), language), clean_line(text))
        for label, text in pairs
        if text
    ]
    for row in split_pairs(shown, theme.small, theme.small_strong, limit):
        y -= 10.4
        pairs_line(pen, x, y + 0.6, row, theme.small, theme.small_strong)
    return y


def draw_head(flow: Flow, document: PrintDocument, theme: Theme) -> float:
    """The whole head of the first page; the flow goes on below it. Answers where the copy mark stands."""
    limit = flow.right - flow.left - _TITLE_WIDTH - 16
    left_end = draw_company(flow, document.company, theme, limit)
    mark = draw_title(flow, document, theme) - 10.5
    end = min(left_end, mark if document.copies else mark + 10.5)
    flow.y = end - 9
    flow.pen.rule(flow.left, flow.right, flow.y, theme.accent, 1.1)
    flow.y -= 7
    _fields_and_code(flow, document, theme)
    if _party_blocks(document):
        flow.y -= 1
        flow.pen.rule(flow.left, flow.right, flow.y, HAIR, 0.5)
        flow.y -= 5
        draw_parties(flow, document, theme)
    flow.y -= 3
    return mark


def _fields_and_code(flow: Flow, document: PrintDocument, theme: Theme) -> None:
    language = document.language
    fields = [
        (inline(clean_line(document.number_label), language), clean_line(document.number)),
        (inline(clean_line(document.date_label), language), clean_line(document.date)),
    ]
    fields += [(inline(clean_line(label), language), clean_line(text)) for label, text in document.fields]
    if document.place_of_supply:
        fields.append((inline("Place of supply", language), clean_line(document.place_of_supply)))
    fields = [(label, text) for label, text in fields if text]
    codes = [code for code in document.qr_codes if code.place == "header"][:2]
    top, right = flow.y, flow.right
    for code in codes:
        edge, path = qr_path(code.payload, "l")
        right -= QR_HEADER
        flow.pen.path(right, top - QR_HEADER, QR_HEADER / edge, path, INK)
        caption = fit(clean_line(code.caption), 0, 6, QR_HEADER)
        flow.pen.center(right + QR_HEADER / 2, top - QR_HEADER - 7.5, caption, Style(0, 6, theme.small.ink))
        right -= 14
    draw_fields(flow, fields, theme, right, (3, 4) if codes else (4, 5))
    if codes:
        flow.y = min(flow.y, top - QR_HEADER - 12)


def running_head(pen: Pen, flow: Flow, theme: Theme, left: str, right: str) -> None:
    """The short head of the following pages."""
    y = flow.height - 34
    room = (flow.right - flow.left) / 2 - 8
    pen.text(flow.left, y, fit(left, theme.value.weight, theme.value.size, room), theme.value)
    pen.right(flow.right, y, fit(right, 0, theme.soft.size, room), theme.soft)
    pen.rule(flow.left, flow.right, y - 7, HAIR, 0.5)


def running_foot(pen: Pen, flow: Flow, theme: Theme, note: str, page: str) -> None:
    """The foot of every page: a note and the page number."""
    y = 24.0
    pen.rule(flow.left, flow.right, y + 10, HAIR, 0.5)
    pen.right(flow.right, y, page, theme.foot)
    room = flow.right - flow.left - 90
    pen.text(flow.left, y, fit(note, 0, theme.foot.size, room), theme.foot)
