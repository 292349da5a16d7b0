"""Setting debits against credits: by hand or oldest first, and taking it back.

Both items are locked by id before anything is worked out, so of two people who allocate the same money one
is refused. An allocation in foreign currency books the exchange difference at once; one that closes an
item's amount takes all of its value in company currency, so that both close together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounting.choices import ItemStatus
from apps.accounting.ledger import Posting, PostingLine, account_for, post
from apps.accounting.models import Allocation, OpenItem
from apps.company.selectors import company_today, first_open_day
from apps.core.actor import current_actor
from apps.core.errors import InvalidInput, Refused
from apps.core.locks import lock_rows
from apps.core.money import ZERO, round_money

NIL = Decimal("0.00")


@dataclass(frozen=True)
class Setting:
    """``amount`` (positive) of a debit item set against a credit item; ``path`` names it in errors."""

    debit_id: int
    credit_id: int
    amount: Decimal
    path: str = "allocations.0.amount"

    def other_of(self, item: OpenItem) -> int:
        """The id of what ``item`` is set against."""
        return self.credit_id if item.pk == self.debit_id else self.debit_id


def items_allocate(settings: Sequence[Setting], *, by: Any, day: date | None = None) -> list[Allocation]:
    """Make allocations. Raises Refused ``over_allocation`` (naming the path) where less is open, InvalidInput
    for items of different currencies, companies or parties."""
    if not settings:
        return []
    items = {i.pk: i for i in lock_rows(OpenItem, [pk for s in settings for pk in (s.debit_id, s.credit_id)])}
    made = [_allocation(items, setting, by=by, day=day) for setting in settings]
    Allocation.objects.bulk_create(made)
    _book_differences([row for row in made if row.gain_loss or _accounts_differ(row)], by=by)
    OpenItem.objects.bulk_update(list(items.values()), ["open_amount", "open_base", "status"])
    return made


def items_set_off(
    first: OpenItem, second: OpenItem, *, by: Any, amount: Decimal | None = None
) -> list[Allocation]:
    """Set two open items of opposite sign against each other, whichever is which; no amount: all they allow.

    Raises InvalidInput naming ``item`` when both are debits or both credits, Refused ``over_allocation``.
    """
    if (first.open_amount > 0) == (second.open_amount > 0) or not first.open_amount or not second.open_amount:
        raise InvalidInput(_("An open debit and an open credit are needed."), field="item", code="sign")
    debit, credit = (first, second) if first.open_amount > 0 else (second, first)
    part = min(debit.open_amount, -credit.open_amount) if amount is None else amount
    return items_allocate([Setting(debit.pk, credit.pk, part, path="amount")], by=by)


def _allocation(items: dict[int, OpenItem], setting: Setting, *, by: Any, day: date | None) -> Allocation:
    debit, credit = items[setting.debit_id], items[setting.credit_id]
    _check(debit, credit, setting)
    base_debit = _take(debit, setting.amount)
    base_credit = _take(credit, -setting.amount)
    return Allocation(
        company_id=debit.company_id,
        debit_item=debit,
        credit_item=credit,
        date=day or max(debit.date, credit.date),
        amount=setting.amount,
        base_debit=base_debit,
        base_credit=-base_credit,
        gain_loss=-base_credit - base_debit,
        by_label=current_actor().label[:200],
    )


def _check(debit: OpenItem, credit: OpenItem, setting: Setting) -> None:
    path = setting.path
    if debit.currency_id != credit.currency_id:
        raise InvalidInput(_("Both must be in the same currency."), field=path, code="currency")
    if debit.company_id != credit.company_id:
        raise InvalidInput(_("Both must belong to the same company."), field=path, code="company")
    if debit.party_id != credit.party_id:
        raise InvalidInput(_("Both must belong to the same party."), field=path, code="party")
    if setting.amount <= 0:
        raise InvalidInput(_("The amount must be more than 0."), field=path, code="min_value")
    for item, left in ((debit, debit.open_amount), (credit, -credit.open_amount)):
        if setting.amount > left:
            raise Refused(
                _("Only %(left)s of %(number)s is open.")
                % {"left": format(max(left, NIL), ".2f"), "number": item.number},
                code="over_allocation",
                field=path,
            )


def _take(item: OpenItem, amount: Decimal) -> Decimal:
    """Take a signed amount out of an item; returns its signed value in company currency."""
    if amount == item.open_amount:
        base = item.open_base
    else:
        base = round_money(item.open_base * amount / item.open_amount)
    item.open_amount -= amount
    item.open_base -= base
    _restate(item)
    return base


def _restate(item: OpenItem) -> None:
    if not item.open_amount:
        item.status = ItemStatus.PAID
    else:
        item.status = ItemStatus.UNPAID if item.open_amount == item.amount else ItemStatus.PARTLY_PAID


def _accounts_differ(row: Allocation) -> bool:
    return row.debit_item.account_id != row.credit_item.account_id


def _book_differences(rows: list[Allocation], *, by: Any) -> None:
    """Entries for exchange differences and for set-offs between two accounts, one for each allocation.

    Such an allocation counts from the day of its entry (later than its documents when their month is closed):
    else open items and control accounts would differ in between.
    """
    if not rows:
        return
    days: dict[tuple[int, date], date] = {}
    postings = []
    for row in rows:
        key = (row.company_id, row.date)
        if key not in days:
            days[key] = first_open_day(*key)
        row.date = days[key]
        postings.append(_difference(row, row.date))
    for row, entry in zip(rows, post(postings, by=by), strict=True):
        row.entry = entry
    Allocation.objects.bulk_update(rows, ["entry", "date"])


def _difference(row: Allocation, day: date) -> Posting:
    debit, credit = row.debit_item, row.credit_item
    company = debit.company
    lines: list[PostingLine] = []
    party = debit.party_id
    if debit.account_id != credit.account_id:
        lines.append(
            PostingLine(debit.account_id, -row.base_debit, debit.currency_id, -row.amount, party_id=party)
        )
        lines.append(
            PostingLine(credit.account_id, row.base_credit, credit.currency_id, row.amount, party_id=party)
        )
    else:
        lines.append(PostingLine(debit.account_id, row.gain_loss, debit.currency_id, NIL, party_id=party))
    if row.gain_loss:
        gain = account_for(company, "fx_gain_loss")
        lines.append(PostingLine(gain, -row.gain_loss, company.currency_id, -row.gain_loss))
    return Posting(
        company=company,
        journal="general",
        date=day,
        source=row,
        purpose="difference",
        narration=_("%(debit)s against %(credit)s") % {"debit": debit.number, "credit": credit.number},
        currency=debit.currency,
        lines=lines,
    )


def allocations_undo(rows: Sequence[Allocation], *, by: Any, day: date | None = None) -> None:
    """Take allocations back: both sides are open again as before, exchange differences are reversed."""
    from apps.accounting.ledger import reversal_day, reverse_all

    rows = [row for row in lock_rows(Allocation, [row.pk for row in rows]) if row.undone_at is None]
    if not rows:
        raise Refused(_("There is nothing to take back."), code="invalid_transition")
    items = {
        i.pk: i for i in lock_rows(OpenItem, [p for r in rows for p in (r.debit_item_id, r.credit_item_id)])
    }
    entries = [row.entry for row in rows if row.entry_id]
    today = day or (reversal_day(rows[0].company_id) if entries else company_today())
    for row in rows:
        _give_back(items[row.debit_item_id], row.amount, row.base_debit)
        _give_back(items[row.credit_item_id], -row.amount, -row.base_credit)
        row.undone_on, row.undone_at = max(today, row.date), timezone.now()
        row.undone_by = current_actor().label[:200]
    if entries:
        reverse_all(entries, by=by)
    Allocation.objects.bulk_update(rows, ["undone_on", "undone_at", "undone_by"])
    OpenItem.objects.bulk_update(list(items.values()), ["open_amount", "open_base", "status"])


def _give_back(item: OpenItem, amount: Decimal, base: Decimal) -> None:
    item.open_amount += amount
    item.open_base += base
    _restate(item)


def others_of(item: OpenItem) -> list[OpenItem]:
    """What ``item`` can be set against: open items of its party, currency and side, of the other sign, the
    oldest due first."""
    wanted = {"open_amount__gt": 0} if item.amount < 0 else {"open_amount__lt": 0}
    return list(
        OpenItem.objects.filter(
            company_id=item.company_id,
            party_id=item.party_id,
            currency_id=item.currency_id,
            side=item.side,
            **wanted,
        ).order_by("due_date", "id")
    )


def oldest_first(item: OpenItem, others: Sequence[OpenItem]) -> list[Setting]:
    """How ``item`` spreads over open items of the other sign, in the order given."""
    left, made = abs(item.open_amount), []
    for other in others:
        part = min(left, abs(other.open_amount))
        if part <= ZERO:
            continue
        debit, credit = (item, other) if item.amount > 0 else (other, item)
        made.append(Setting(debit.pk, credit.pk, part))
        left -= part
    return made
