"""Lines of a voucher in a foreign currency: amount, rate and value in company currency agree to the paisa."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from apps.accounting.choices import Control
from apps.accounting.models import Voucher, VoucherLine
from apps.company.selectors import rate_on
from apps.core.errors import ErrorList, InvalidInput
from apps.core.formats import show_number
from apps.core.money import ONE, ZERO, round_money

_HALF_OF_LAST_PLACE = Decimal("0.0000005")
_PAISA = Decimal("0.01")
_MAX_RATE = Decimal(10) ** 9


def line_currency_fill(voucher: Voucher, line: VoucherLine, errors: ErrorList, path: str) -> None:
    """Fill currency, amount and rate of a line whose account is known, or its debit or credit from them.

    Errors name the field: ``currency`` for another one than the account's, ``amount`` or ``exchange_rate``
    where the three contradict each other.
    """
    only, home = line.account.currency_id, voucher.company.currency_id
    if line.currency_id is None:
        line.currency_id = only or home
    if only is not None and only != line.currency_id:
        text = _("The account %(a)s is kept in %(currency)s.")
        errors.add(
            f"{path}currency", text % {"a": line.account, "currency": line.account.currency}, "wrong_currency"
        )
    elif line.currency_id == home:
        _home(line, errors, path)
    else:
        _foreign(voucher, line, errors, path)


def _home(line: VoucherLine, errors: ErrorList, path: str) -> None:
    if line.exchange_rate not in (None, ONE):
        errors.add(f"{path}exchange_rate", _("The rate of the company's own currency is 1."))
    if line.amount and not line.base:
        _set_base(line, line.amount)
    elif line.amount is not None and abs(line.amount) != abs(line.base):
        errors.add(f"{path}amount", _("The amount contradicts its value in company currency."), "sign")
    line.amount, line.exchange_rate = line.base, ONE


def _foreign(voucher: Voucher, line: VoucherLine, errors: ErrorList, path: str) -> None:
    if line.amount is None or (not line.amount and _keeps_items(line)):
        errors.add(f"{path}amount", _("Say the amount in %(c)s.") % {"c": line.currency}, "required")
        return
    if line.base < 0:
        line.amount = -abs(line.amount)
    elif line.base and line.amount < 0:
        errors.add(f"{path}amount", _("The amount contradicts its value in company currency."), "sign")
        return
    if not line.amount:  # an exchange difference that is booked by hand
        line.exchange_rate = line.exchange_rate or ONE
    elif not line.base:
        _value(voucher, line, errors, path)
    else:
        _agree(line, errors, path)


def _keeps_items(line: VoucherLine) -> bool:
    return line.account.control in (Control.RECEIVABLE, Control.PAYABLE)


def _value(voucher: Voucher, line: VoucherLine, errors: ErrorList, path: str) -> None:
    """The value at the rate that was said, else at the day's."""
    if line.exchange_rate is None:
        try:
            line.exchange_rate = rate_on(line.currency_id, voucher.company, voucher.date)
        except InvalidInput as error:
            errors.add(f"{path}exchange_rate", str(error.detail), error.code)
            return
    if not 0 < line.exchange_rate <= _MAX_RATE:
        errors.add(f"{path}exchange_rate", _("The exchange rate must be more than 0."), "min_value")
        return
    _set_base(line, round_money(line.amount * line.exchange_rate))


def _agree(line: VoucherLine, errors: ErrorList, path: str) -> None:
    """Amount and value were both said: the rate follows, or must be theirs as far as six places tell."""
    if line.exchange_rate is None:
        line.exchange_rate = round_money(line.base / line.amount, 6)
        if not 0 < line.exchange_rate <= _MAX_RATE:
            errors.add(f"{path}amount", _("Amount and value make no exchange rate."), "invalid")
        return
    worth = line.amount * line.exchange_rate
    if abs(worth - line.base) > abs(line.amount) * _HALF_OF_LAST_PLACE + _PAISA / 2:
        text = _(
            "At this rate the amount is worth %(worth)s, not %(base)s. Leave the rate or the value empty."
        )
        shown = {"worth": show_number(abs(round_money(worth))), "base": show_number(abs(line.base))}
        errors.add(f"{path}exchange_rate", text % shown, "rate_differs")


def _set_base(line: Any, base: Decimal) -> None:
    line.debit, line.credit = max(base, ZERO), max(-base, ZERO)
