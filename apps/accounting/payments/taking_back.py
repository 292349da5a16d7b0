"""What open items were set against, and taking it back: set-offs, credits, allocations, small rests given up.

What the cancelling of a document made (its counter item) stays: that is taken back by nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from apps.accounting.ledger import reversal_day, reverse
from apps.accounting.models import (
    Allocation,
    JournalEntry,
    OpenItem,
    PaymentAllocation,
    ReceiptAllocation,
)
from apps.accounting.models.open_item import VOID
from apps.accounting.payments.allocation import allocations_undo
from apps.accounting.payments.open_items import item_void
from apps.core.access import may
from apps.core.errors import NotAllowed, Refused
from apps.core.locks import lock_row, lock_rows


def settlements_of(items: Iterable[OpenItem]) -> list[Allocation]:
    """What stands set against these items and can be taken back, oldest first; one query."""
    keys = [item.pk for item in items]
    cancelled = Q(debit_item__purpose__startswith=VOID) | Q(credit_item__purpose__startswith=VOID)
    found = Allocation.objects.filter(Q(debit_item__in=keys) | Q(credit_item__in=keys), undone_at=None)
    related = ("debit_item__party", "credit_item", "debit_item__currency", "debit_item__company__currency")
    return list(found.exclude(cancelled).select_related(*related).order_by("id"))


def written_off(row: Allocation) -> OpenItem | None:
    """The item by which a rest was given up, when that is what the allocation is."""
    sides = (row.debit_item, row.credit_item)
    return next((item for item in sides if item.is_written_off), None)


def take_back_refusal(row: Allocation, by: Any) -> str:
    """Why the person may not take this allocation back; empty where he may."""
    if may(by, "accounting.write_off" if written_off(row) is not None else "accounting.set_off"):
        return ""
    return _("You are not allowed to take this back.")


def settlements_take_back(rows: Sequence[Allocation], *, by: Any) -> None:
    """Open both sides again, as they were before; what was booked for it (exchange differences, the rest
    given up) is reversed today. Allocations of receipts and payments go from these too.

    Raises NotAllowed, Refused when one was taken back meanwhile or there is none.
    """
    if not rows:
        raise Refused(_("Nothing is set against it."), code="nothing_open")
    for row in rows:
        if refusal := take_back_refusal(row, by):
            raise NotAllowed(refusal)
    if any(row.undone_at for row in lock_rows(Allocation, [row.pk for row in rows])):
        raise Refused(_("Somebody changed this record meanwhile."), code="nothing_open")
    for model in (ReceiptAllocation, PaymentAllocation):
        model.objects.filter(allocation__in=rows).delete()
    for company_id in {row.company_id for row in rows}:
        own = [row for row in rows if row.company_id == company_id]
        allocations_undo(own, by=by, day=reversal_day(company_id))
    for row in rows:
        if (counter := written_off(row)) is not None:
            _write_off_reverse(counter, by=by)


def _write_off_reverse(counter: OpenItem, *, by: Any) -> None:
    counter = lock_row(OpenItem, counter.pk)
    entry = JournalEntry.objects.get(pk=counter.entry_id)
    reversal = reverse(entry, date=max(reversal_day(counter.company_id), counter.date), by=by)
    item_void(counter, entry=reversal, day=reversal.date)
