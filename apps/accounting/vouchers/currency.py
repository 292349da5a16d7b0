"""Lines of a voucher in a foreign currency: amount, rate and value in company currency agree to the paisa."""

from __future__ import annotations

from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from apps.accounting.choices import Control
from apps.accounting.models import Voucher, VoucherLine
from apps.company.selectors import rate_on
from apps.core.errors import ErrorList, InvalidInput
from apps.core.formats import show_number
from apps.core.money import ONE, ZERO, round_money
from apps.core.records import kept_id

_HALF_OF_LAST_PLACE = Decimal("0.0000005")
_PAISA = Decimal("0.01")
_MAX_RATE = Decimal(10) ** 9


class Asked:
    """What the lines of one voucher ask of the database, each thing once."""

    def __init__(self, voucher: Voucher) -> None:
        self.voucher = voucher
        self._rates: dict[int, Decimal | InvalidInput] = {}

    def rate(self, currency_id: int) -> Decimal:
        """The rate of the voucher's day. Raises InvalidInput."""
        if currency_id not in self._rates:
            try:
                self._rates[currency_id] = rate_on(currency_id, self.voucher.company, self.voucher.date)
            except InvalidInput as error:
                self._rates[currency_id] = error
        found = self._rates[currency_id]
        if isinstance(found, InvalidInput):
            raise found
        return found

    def before(self, line: VoucherLine) -> VoucherLine | None:
        """A line as it is kept where it is kept in a foreign currency: what is sent back unchanged of it is
        no claim, for it was filled from the rest."""
        found = self._kept.get(kept_id(line) or 0)
        return found if found is not None and found.currency_id is not None else None

    @cached_property
    def _kept(self) -> dict[int, VoucherLine]:
        voucher = kept_id(self.voucher)
        return VoucherLine.objects.filter(voucher=voucher).in_bulk() if voucher else {}


def line_currency_fill(asked: Asked, line: VoucherLine, errors: ErrorList, path: str) -> None:
    """Fill currency, amount and rate of a line whose account is known, or its debit or credit from them;
    in the company's currency they are left empty.

    Errors name the field: ``currency`` for another one than the account's, ``amount`` or ``exchange_rate``
    where the three contradict each other.
    """
    only, home = line.account.currency_id, asked.voucher.company.currency_id
    if line.currency_id is None:
        line.currency_id = only or home
    if only is not None and only != line.currency_id:
        text = _("The account %(a)s is kept in %(currency)s.")
        errors.add(
            f"{path}currency", text % {"a": line.account, "currency": line.account.currency}, "wrong_currency"
        )
    elif line.currency_id == home:
        _home(asked, line, errors, path)
    else:
        _foreign(asked, line, errors, path)


def _home(asked: Asked, line: VoucherLine, errors: ErrorList, path: str) -> None:
    before = asked.before(line) if line.amount or line.exchange_rate else None
    if before is not None:  # it was in another currency
        line.amount = None if line.amount == before.amount else line.amount
        line.exchange_rate = None if line.exchange_rate == before.exchange_rate else line.exchange_rate
    if line.exchange_rate not in (None, ONE):
        errors.add(f"{path}exchange_rate", _("The rate of the company's own currency is 1."))
    if line.amount and not line.base:
        _set_base(line, line.amount)
    elif line.amount and abs(line.amount) != abs(line.base):
        errors.add(f"{path}amount", _("The amount contradicts its value in company currency."), "sign")
    line.currency = line.amount = line.exchange_rate = None


def _foreign(asked: Asked, line: VoucherLine, errors: ErrorList, path: str) -> None:
    if line.amount is None or (not line.amount and _keeps_items(line)):
        errors.add(f"{path}amount", _("Say the amount in %(c)s.") % {"c": line.currency}, "required")
        return
    before = asked.before(line)
    if line.base < 0:
        line.amount = -abs(line.amount)
    elif line.base > 0 and before is not None and line.amount == before.amount:
        line.amount = abs(line.amount)  # a kept credit that was moved to the debit side
    _drop_unchanged(line, before)
    if line.base > 0 > line.amount:
        errors.add(f"{path}amount", _("The amount contradicts its value in company currency."), "sign")
    elif not line.amount:  # an exchange difference that is booked by hand
        line.exchange_rate = line.exchange_rate or ONE
    elif not line.base:
        _value(asked, line, errors, path)
    else:
        _agree(line, errors, path)


def _keeps_items(line: VoucherLine) -> bool:
    return line.account.control in (Control.RECEIVABLE, Control.PAYABLE)


def _drop_unchanged(line: VoucherLine, before: VoucherLine | None) -> None:
    """Of a kept line only what was changed holds: its value follows another amount or rate, its rate another
    value."""
    if before is None or not line.amount:
        return
    other = line.currency_id != before.currency_id
    if not other and _agrees(line):
        return
    same_rate, same_base = line.exchange_rate == before.exchange_rate, line.base == before.base
    if same_rate and (other or not before.amount):
        line.exchange_rate = None
        if other and same_base:
            _set_base(line, ZERO)
    elif same_base:
        _set_base(line, ZERO)
    elif same_rate:
        line.exchange_rate = None


def _agrees(line: Any) -> bool:
    """Whether nothing that was said contradicts the rest, as far as six places tell."""
    if not line.base:
        return True
    if line.base > 0 > line.amount:
        return False
    if line.exchange_rate is None:
        return True
    allowed = abs(line.amount) * _HALF_OF_LAST_PLACE + _PAISA / 2
    return bool(abs(line.amount * line.exchange_rate - line.base) <= allowed)


def _value(asked: Asked, line: Any, errors: ErrorList, path: str) -> None:
    """The value at the rate that was said, else at the day's."""
    if line.exchange_rate is None:
        try:
            line.exchange_rate = asked.rate(line.currency_id)
        except InvalidInput as error:
            errors.add(f"{path}exchange_rate", str(error.detail), error.code)
            return
    if not 0 < line.exchange_rate <= _MAX_RATE:
        errors.add(f"{path}exchange_rate", _("The exchange rate must be more than 0."), "min_value")
        return
    _set_base(line, round_money(line.amount * line.exchange_rate))


def _agree(line: Any, errors: ErrorList, path: str) -> None:
    """Amount and value were both said: the rate follows, or must be theirs as far as six places tell."""
    if line.exchange_rate is None:
        line.exchange_rate = round_money(line.base / line.amount, 6)
        if not 0 < line.exchange_rate <= _MAX_RATE:
            errors.add(f"{path}amount", _("Amount and value make no exchange rate."), "invalid")
    elif not _agrees(line):
        text = _(
            "At this rate the amount is worth %(worth)s, not %(base)s. Leave the rate or the value empty."
        )
        worth = round_money(line.amount * line.exchange_rate)
        shown = {"worth": show_number(abs(worth)), "base": show_number(abs(line.base))}
        errors.add(f"{path}exchange_rate", text % shown, "rate_differs")


def _set_base(line: Any, base: Decimal) -> None:
    line.debit, line.credit = max(base, ZERO), max(-base, ZERO)
