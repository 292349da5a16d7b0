"""Manual vouchers: working out a draft, posting, reversing."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from apps.accounting.choices import Control, JournalKind
from apps.accounting.ledger import Posting, PostingLine, post, reversal_day, reverse
from apps.accounting.models import Journal, JournalEntry, Voucher, VoucherLine
from apps.accounting.vouchers.currency import Asked, line_currency_fill
from apps.company.selectors import company_today
from apps.core.errors import ErrorList, InvalidInput, Refused
from apps.core.money import ZERO
from apps.documents.lifecycle import number_assign

_BY_DOCUMENTS = (JournalKind.STOCK,)


def voucher_compute(voucher: Voucher, children: dict[str, list[Any]]) -> None:
    """Fill the journal and the totals; check accounts and sides. Raises InvalidInput with line paths."""
    lines: list[VoucherLine] = children.get("lines", [])
    errors = ErrorList()
    if getattr(voucher, "company_id", None) is None:  # a preview may have none yet
        raise InvalidInput(_("This field is required."), field="company", code="required")
    if getattr(voucher, "journal_id", None) is None:
        voucher.journal = Journal.objects.filter(company=voucher.company_id, code="general").first()
    if voucher.journal is None or voucher.journal.company_id != voucher.company_id:
        errors.add("journal", _("There is no such journal in this company."), "not_found")
    elif voucher.journal.journal_kind in _BY_DOCUMENTS:
        errors.add("journal", _("Only stock documents write to this journal."), "not_allowed")
    for number, line in enumerate(lines):
        _line_check(voucher, line, errors, f"lines.{number}.")
    errors.raise_if_any()
    voucher.date = voucher.date or company_today()
    asked = Asked(voucher)
    for number, line in enumerate(lines):
        line_currency_fill(asked, line, errors, f"lines.{number}.")
    errors.raise_if_any()
    voucher.debit_total = sum((line.debit for line in lines), ZERO)
    voucher.credit_total = sum((line.credit for line in lines), ZERO)


def _line_check(voucher: Voucher, line: VoucherLine, errors: ErrorList, path: str) -> None:
    if line.debit < 0:
        errors.add(f"{path}debit", _("Must not be negative."), "min_value")
    if line.credit < 0:
        errors.add(f"{path}credit", _("Must not be negative."), "min_value")
    if line.debit and line.credit:
        errors.add(f"{path}credit", _("A line is a debit or a credit, not both."), "one_side")
    account = line.account if line.account_id else None
    if account is None:
        errors.add(f"{path}account", _("This field is required."), "required")
    elif account.company_id != voucher.company_id:
        errors.add(f"{path}account", _("There is no such account in this company."), "not_found")
    elif account.is_group:
        errors.add(
            f"{path}account",
            _("%(a)s is a group: post to an account below it.") % {"a": account},
            "group_account",
        )
    elif account.control == Control.STOCK:
        errors.add(
            f"{path}account", _("Only stock documents post to %(a)s.") % {"a": account}, "control_account"
        )
    elif account.control in (Control.RECEIVABLE, Control.PAYABLE) and line.party_id is None:
        errors.add(f"{path}party", _("The account %(a)s needs a party.") % {"a": account}, "party_required")


def voucher_check(voucher: Voucher, lines: list[VoucherLine]) -> None:
    """What a voucher must be before it is kept: two sides that agree. Raises InvalidInput."""
    if len(lines) < 2:
        raise InvalidInput(_("A voucher needs at least two lines."), field="lines", code="too_few_lines")
    errors = ErrorList()
    for number, line in enumerate(lines):
        if not line.debit and not line.credit:
            errors.add(f"lines.{number}.debit", _("The amount must not be zero."), "min_value")
    errors.raise_if_any()
    difference = voucher.debit_total - voucher.credit_total
    if difference:
        raise InvalidInput(
            _("Debit and credit differ by %(amount)s.") % {"amount": format(difference, ".2f")},
            field="lines",
            code="unbalanced",
        )


def voucher_post(voucher: Voucher, *, by: Any, reason: str = "") -> None:
    """Post a voucher: number, journal entry, open items for lines on party accounts.

    ``reason`` is needed in a softly closed period. Raises InvalidInput, Locked (closed period).
    """
    lines = list(voucher.lines.select_related("account__currency", "currency"))
    voucher_compute(voucher, {"lines": lines})
    voucher_check(voucher, lines)
    number_assign(voucher)
    posting = Posting(
        company=voucher.company,
        journal=voucher.journal.code,
        date=voucher.date,
        source=voucher,
        purpose="post",
        narration=voucher.narration,
        lines=[
            PostingLine(
                account=line.account,
                base=line.base,
                currency_id=line.currency_id or voucher.company.currency_id,
                amount=line.base if line.currency_id is None else line.amount,
                party_id=line.party_id,
                cost_centre_id=line.cost_centre_id,
                description=line.description,
            )
            for line in lines
        ],
    )
    voucher.journal_entry = post([posting], by=by, reason=reason)[0]
    if any(line.account.control in (Control.RECEIVABLE, Control.PAYABLE) for line in lines):
        _open_items(voucher.journal_entry)


def _open_items(entry: JournalEntry) -> None:
    """Lines on party accounts enter the sub-ledger, so that it equals its control account."""
    from apps.accounting.payments.open_items import items_of_entry

    items_of_entry(entry, list(entry.lines.select_related("account").order_by("position")))


def voucher_reverse(voucher: Voucher, *, by: Any, date: date | None = None, reason: str = "") -> None:
    """Reverse a posted voucher by its mirror image, today or on the first open day after.

    The voucher's own period stays untouched. Raises InvalidInput for a day before the voucher, Refused
    ``in_use`` when money is set against one of its party lines.
    """
    entry = voucher.journal_entry
    if entry is None:
        raise Refused(_("This voucher has no entry to reverse."), code="invalid_transition")
    day = date or max(reversal_day(voucher.company_id), voucher.date)
    if day < voucher.date:
        raise InvalidInput(_("A reversal can't come before its voucher."), field="date", code="min_value")
    voucher.reversal_entry = reverse(entry, date=day, by=by, reason=reason)
    if entry.lines.filter(account__control__in=(Control.RECEIVABLE, Control.PAYABLE)).exists():
        _void_items(voucher, voucher.reversal_entry)


def _void_items(voucher: Voucher, entry: JournalEntry) -> None:
    from apps.accounting.models import OpenItem
    from apps.accounting.payments.open_items import item_void
    from apps.core.locks import lock_rows

    ids = OpenItem.objects.filter(entry=voucher.journal_entry).values_list("pk", flat=True)
    for item in lock_rows(OpenItem, ids):
        item_void(item, entry=entry, day=entry.date)
