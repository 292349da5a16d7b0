"""What stands below the lines: words with totals, bank and payment code, terms; signatures last, so that what
is signed stands above them."""

from __future__ import annotations

from typing import Any

from .codes import qr_path
from .density import EASY, Density
from .flow import Flow
from .images import picture
from .labels import inline
from .lines import Numbers
from .model import PrintDocument, PrintSignature, PrintTotal
from .pen import BOLD, REGULAR, Style
from .text import clean, clean_line, fit, width, wrap
from .theme import HAIR, INK, RULE, Theme

_AIR = 8.0
"""Above and below the block of words, payment and totals."""
_SPARE = 11.0
"""What terms beside the signatures may be taller than these."""


class Closing:
    """The closing block of a document: measured first, drawn when it fits."""

    def __init__(
        self,
        document: PrintDocument,
        theme: Theme,
        numbers: Numbers,
        flow: Flow,
        density: Density = EASY,
    ) -> None:
        self.document, self.theme, self.numbers = document, theme, numbers
        self.density = density
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

    def _words_height(self) -> float:
        return 20 + 11.6 * len(self._words) if self._words else 0.0

    def _pay_height(self) -> float:
        bank = 13 + 11 * len(self._bank) if self._bank else 0.0
        return max(bank, self.density.code + 10 if self._codes else 0.0)

    def _total_height(self, row: PrintTotal) -> float:
        return self.density.total + (8.0 if row.kind == "grand" else 0.0)

    def _right_height(self) -> float:
        return sum(map(self._total_height, self.document.totals))

    def _sign_height(self) -> float:
        """What the signatures take, with the names and notes below their lines."""
        signatures = self.document.signatures[:4]
        below = [9.0 * bool(item.name) + 7.5 * bool(item.note) for item in signatures]
        return self.density.sign + 3 + max(below) if signatures else 0.0

    def _block_height(self) -> float:
        """Words and payment on the left, totals on the right."""
        return _AIR + max(self._words_height() + self._pay_height(), self._right_height()) + _AIR

    def _sums_height(self) -> float:
        """Words and totals alone."""
        return _AIR + max(self._words_height(), self._right_height()) + _AIR

    # -- drawing ------------------------------------------------------------

    def draw(self, flow: Flow) -> None:
        """Draws words, totals and payment on one page, the terms over as many as they need, the signatures.

        Short terms stand left of a single signature. Where not all of it fits, words and totals stay with
        what they sum up and the payment opens the next page. Signatures never stand alone on a page: the
        block, the payment or the last lines of the terms come along.
        """
        terms = self._terms()
        beside = self._beside(flow, terms)
        alone = bool(terms) and not beside
        signs = 0.0 if alone else self._sign_height()
        if self._parts(flow, signs):
            self._draw_sums(flow)
            flow.keep(_AIR + self._pay_height() + _AIR + signs)
            flow.y = self._draw_payment(flow, flow.y - _AIR) - _AIR
        else:
            flow.keep(min(self._block_height() + signs, flow.full))
            self._draw_sums(flow, payment=True)
        if alone:
            draw_paragraphs(flow, self.theme, terms, after=self._sign_height())
        if self.document.signatures:
            self._draw_signatures(flow, beside)

    def _parts(self, flow: Flow, signs: float) -> bool:
        """Whether the page ends between the totals and the payment."""
        fits = self._block_height() + signs <= flow.room
        return bool(self._pay_height()) and not fits and not flow.fresh and self._sums_height() <= flow.room

    def _draw_sums(self, flow: Flow, *, payment: bool = False) -> None:
        top = flow.y - _AIR
        low_left = self._draw_words(flow, top)
        if payment:
            low_left = self._draw_payment(flow, low_left)
        flow.y = min(low_left, self._draw_totals(flow, top)) - _AIR

    def _draw_words(self, flow: Flow, y: float) -> float:
        pen, theme, x = flow.pen, self.theme, flow.left
        if not self._words:
            return y
        y -= 8
        pen.text(x, y, inline(clean_line(self.document.words_label), self.language), theme.label)
        y -= 2
        for line in self._words:
            y -= 11.6
            pen.text(x, y + 1, line, Style(BOLD, 8.4, INK))
        return y - 10

    def _draw_payment(self, flow: Flow, y: float) -> float:
        return min(self._draw_codes(flow, y), self._draw_bank(flow, y))

    def _draw_codes(self, flow: Flow, y: float) -> float:
        x, side = flow.left, self.density.code
        for code in self._codes:
            edge, path = qr_path(code.payload)
            flow.pen.path(x, y - side, side / edge, path, INK)
            caption = inline(clean_line(code.caption or "Scan to pay"), self.language)
            style = Style(REGULAR, 6, self.theme.small.ink)
            flow.pen.text(x, y - side - 8, fit(caption, 0, 6, side + 14), style)
            x += side + 16
        return y - side - 10 if self._codes else y

    def _draw_bank(self, flow: Flow, y: float) -> float:
        if not self._bank:
            return y
        pen, theme = flow.pen, self.theme
        x = flow.left + len(self._codes) * (self.density.code + 16)
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
            height = self._total_height(row)
            if row.kind == "grand":
                text = (
                    f"{clean_line(self.document.symbol)} {text}" if not isinstance(row.amount, str) else text
                )
                y -= height - 1
                pen.box(left, y, flow.right - left, height - 2, theme.tint)
                pen.rule(left, flow.right, y + height - 2, theme.accent, 0.9)
                self._total_row(
                    flow, y + (height - 2) / 2 - 3.6, left + 5, right, label, text, theme.grand, theme.grand
                )
                y -= 1
                continue
            y -= height
            value = theme.strong if row.kind == "strong" else theme.text
            name = theme.strong if row.kind == "strong" else theme.soft
            if row.kind == "muted":
                value = theme.soft
            self._total_row(flow, y + height / 2 - 2.6, left + 5, right, label, text, name, value)
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
        end = top - self._sign_height()
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
        y = top - self.density.sign
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
        room = self.density.sign - 30
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
        return blocks if height <= self._sign_height() + _SPARE and self.document.signatures else []

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
