"""Steps that the posting and cancelling of invoices, notes and bills share."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from apps.accounting.ledger import Posting, post, reversal_day, reverse
from apps.accounting.models import Allocation, OpenItem
from apps.accounting.payments.open_items import item_make, item_void
from apps.core.database.records import rows_below
from apps.core.errors import InvalidInput, Refused
from apps.core.locks import lock_row
from apps.core.money import ZERO, round_money
from apps.documents.lifecycle import number_assign


def rows_of(document: Any, *related: str) -> tuple[list[Any], list[Any]]:
    """Lines (with ``related`` records) and charges in order, in two queries."""
    return rows_below(document, "lines", joined=related), rows_below(document, "charges")


def postable_check(document: Any, lines: list[Any], charges: list[Any]) -> None:
    """A document needs something billed, and its total must be the sum of its parts. Raises InvalidInput."""
    billed = [line for line in lines if not line.shadow]
    if not billed:
        raise InvalidInput(_("There is no line to bill."), field="lines", code="required")
    total = sum((row.line_total for row in (*billed, *charges)), ZERO) + document.round_off
    if round_money(total) != document.grand_total:
        raise Refused(
            _("The total doesn't agree with the lines. Please save the draft again."), code="totals_differ"
        )


def entry_post(document: Any, posting: Posting | None, *, side: str, sign: int, by: Any, reason: str) -> None:
    """Number, journal entry and open item of a document, in that order, at the end of a posting."""
    number_assign(document)
    if posting is None:
        return
    posting = _renarrated(document, posting)
    entry = post([posting], by=by, reason=reason)[0]
    party_line = posting.lines[0]
    document.journal_entry = entry
    document.open_item = item_make(
        document,
        side=side,
        account_id=party_line.account_id,
        amount=document.grand_total * sign,
        base=round_money(document.grand_total * document.exchange_rate) * sign,
        entry=entry,
    )


def _renarrated(document: Any, posting: Posting) -> Posting:
    """The posting was worked out before the number was taken: its narration gets the number now."""
    from dataclasses import replace

    from apps.accounting.invoicing.postings import narration_of

    return replace(posting, narration=narration_of(document))


def entry_cancel(document: Any, *, by: Any, reason: str) -> date:
    """Reverse the entry of a document today (or on the first open day) and close its open item."""
    if not reason.strip():
        raise InvalidInput(_("Please give a reason."), field="reason", code="required")
    day = max(reversal_day(document.company_id), document.date)
    if document.open_item_id:
        document.open_item = lock_row(OpenItem, document.open_item_id)
        in_use_check(document)
    if document.journal_entry_id:
        document.reversal_entry = reverse(document.journal_entry, date=day, by=by)
    if document.open_item_id:
        item_void(document.open_item, entry=document.reversal_entry, day=day)
    document.cancelled_on, document.cancel_reason = day, reason.strip()[:200]
    return day


def in_use_check(document: Any) -> None:
    """Refused ``in_use`` while money or notes are set against the document."""
    item = document.open_item
    if item.open_amount == item.amount:
        return
    numbers = set()
    for row in (
        Allocation.objects.filter(undone_at=None)
        .filter(**{"debit_item" if item.amount > 0 else "credit_item": item})
        .select_related("debit_item", "credit_item")
    ):
        numbers.add((row.credit_item if item.amount > 0 else row.debit_item).number)
    raise Refused(
        _("%(others)s is set against this document. Take it off first.")
        % {"others": ", ".join(sorted(numbers))},
        code="in_use",
        field="status",
    )
