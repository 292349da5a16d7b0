"""Reactions of accounting to events of lower apps."""

from __future__ import annotations

from apps.accounting.services.chart import chart_create
from apps.company.services.companies import CompanyCreated
from apps.core.events import subscribe


@subscribe(CompanyCreated)
def books_for_new_company(event: CompanyCreated) -> None:
    """A company without accounts could post nothing: it gets the Indian chart and the journals."""
    chart_create(company=event.company)
