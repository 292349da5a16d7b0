"""Reactions of accounting to events of lower apps."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model

from apps.accounting.closing.services import period_guard
from apps.accounting.events import DocumentSent
from apps.accounting.services.chart import chart_create
from apps.company.choices import PeriodStatus
from apps.company.events import PeriodChanged
from apps.company.models import Period
from apps.company.services.companies import CompanyCreated
from apps.core.events import consume, subscribe


@subscribe(CompanyCreated)
def books_for_new_company(event: CompanyCreated) -> None:
    """A company without accounts could post nothing: it gets the Indian chart and the journals."""
    chart_create(company=event.company)


@subscribe(PeriodChanged)
def keep_closed_years_shut(event: PeriodChanged) -> None:
    """A month of a closed year opens only with its year, else its result would change unseen."""
    if event.status != PeriodStatus.CLOSED:
        period_guard(Period.objects.get(pk=event.period_id))


@consume(DocumentSent)
def mail_document(payload: dict[str, Any]) -> None:
    """The PDF goes to the party once the sending has committed."""
    from apps.messaging.services.documents import document_mail

    document = apps.get_model(payload["kind"]).objects.filter(pk=payload["record_id"]).first()
    if document is not None:
        document_mail(
            document,
            to=[part.strip() for part in payload["to"].split(",") if part.strip()],
            subject=payload["subject"],
            text=payload["text"],
            by=get_user_model().objects.filter(pk=payload.get("by_id") or 0).first(),
        )
