"""Making and reversing open items. Only these functions write the sub-ledger."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from datetime import date as Day
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from apps.accounting.choices import ItemStatus, Side
from apps.accounting.ledger import Posting, PostingLine, account_for, post
from apps.accounting.models import Allocation, JournalEntry, JournalLine, OpenItem
from apps.accounting.models.open_item import VOID
from apps.accounting.services.opening_entries import OPEN_DOCUMENTS, purpose_again
from apps.core.actor import current_actor
from apps.core.copying import rows_insert
from apps.core.errors import ErrorList, Refused
from apps.core.money import ZERO, round_money
from apps.core.rows import row_make


def item_build(
    document: Any,
    *,
    side: str,
    account_id: int,
    amount: Decimal,
    base: Decimal,
    entry: JournalEntry | None,
    purpose: str = "post",
    day: date | None = None,
) -> OpenItem:
    """An unsaved open item of a document; ``amount`` and ``base`` signed, + the party owes us."""
    day = day or document.date
    return row_make(
        OpenItem,
        company_id=document.company_id,
        party_id=document.party_id,
        side=side,
        account_id=account_id,
        source_kind=document._meta.label_lower,
        source_id=document.pk,
        purpose=purpose,
        number=getattr(document, "vendor_number", "") or document.number,
        date=day,
        due_date=getattr(document, "due_date", None) or day,
        currency_id=document.currency_id,
        amount=amount,
        base_amount=base,
        open_amount=amount,
        open_base=base,
        status=ItemStatus.PAID if not amount else ItemStatus.UNPAID,
        entry=entry,
    )


def item_make(document: Any, **values: Any) -> OpenItem:
    """The open item of a posted document."""
    item = item_build(document, **values)
    rows_insert([item])
    return item


def item_void(item: OpenItem, *, entry: JournalEntry | None, day: date) -> OpenItem:
    """The counter item of one cancelled document, see ``items_void``."""
    return items_void([item], entry=entry, day=day)[0]


def items_void(items: Sequence[OpenItem], *, entry: JournalEntry | None, day: date) -> list[OpenItem]:
    """Counter items of what was cancelled, set against it at once: both are closed, both stay readable.

    The caller holds the items. Raises Refused ``in_use`` when something was set against one before.
    """
    used = [item.number for item in items if item.open_amount != item.amount]
    if used:
        numbers = ", ".join(used[:5]) + (" …" if len(used) > 5 else "")
        raise Refused(
            _("Money or notes are set against %(number)s. Take them off first.") % {"number": numbers},
            code="in_use",
        )
    counters = OpenItem.objects.bulk_create([_counter(item, entry, day) for item in items], batch_size=1000)
    for item in items:
        item.open_amount = item.open_base = round_money(ZERO)
        item.status = ItemStatus.PAID
    OpenItem.objects.bulk_update(items, ["open_amount", "open_base", "status"], batch_size=1000)
    label = current_actor().label[:200]
    pairs = [(item, counter) for item, counter in zip(items, counters, strict=True) if counter.amount]
    Allocation.objects.bulk_create([_void_row(*pair, day, label) for pair in pairs], batch_size=1000)
    return counters


def _counter(item: OpenItem, entry: JournalEntry | None, day: date) -> OpenItem:
    return OpenItem(
        company_id=item.company_id,
        party_id=item.party_id,
        side=item.side,
        account_id=item.account_id,
        source_kind=item.source_kind,
        source_id=item.source_id,
        purpose=f"{VOID}{item.pk}",
        number=item.number,
        date=day,
        due_date=day,
        currency_id=item.currency_id,
        amount=-item.amount,
        base_amount=-item.base_amount,
        open_amount=ZERO,
        open_base=ZERO,
        status=ItemStatus.PAID,
        entry=entry,
    )


def _void_row(item: OpenItem, counter: OpenItem, day: date, label: str) -> Allocation:
    debit, credit = (item, counter) if item.amount > 0 else (counter, item)
    return Allocation(
        company_id=item.company_id,
        debit_item=debit,
        credit_item=credit,
        date=day,
        amount=abs(item.amount),
        base_debit=abs(item.base_amount),
        base_credit=abs(item.base_amount),
        by_label=label,
    )


def items_of_entry(
    entry: JournalEntry, lines: Iterable[JournalLine], *, due: date | None = None
) -> list[OpenItem]:
    """Open items for the lines of a voucher on receivable and payable accounts, one for each line.

    Called by whoever posts to control accounts without a document of its own, so that the sub-ledger keeps
    equal to its control account.
    """
    items = []
    for line in lines:
        control = line.account.control
        if control not in Side.values or not (line.base_amount or line.amount):
            continue
        items.append(
            OpenItem(
                company_id=entry.company_id,
                party_id=line.party_id,
                side=control,
                account_id=line.account_id,
                source_kind=entry.source_kind,
                source_id=entry.source_id,
                purpose=f"{entry.pk}.{line.position}"[:20],
                number=entry.number,
                date=entry.date,
                due_date=due or entry.date,
                currency_id=line.currency_id,
                amount=line.amount,
                base_amount=line.base_amount,
                open_amount=line.amount,
                open_base=line.base_amount,
                entry=entry,
            )
        )
    return OpenItem.objects.bulk_create(items)


@dataclass(frozen=True)
class OpeningItem:
    """One document from before the books: ``amount`` signed, + the party owes us (invoice, debit), - we owe
    (bill, credit note, advance)."""

    party: Any
    side: str
    number: str
    date: Day
    amount: Decimal
    due_date: Day | None = None
    currency: Any = None
    exchange_rate: Decimal = Decimal(1)


def opening_items_post(
    *, company: Any, items: Sequence[OpeningItem], day: date, source: tuple[str, int], by: Any
) -> list[OpenItem]:
    """Post open invoices and bills from another system as of ``day``: one entry against opening equity.

    ``source`` = (kind, id) of the import; posting the same source again returns what it made, unless that was
    reversed. Raises InvalidInput naming ``items.N.amount``.
    """
    there = OpenItem.objects.filter(source_kind=source[0], source_id=source[1])
    made = list(there.filter(entry__reversal_of=None, entry__reversed_by=None).order_by("id"))
    if made:
        return made
    purpose = purpose_again(source, OPEN_DOCUMENTS)
    _opening_check(items)
    lines, rows = [], []
    for number, item in enumerate(items):
        account = account_for(company, item.side)
        currency_id = item.currency.pk if item.currency is not None else company.currency_id
        base = round_money(item.amount * item.exchange_rate)
        line = PostingLine(
            account, base, currency_id, item.amount, party_id=item.party.pk, description=item.number
        )
        lines.append(line)
        rows.append(
            _opening_row(
                company, item, line, f"opening{purpose.removeprefix(OPEN_DOCUMENTS)}.{number}", source
            )
        )
    balance = -sum((line.base for line in lines), ZERO)
    if balance:
        equity = account_for(company, "opening_equity")
        lines.append(PostingLine(equity, balance, company.currency_id, balance))
    entry = post(
        [
            Posting(
                company=company,
                journal="opening",
                date=day,
                source=source,
                purpose=purpose,
                narration=_("Open documents at the start"),
                lines=lines,
            )
        ],
        by=by,
    )[0]
    for row in rows:
        row.entry = entry
    return OpenItem.objects.bulk_create(rows, batch_size=1000)


def _opening_check(items: Sequence[OpeningItem]) -> None:
    errors = ErrorList()
    for index, item in enumerate(items):
        if not item.amount or item.amount != round_money(item.amount):
            errors.add(f"items.{index}.amount", _("An amount with at most 2 decimals is needed."))
        if item.side not in Side.values:
            errors.add(f"items.{index}.side", _("Must be receivable or payable."))
        if item.exchange_rate <= 0:
            errors.add(f"items.{index}.exchange_rate", _("The exchange rate must be more than 0."))
    if not items:
        errors.add("items", _("There is nothing to post."), "required")
    errors.raise_if_any()


def _opening_row(
    company: Any, item: OpeningItem, line: PostingLine, purpose: str, source: tuple[str, int]
) -> OpenItem:
    return row_make(
        OpenItem,
        company_id=company.pk,
        party_id=item.party.pk,
        side=item.side,
        account_id=line.account_id,
        source_kind=source[0],
        source_id=source[1],
        purpose=purpose,
        number=item.number[:32],
        date=item.date,
        due_date=item.due_date or item.date,
        currency_id=line.currency_id,
        amount=item.amount,
        base_amount=line.base,
        open_amount=item.amount,
        open_base=line.base,
    )
