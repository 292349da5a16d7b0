"""Which open credits go against which open debits of the same party, the oldest due first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from apps.accounting.models import OpenItem


@dataclass(frozen=True)
class Match:
    debit: OpenItem
    credit: OpenItem
    amount: Decimal


def matches_proposed(items: Sequence[OpenItem]) -> tuple[list[Match], list[OpenItem]]:
    """(matches, items that found none), within company, party and currency, in the order given."""
    groups: dict[tuple[int, int, int], list[OpenItem]] = {}
    for item in items:
        groups.setdefault((item.company_id, item.party_id, item.currency_id), []).append(item)
    matches = [match for group in groups.values() for match in _matched(group)]
    used = {pk for match in matches for pk in (match.debit.pk, match.credit.pk)}
    return matches, [item for item in items if item.pk not in used]


def _matched(items: Sequence[OpenItem]) -> list[Match]:
    waiting = [item for item in items if item.open_amount < 0]
    rest = {item.pk: -item.open_amount for item in waiting}
    made = []
    for debit in items:
        left = debit.open_amount
        while left > 0 and waiting:
            credit = waiting[0]
            part = min(left, rest[credit.pk])
            made.append(Match(debit, credit, part))
            left -= part
            rest[credit.pk] -= part
            if rest[credit.pk] <= 0:
                waiting.pop(0)
    return made
