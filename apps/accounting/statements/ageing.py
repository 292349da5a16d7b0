"""Ageing of receivables and payables on any day, by due date or document date, in any buckets.

What was open on a day is worked out from the items and the allocations that held on that day: made by then
and not yet undone. The sum is proved against the control accounts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from apps.accounting.calculation.ageing import EDGES, bucket_labels, bucket_of
from apps.accounting.choices import Side
from apps.accounting.ledger.balances import turnovers
from apps.accounting.models import Account
from apps.accounting.statements.base import NIL
from apps.company.models import Company
from apps.core.access import access_of
from apps.core.formats import show_date
from apps.core.scope import record_filter
from apps.datatools.reports import Answer, Check, Column, Record, ReportLink, Row
from apps.parties.models import Party

_OPEN = """
WITH later AS (
    SELECT unnest(ARRAY[debit_item_id, credit_item_id]) AS id FROM accounting_allocation
     WHERE company_id = %(company)s AND (date > %(day)s OR undone_on > %(day)s)
), items AS (
    SELECT i.* FROM accounting_openitem i LEFT JOIN accounting_journalentry e ON e.id = i.entry_id
     WHERE i.company_id = %(company)s AND i.side = %(side)s AND coalesce(e.date, i.date) <= %(day)s
       AND (i.open_amount <> 0 OR i.id IN (SELECT id FROM later)) {party}
)
SELECT i.id, i.party_id, p.display_name, i.number, i.date, i.due_date, i.source_kind, i.source_id, c.code,
       i.amount - coalesce(d.amount, 0) + coalesce(k.amount, 0),
       i.base_amount - coalesce(d.base, 0) + coalesce(k.base, 0)
  FROM items i
  JOIN parties_party p ON p.id = i.party_id
  JOIN company_currency c ON c.id = i.currency_id
  LEFT JOIN LATERAL (
      SELECT sum(a.amount) AS amount, sum(a.base_debit) AS base FROM accounting_allocation a
       WHERE a.debit_item_id = i.id AND a.date <= %(day)s AND (a.undone_on IS NULL OR a.undone_on > %(day)s)
  ) d ON true
  LEFT JOIN LATERAL (
      SELECT sum(a.amount) AS amount, sum(a.base_credit) AS base FROM accounting_allocation a
       WHERE a.credit_item_id = i.id AND a.date <= %(day)s AND (a.undone_on IS NULL OR a.undone_on > %(day)s)
  ) k ON true
 ORDER BY p.display_name, i.party_id, i.due_date, i.id
"""


@dataclass(frozen=True, slots=True)
class OpenOn:
    """An item as it stood on a day; amounts signed, + the party owes us."""

    id: int
    party_id: int
    party_name: str
    number: str
    issued: date
    due_date: date
    source_kind: str
    source_id: int
    currency: str
    open_amount: Decimal
    open_base: Decimal


def items_open_on(
    company: Company, side: str, day: date, *, party_ids: Sequence[int] | None = None
) -> list[OpenOn]:
    """What was open at the end of a day, by party and due date (one query)."""
    arguments = {"company": company.pk, "side": side, "day": day}
    party = ""
    if party_ids is not None:
        party, arguments["parties"] = "AND i.party_id = ANY(%(parties)s)", list(party_ids)
    with connection.cursor() as cursor:
        cursor.execute(_OPEN.format(party=party), arguments)
        rows = [OpenOn(*row) for row in cursor.fetchall()]
    return [row for row in rows if row.open_amount or row.open_base]


def receivables_ageing(values: dict[str, Any], user: Any) -> Answer:
    return _ageing(values, user, Side.RECEIVABLE, 1)


def payables_ageing(values: dict[str, Any], user: Any) -> Answer:
    return _ageing(values, user, Side.PAYABLE, -1)


def _ageing(values: dict[str, Any], user: Any, side: str, sign: int) -> Answer:
    """Sums by party, or the items of one party. ``sign`` makes what is normally owed positive."""
    company, day = values["company"], values["on"]
    edges = values.get("buckets") or EDGES
    party = values.get("party")
    seen = [party.pk] if party is not None else _visible_parties(user)
    items = items_open_on(company, side, day, party_ids=seen)
    labels = bucket_labels(edges)
    by_date = values.get("by") == "date"
    placed = [(item, bucket_of(item.issued if by_date else item.due_date, day, edges)) for item in items]
    if party is not None or values.get("detail"):
        columns, rows = _item_rows(placed, sign, day, labels)
    else:
        columns, rows = _party_rows(placed, sign, labels, values, side)
    totals = {label: sum((r.cells[label] for r in rows), NIL) for label in (*labels, "total")}
    if rows:
        rows.append(Row({columns[0].key: _("Total"), "party": None, **totals}, "total"))
    return Answer(
        columns=columns,
        rows=rows,
        totals=totals,
        checks=_checks(company, side, sign, day, totals["total"]) if seen is None else [],
        company=company,
        period=_("as on %(day)s") % {"day": show_date(day)},
        subtitle=str(party) if party is not None else "",
        extra={"buckets": labels},
    )


def _visible_parties(user: Any) -> list[int] | None:
    """None when the user sees every party, else the ids that he sees: the figures are sums of those."""
    condition = record_filter(Party, access_of(user))
    return list(Party.objects.filter(condition).values_list("pk", flat=True)) if condition else None


def _bucket_columns(labels: list[str]) -> list[Column]:
    names = {"not_due": _("Not due")}
    return [
        *(Column(label, names.get(label, _("%(days)s days") % {"days": label}), "money") for label in labels),
        Column("total", _("Total"), "money"),
    ]


def _party_rows(
    placed: list[tuple[OpenOn, str]], sign: int, labels: list[str], values: dict[str, Any], side: str
) -> tuple[list[Column], list[Row]]:
    sums: dict[int, dict[str, Any]] = {}
    for item, label in placed:
        cells = sums.setdefault(
            item.party_id,
            {"party": item.party_id, "party_name": item.party_name} | dict.fromkeys((*labels, "total"), NIL),
        )
        cells[label] += sign * item.open_base
        cells["total"] += sign * item.open_base
    key = "receivables-ageing" if side == Side.RECEIVABLE else "payables-ageing"
    given = {"company": values["company"].pk, "on": values["on"], "by": values.get("by") or "due"}
    rows = []
    for cells in sorted(sums.values(), key=lambda c: (-c["total"], c["party_name"])):
        drill = ReportLink(f"accounting/{key}", {**given, "party": cells["party"]})
        rows.append(Row(cells, links=dict.fromkeys(("party_name", *labels, "total"), drill)))
    return [Column("party_name", _("Party"), weight=1), *_bucket_columns(labels)], rows


def _item_rows(
    placed: list[tuple[OpenOn, str]], sign: int, day: date, labels: list[str]
) -> tuple[list[Column], list[Row]]:
    rows = []
    for item, label in placed:
        amount = sign * item.open_base
        cells = {
            "party": item.party_id,
            "party_name": item.party_name,
            "number": item.number,
            "date": item.issued,
            "due_date": item.due_date,
            "days": max((day - item.due_date).days, 0),
            "currency": item.currency,
            "open_amount": sign * item.open_amount,
            "source": f"{item.source_kind}:{item.source_id}",
            **dict.fromkeys(labels, NIL),
            label: amount,
            "total": amount,
        }
        rows.append(Row(cells, links={"number": Record(item.source_kind, item.source_id)}))
    columns = [
        Column("number", _("Document")),
        Column("party_name", _("Party"), weight=1),
        Column("date", _("Date"), "date"),
        Column("due_date", _("Due"), "date"),
        Column("days", _("Days late"), "integer"),
        *_bucket_columns(labels),
    ]
    return columns, rows


def _checks(company: Company, side: str, sign: int, day: date, total: Decimal) -> list[Check]:
    ids = list(Account.objects.filter(company=company, control=side).values_list("pk", flat=True))
    found = turnovers(company.pk, [day], account_ids=ids)
    ledger = sum((cuts[0].balance for cuts in found.values()), NIL)
    return [Check(_("Equals the control account"), sign * ledger - total)]
