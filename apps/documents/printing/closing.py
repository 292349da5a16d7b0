"""What stands below the lines: words, totals, bank and payment code, kept together; terms; signatures last,
so that what is signed stands above them."""

from __future__ import annotations

from typing import Any

from .codes import qr_path
from .flow import Flow
from .images import picture
from .labels import inline
from .lines import Numbers
from .model import PrintDocument, PrintSignature, PrintTotal
from .pen import BOLD, REGULAR, Style
from .text import clean, clean_line, fit, width, wrap
from .theme import HAIR, INK, RULE, Theme

_QR = 66.0
_SIGN_HEIGHT = 70.0


class Closing:
    """The closing block of a document: measured first, drawn when it fits."""

    def __init__(self, document: PrintDocument, theme: Theme, numbers: Numbers, flow: Flow) -> None:
        self.document, self.theme, self.numbers = document, theme, numbers
        self.language = document.language
        whole = flow.right - flow.left
        self.right_width = whole * 0.42 if document.totals else 0.0
        self.left_width = whole - self.right_width - (24 if document.totals else 0)
        self._words = self._word_lines()
        self._bank = self._bank_rows()
        self._codes = [code for code in document.qr_codes if code.place == "payment"][:3]

    # -- measures ------------------------------------------------------------

    def _word_lines(self) -> list[str]:
        return wrap(clean(self.document.words), BOLD, 8.4, self.left_width) if self.document.words else []

    def _bank_rows(self) -> list[tuple[str, str]]:
        company = self.document.company
        if not self.document.show_bank:
            return []
        bank = company.bank
        rows = []
        if bank:
            rows = [
                ("Account holder", bank.holder),
                ("Bank", bank.bank),
                ("Account no.", bank.account),
                ("IFSC", bank.ifsc),
                ("Branch", bank.branch),
                ("SWIFT", bank.swift),
            ]
        rows.append(("UPI", company.upi_id))
        return [(inline(label, self.language), clean_line(text)) for label, text in rows if text]

    def _left_height(self) -> float:
        height = 0.0
        if self._words:
            height += 12 + 11.6 * len(self._words) + 8
        pay = 12 + 11 * len(self._bank) if self._bank else 0.0
        if self._codes:
            pay = max(pay, _QR + 14)
        return height + (pay + 6 if pay else 0.0)

    def _total_height(self, row: PrintTotal) -> float:
        return 22.0 if row.kind == "grand" else 14.0

    def _right_height(self) -> float:
        return sum(map(self._total_height, self.document.totals))

    def _sign_height(self) -> float:
        return _SIGN_HEIGHT + 22 if self.document.signatures else 0.0

    def _block_height(self) -> float:
        return max(self._left_height(), self._right_height()) + 10

    # -- drawing ------------------------------------------------------------

    def draw(self, flow: Flow) -> None:
        """Draws the block on one page, the terms and notes over as many as they need, then the signatures.

        Short terms stand left of a single signature. Signatures never stand alone on a page: the block, or
        the last lines of the terms, comes along.
        """
        terms = self._terms()
        beside = self._beside(flow, terms)
        alone = bool(terms) and not beside
        flow.keep(min(self._block_height() + (0.0 if alone else self._sign_height()), flow.full))
        flow.y -= 8
        top = flow.y
        low_left = self._draw_left(flow, top)
        low_right = self._draw_totals(flow, top)
        flow.y = min(low_left, low_right) - 8
        if alone:
            draw_paragraphs(flow, self.theme, terms, after=self._sign_height())
        if self.document.signatures:
            self._draw_signatures(flow, beside)

    def _draw_left(self, flow: Flow, y: float) -> float:
        pen, theme, x = flow.pen, self.theme, flow.left
        if self._words:
            y -= 8
            pen.text(x, y, inline(clean_line(self.document.words_label), self.language), theme.label)
            y -= 2
            for line in self._words:
                y -= 11.6
                pen.text(x, y + 1, line, Style(BOLD, 8.4, INK))
            y -= 10
        if not self._bank and not self._codes:
            return y
        return min(self._draw_codes(flow, y), self._draw_bank(flow, y))

    def _draw_codes(self, flow: Flow, y: float) -> float:
        x = flow.left
        for code in self._codes:
            edge, path = qr_path(code.payload)
            flow.pen.path(x, y - _QR, _QR / edge, path, INK)
            caption = inline(clean_line(code.caption or "Scan to pay"), self.language)
            style = Style(REGULAR, 6, self.theme.small.ink)
            flow.pen.text(x, y - _QR - 8, fit(caption, 0, 6, _QR + 14), style)
            x += _QR + 16
            y_end = y - _QR - 10
        return y_end if self._codes else y

    def _draw_bank(self, flow: Flow, y: float) -> float:
        if not self._bank:
            return y
        pen, theme = flow.pen, self.theme
        x = flow.left + len(self._codes) * (_QR + 16)
        y -= 7
        pen.text(x, y, inline("Bank details", self.language), theme.caption)
        y -= 2
        wide = max(width(label, 0, theme.small.size) for label, _text in self._bank) + 8
        limit = flow.left + self.left_width - x - wide
        for label, text in self._bank:
            y -= 11
            pen.text(x, y, label, theme.small)
            pen.text(x + wide, y, fit(text, 1, theme.small_strong.size, limit), theme.small_strong)
        return y - 4

    def _draw_totals(self, flow: Flow, y: float) -> float:
        pen, theme = flow.pen, self.theme
        right = flow.right - 5
        left = flow.right - self.right_width
        for row in self.document.totals:
            label = inline(clean_line(row.label), self.language)
            text = clean_line(row.amount) if isinstance(row.amount, str) else self.numbers.money(row.amount)
            if row.kind == "grand":
                text = (
                    f"{clean_line(self.document.symbol)} {text}" if not isinstance(row.amount, str) else text
                )
                y -= 21
                pen.box(left, y, flow.right - left, 20, theme.tint)
                pen.rule(left, flow.right, y + 20, theme.accent, 0.9)
                self._total_row(flow, y + 6.4, left + 5, right, label, text, theme.grand, theme.grand)
                y -= 1
                continue
            y -= 14
            value = theme.strong if row.kind == "strong" else theme.text
            name = theme.strong if row.kind == "strong" else theme.soft
            if row.kind == "muted":
                value = theme.soft
            self._total_row(flow, y + 4.4, left + 5, right, label, text, name, value)
            pen.rule(left, flow.right, y, HAIR, 0.4)
        return y

    def _total_row(
        self, flow: Any, y: float, left: float, right: float, label: str, text: str, name: Style, value: Style
    ) -> None:
        used = width(text, value.weight, value.size)
        flow.pen.text(left, y, fit(label, name.weight, name.size, max(20.0, right - left - used - 8)), name)
        flow.pen.right(right, y, text, value)

    # -- signatures ------------------------------------------------------------

    def _draw_signatures(self, flow: Flow, beside: list[tuple[str, list[str]]]) -> None:
        signatures = self.document.signatures[:4]
        top = flow.y
        gap, places = 18.0, max(len(signatures), 3)
        step = (flow.right - flow.left + gap) / places
        for number, signature in enumerate(signatures):
            last = number == len(signatures) - 1
            left = flow.left + (places - 1 if last else number) * step
            self._signature(flow, signature, left, left + step - gap, top)
        end = top - _SIGN_HEIGHT - 14
        if beside:
            end = min(end, self._texts_at(flow, beside, top))
        flow.y = end

    def _signature(
        self, flow: Flow, signature: PrintSignature, left: float, right: float, top: float
    ) -> None:
        pen, theme, company = flow.pen, self.theme, self.document.company
        heading = clean_line(signature.heading)
        if not heading and signature.ours:
            heading = f"{inline('For', self.language)} {clean_line(company.legal_name)}"
        strong = theme.small_strong
        for number, line in enumerate(wrap(heading, 1, strong.size, right - left)[:2] if heading else []):
            pen.text(left, top - 8 - number * 9, line, strong)
        self._pictures(flow, signature, left, right, top)
        y = top - _SIGN_HEIGHT
        pen.rule(left, right, y + 11, RULE, 0.5)
        if signature.name:
            pen.text(left, y + 1.5, fit(clean_line(signature.name), 1, strong.size, right - left), strong)
            y -= 9
        caption = inline(clean_line(signature.caption), self.language)
        pen.text(left, y + 1.5, fit(caption, 0, theme.small.size, right - left), theme.small)
        if signature.note:
            pen.text(left, y - 7.5, fit(clean_line(signature.note), 0, 6.4, right - left), theme.foot)

    def _pictures(self, flow: Flow, signature: PrintSignature, left: float, right: float, top: float) -> None:
        company = self.document.company
        room = _SIGN_HEIGHT - 30
        data = signature.image or (company.signature if signature.ours else None)
        if signature.ours and company.seal is not None:
            seal = picture(company.seal, "company.seal")
            wide, high = seal.box(room + 6, room + 6)
            flow.pen.picture(right - wide - 4, top - 12 - high, wide, high, seal)
        if data is not None:
            field = "signatures.image" if signature.image else "company.signature"
            image = picture(data, field)
            wide, high = image.box((right - left) * 0.62, room)
            flow.pen.picture(left, top - 15 - high, wide, high, image)

    # -- terms and notes ------------------------------------------------------------

    def _terms(self) -> list[tuple[str, str]]:
        pairs = [("Notes", self.document.notes), ("Terms and conditions", self.document.terms)]
        return [(inline(label, self.language), clean(text).strip()) for label, text in pairs if text]

    def _beside(self, flow: Flow, terms: list[tuple[str, str]]) -> list[tuple[str, list[str]]]:
        """The terms as lines left of the signatures, when they are short enough to stand there."""
        if len(self.document.signatures) > 1 or not terms:
            return []
        share = 2 / 3 if self.document.signatures else 1
        limit = (flow.right - flow.left) * share - 24
        blocks = [(label, wrap(text, 0, self.theme.small.size, limit)) for label, text in terms]
        height = sum(14 + 9.6 * len(lines) for _label, lines in blocks)
        return blocks if height <= _SIGN_HEIGHT + 14 and self.document.signatures else []

    def _texts_at(self, flow: Flow, blocks: list[tuple[str, list[str]]], y: float) -> float:
        for label, lines in blocks:
            y -= 8
            flow.pen.text(flow.left, y, label, self.theme.caption)
            y -= 2
            for line in lines:
                y -= 9.6
                flow.pen.text(flow.left, y, line, self.theme.small)
            y -= 4
        return y


def draw_paragraphs(flow: Flow, theme: Theme, texts: list[tuple[str, str]], *, after: float = 0.0) -> None:
    """Captioned paragraphs over the whole width, broken over pages where needed. ``after``: height of what
    follows, which keeps the last two lines with it."""
    for number, (label, text) in enumerate(texts, 1):
        lines = wrap(text, 0, theme.small.size, flow.right - flow.left)
        flow.keep(12 + 9.6 * min(len(lines), 3))
        flow.y -= 9
        flow.pen.text(flow.left, flow.y, label, theme.caption)
        flow.y -= 2
        last = len(lines) - 2 if number == len(texts) else len(lines)
        for index, line in enumerate(lines):
            flow.keep(9.6 if index < last else 9.6 * (len(lines) - index) + 5 + after)
            flow.y -= 9.6
            flow.pen.text(flow.left, flow.y, line, theme.small)
        flow.y -= 5
