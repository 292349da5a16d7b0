"""What the door takes: postings and their lines, and the text that their hash covers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date
from decimal import Decimal
from typing import Any

from apps.accounting.models import Account, JournalEntry, JournalLine
from apps.company.models import Company
from apps.core.money import ONE


@dataclass(frozen=True, slots=True)
class PostingLine:
    """One line: ``base`` signed in company currency (+ debit), ``amount`` the same in ``currency_id``."""

    account: Account | int
    base: Decimal
    currency_id: int
    amount: Decimal
    party_id: int | None = None
    cost_centre_id: int | None = None
    project_id: int | None = None
    description: str = ""
    tax_role: str = ""
    quantity: Decimal | None = None

    @property
    def account_id(self) -> int:
        return self.account if isinstance(self.account, int) else self.account.pk


@dataclass(frozen=True, slots=True)
class Posting:
    """A balanced set of lines for one source. ``journal`` is a journal's code such as ``sales``.

    ``source`` is the document (any model instance). ``purpose`` tells several entries of one source apart;
    a posting with the same source and purpose is made once only.
    """

    company: Company
    journal: str
    date: date
    source: Any
    purpose: str
    lines: Sequence[PostingLine] = field(default_factory=tuple)
    narration: str = ""
    currency: Any = None
    exchange_rate: Decimal = ONE
    reversal_of: JournalEntry | None = None

    @property
    def key(self) -> tuple[str, int, str]:
        if isinstance(self.source, tuple):
            return (*self.source, self.purpose)
        return (self.source._meta.label_lower, self.source.pk, self.purpose)


def _number(value: Decimal | None, places: int) -> str | None:
    return None if value is None else format(value, f".{places}f")


def line_content(line: JournalLine) -> list[Any]:
    """Everything in a line that its entry's hash covers."""
    return [
        line.position,
        line.company_id,
        line.date.isoformat(),
        line.account_id,
        line.party_id,
        _number(line.base_amount, 2),
        line.currency_id,
        _number(line.amount, 2),
        line.cost_centre_id,
        line.project_id,
        line.description,
        line.tax_role,
        _number(line.quantity, 6),
    ]


def entry_hash(entry: JournalEntry, lines: Iterable[JournalLine]) -> str:
    """SHA-256 over the header and its lines in order, in a fixed notation."""
    content = [
        entry.company_id,
        entry.journal_id,
        entry.fiscal_year_id,
        entry.sequence,
        entry.number,
        entry.date.isoformat(),
        entry.source_kind,
        entry.source_id,
        entry.purpose,
        entry.narration,
        entry.currency_id,
        _number(entry.exchange_rate, 6),
        _number(entry.total, 2),
        entry.line_count,
        entry.reversal_of_id,
        entry.posted_by_id,
        entry.posted_by,
        entry.reason,
        entry.recorded_at.astimezone(UTC).isoformat(timespec="microseconds"),
        [line_content(line) for line in lines],
    ]
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
