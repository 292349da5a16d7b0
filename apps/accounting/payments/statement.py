"""The statement of account of a party: what was open, what came, what went, what is open, by currency."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from datetime import date as Day
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.db.models import Q, Sum
from django.utils.translation import gettext as _

from apps.accounting.calculation.ageing import AgedItem, Ageing, ageing
from apps.accounting.choices import MoneyStatus
from apps.accounting.models import Allocation, OpenItem, Payment, Receipt
from apps.accounting.payments.cheques import Money, held_of
from apps.company.models import Company, Currency
from apps.core.errors import InvalidInput
from apps.core.formats import show_date, show_money
from apps.core.money import ZERO
from apps.parties.models import Party


@dataclass(frozen=True)
class StatementRow:
    """One document. ``balance`` runs; + the party owes us."""

    date: Day
    what: str
    number: str
    due_date: Day | None
    debit: Decimal
    credit: Decimal
    balance: Decimal
    source_kind: str
    source_id: int


@dataclass(frozen=True)
class StatementPart:
    """Everything in one currency. ``buckets`` ages the open debits at the end."""

    currency: Currency
    opening: Decimal
    rows: list[StatementRow]
    debit: Decimal
    credit: Decimal
    closing: Decimal
    buckets: Ageing


@dataclass(frozen=True)
class Statement:
    """``cheques``: post-dated ones that are held; they are in none of the figures."""

    party: Party
    company: Company
    start: date
    end: date
    parts: list[StatementPart] = field(default_factory=list)
    cheques: list[Money] = field(default_factory=list)

    @property
    def remark(self) -> str:
        """What is said below the figures about cheques that are held; empty without any."""
        if not self.cheques:
            return ""
        named = [
            _("%(number)s of %(day)s: %(amount)s")
            % {
                "number": row.reference or _("Cheque"),
                "day": show_date(row.instrument_date),
                "amount": show_money(row.amount, row.currency.code),
            }
            for row in self.cheques
        ]
        return _("Post-dated cheques that are held, not counted above: %(cheques)s.") % {
            "cheques": "; ".join(named)
        }


def party_statement(*, party: Party, company: Company, start: date, end: date) -> Statement:
    """The statement of a party with a company from ``start`` to ``end``, both included.

    Both sides count (a vendor that is a customer too): + owes us. Raises InvalidInput for a turned period.
    """
    if start > end:
        raise InvalidInput(_("The period ends before it begins."), field="to", code="min_value")
    items = OpenItem.objects.filter(party=party, company=company)
    before = {
        row["currency_id"]: row["total"]
        for row in items.filter(date__lt=start).values("currency_id").annotate(total=Sum("amount"))
    }
    inside: dict[int, list[OpenItem]] = {}
    for item in items.filter(date__gte=start, date__lte=end).order_by("date", "id"):
        inside.setdefault(item.currency_id, []).append(item)
    wanted = {pk for pk, total in before.items() if total} | set(inside)
    currencies = Currency.objects.filter(pk__in=wanted).order_by("code")
    parts = [_part(c, before.get(c.pk, ZERO), inside.get(c.pk, []), items, end) for c in currencies]
    return Statement(party, company, start, end, parts, held_of(party, company, end))


def _part(currency: Currency, opening: Decimal, rows: list[OpenItem], items: Any, end: date) -> StatementPart:
    running, made = opening, []
    bounced = _bounced(rows)
    debit = credit = Decimal("0.00")
    for item in rows:
        running += item.amount
        debit += max(item.amount, ZERO)
        credit += max(-item.amount, ZERO)
        made.append(_row(item, running, bounced=(item.source_kind, item.source_id) in bounced))
    buckets = ageing(_aged(items.filter(currency=currency, date__lte=end), end), end)
    return StatementPart(currency, opening, made, debit, credit, running, buckets)


def _bounced(rows: list[OpenItem]) -> set[tuple[str, int]]:
    """(kind, id) of the money that came back instead of being cancelled; no query where nothing was."""
    found: set[tuple[str, int]] = set()
    for model in (Receipt, Payment):
        kind = model._meta.label_lower
        taken = [row.source_id for row in rows if row.source_kind == kind and row.is_void]
        if taken:
            ids = model.objects.filter(pk__in=taken, status=MoneyStatus.BOUNCED).values_list("pk", flat=True)
            found |= {(kind, pk) for pk in ids}
    return found


def _row(item: OpenItem, running: Decimal, *, bounced: bool) -> StatementRow:
    return StatementRow(
        date=item.date,
        what=_what(item, bounced=bounced),
        number=item.number,
        due_date=item.due_date if item.amount > 0 and item.due_date != item.date else None,
        debit=max(item.amount, Decimal("0.00")),
        credit=max(-item.amount, Decimal("0.00")),
        balance=running,
        source_kind=item.source_kind,
        source_id=item.source_id,
    )


def _what(item: OpenItem, *, bounced: bool) -> str:
    try:
        name = str(apps.get_model(item.source_kind)._meta.verbose_name).capitalize()
    except (LookupError, ValueError):
        name = _("Opening")
    if bounced and item.is_void:
        return _("%(what)s bounced") % {"what": name}
    if item.is_void:
        return _("%(what)s cancelled") % {"what": name}
    if item.is_written_off:
        return _("Written off")
    return _("Opening") if item.purpose.startswith("opening") else name


def _aged(items: Any, end: date) -> Iterable[AgedItem]:
    """Open amounts as they were at the end of the day: allocations made later don't count."""
    live = Q(date__lte=end) & (Q(undone_on=None) | Q(undone_on__gt=end))
    ids = list(items.values_list("pk", flat=True))
    settled: dict[int, Decimal] = {}
    for key, sign in (("debit_item_id", 1), ("credit_item_id", -1)):
        rows = (
            Allocation.objects.filter(live, **{f"{key}__in": ids}).values(key).annotate(total=Sum("amount"))
        )
        for row in rows:
            settled[row[key]] = settled.get(row[key], ZERO) + row["total"] * sign
    for item in items:
        left = item.amount - settled.get(item.pk, ZERO)
        if left:
            yield AgedItem(due=item.due_date, amount=left)
