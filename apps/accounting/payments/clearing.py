"""What becomes of a receipt or payment after it was given: a held cheque is cleared, one bounces, an entry is
taken back."""

from __future__ import annotations

from datetime import date as Day
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from apps.accounting.choices import Control, MoneyStatus
from apps.accounting.events import MoneyReversed, document_event
from apps.accounting.ledger import Posting, PostingLine, account_for, post, reversal_day, reverse
from apps.accounting.models import OpenItem, Receipt
from apps.accounting.payments.cheques import Money, allocations_fit, cheque_date, clearing_day
from apps.accounting.payments.money import money_unallocate, payment_post, receipt_post
from apps.accounting.payments.open_items import item_void
from apps.company.selectors import rate_on
from apps.core.errors import InvalidInput, Refused
from apps.core.events import emit
from apps.core.formats import show_date
from apps.core.locks import lock_row
from apps.core.money import round_money
from apps.documents.lifecycle import back_date_check, number_assign
from apps.documents.services.timeline import timeline_add


def money_clear(document: Money, *, by: Any, date: Day | None = None, reason: str = "") -> None:
    """The bank cleared a held cheque: it is booked on that day, against what is open of its documents."""
    day = clearing_day(document, date)
    given = document.date
    cheque_date(document, day)
    back_date_check(document, by=by)
    allocations_fit(document)
    work = receipt_post if isinstance(document, Receipt) else payment_post
    work(document, by=by, reason=reason)
    timeline_add(
        document, "cheque_given", text=_("The cheque was given on %(day)s") % {"day": show_date(given)}
    )


def money_bounce(document: Money, *, by: Any, reason: str = "", charges: Decimal | None = None) -> None:
    """A cheque came back: its allocations are undone, the entry reversed, what it paid is open again.

    ``charges`` of the bank for it are booked as bank charges; they are in the currency of its account. Of a
    cheque that was only held nothing stands in the books but these.
    """
    held = document.status == MoneyStatus.HELD
    if held:
        cheque_date(document, clearing_day(document, None))
        number_assign(document)
        day = document.cancelled_on = document.date
        document.cancel_reason = (reason or _("Bounced")).strip()[:200]
    else:
        day = _take_back(document, by=by, reason=reason or _("Bounced"))
    if charges:
        if charges < 0:
            raise InvalidInput(_("The amount can't be negative."), field="charges", code="min_value")
        _book_charges(document, charges, day, by=by)
    if not held:
        emit(document_event(MoneyReversed, document, None, by))


def money_cancel(document: Money, *, by: Any, reason: str = "") -> None:
    """Entered by mistake: reversed today or on the first open day. Refused ``in_use`` while allocated."""
    if not reason.strip():
        raise InvalidInput(_("Please give a reason."), field="reason", code="required")
    if document.allocations.exclude(allocation=None).exists():
        raise Refused(_("It is set against documents. Take that back first."), code="in_use", field="status")
    _take_back(document, by=by, reason=reason)
    emit(document_event(MoneyReversed, document, None, by))


def _take_back(document: Money, *, by: Any, reason: str) -> Any:
    if document.allocations.exclude(allocation=None).exists():
        money_unallocate(document, by=by)
    item = lock_row(OpenItem, document.open_item_id or 0)
    if item.open_amount != item.amount:
        raise Refused(_("It is set against documents. Take that back first."), code="in_use", field="status")
    day = max(reversal_day(document.company_id), document.date)
    document.reversal_entry = reverse(document.journal_entry, date=day, by=by)
    item_void(item, entry=document.reversal_entry, day=day)
    document.open_item = item
    document.cancelled_on, document.cancel_reason = day, reason.strip()[:200]
    return day


def _book_charges(document: Money, charges: Decimal, day: Any, *, by: Any) -> None:
    company, account = document.company, document.account
    charged = round_money(charges)
    currency_id = account.foreign_currency_id or company.currency_id
    amount = round_money(charged * rate_on(currency_id, company, day))
    post(
        [
            Posting(
                company=company,
                journal="cash" if document.account.control == Control.CASH else "bank",
                date=day,
                source=document,
                purpose="bounce_charges",
                narration=_("Charges for the return of %(number)s") % {"number": document.number},
                lines=[
                    PostingLine(account_for(company, "bank_charges"), amount, company.currency_id, amount),
                    PostingLine(account, -amount, currency_id, -charged),
                ],
            )
        ],
        by=by,
    )
