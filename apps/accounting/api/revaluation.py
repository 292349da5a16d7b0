"""``accounting/revaluations/``: unrealised exchange differences at a period's end."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.urls import path
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounting.payments.revaluation import (
    Revaluation,
    rates_read,
    revaluation_post,
    revaluation_preview,
)
from apps.company.models import Company
from apps.core.access import may
from apps.core.api.rendering import envelope
from apps.core.api.routes import register_routes
from apps.core.api.serializers import known_fields
from apps.core.api.transaction import api_write
from apps.core.errors import InvalidInput, NotAllowed
from apps.core.keys import key_read


class RevaluationView(APIView):
    """GET works it out, POST books it and its reversal on the next day. ``rates``: {"USD": "81.00"}."""

    bahi_app = "accounting"

    def get(self, request: Request) -> Response:
        company, day, rates = _input(request.query_params.dict(), request.user, "accounting.view_openitem")
        found = revaluation_preview(company=company, day=day, rates=rates)
        return Response(envelope(_shown(found)))

    def post(self, request: Request) -> Response:
        company, day, rates = _input(dict(request.data), request.user, "accounting.post_revaluation")
        reason = str(request.data.get("reason") or "")[:200]

        def work() -> tuple[int, Any, str]:
            made = revaluation_post(company=company, day=day, rates=rates, by=request.user, reason=reason)
            return 201, _shown(made), _("Booked.")

        return api_write(request, work)


def _input(data: dict[str, Any], user: Any, permission: str) -> tuple[Company, date, dict[int, Decimal]]:
    if not may(user, permission):
        raise NotAllowed(_("You may not see or book exchange differences."))
    known_fields(data, {"company", "on", "rates", "reason"})
    companies = Company.objects.for_user(user).filter(deleted_at=None)
    company = companies.filter(pk=key_read(data.get("company"))).first()
    if company is None:
        raise InvalidInput(_("There is no such company."), field="company", code="not_found")
    try:
        day = date.fromisoformat(str(data.get("on") or ""))
    except ValueError as error:
        raise InvalidInput(_("Send a date such as 2027-03-31."), field="on") from error
    return company, day, rates_read(data.get("rates"))


def _shown(found: Revaluation) -> dict[str, Any]:
    return {
        "total": format(found.total, ".2f"),
        "entry": found.entry.pk if found.entry else None,
        "reversal": found.reversal.pk if found.reversal else None,
        "rows": [
            {
                "open_item": row.item.pk if row.item else None,
                "account": row.account.pk if row.account else None,
                "number": row.label,
                "party": row.item.party_id if row.item else None,
                "currency": row.currency.code,
                "open_amount": format(row.open_amount, ".2f"),
                "booked": format(row.booked, ".2f"),
                "rate": format(row.rate, "f") if row.rate is not None else None,
                "worth": format(row.worth, ".2f"),
                "gain": format(row.gain, ".2f"),
            }
            for row in found.rows
        ],
    }


register_routes([path("accounting/revaluations/", RevaluationView.as_view(), name="accounting_revaluations")])
