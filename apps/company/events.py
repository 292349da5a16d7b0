"""What this app announces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from apps.company.models import Company
from apps.core.events import Event


@dataclass(frozen=True)
class CompanyCreated(Event):
    """A company exists now: accounting gives it its chart of accounts, inventory its places."""

    name: ClassVar[str] = "company.created"
    company: Company
    company_id: int


@dataclass(frozen=True)
class PeriodChanged(Event):
    """A period was closed or opened again."""

    name: ClassVar[str] = "period.changed"
    period_id: int
    company_id: int
    status: str
