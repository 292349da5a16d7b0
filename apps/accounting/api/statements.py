"""``accounting/statements/send/``: a statement of account by mail."""

from __future__ import annotations

from typing import Any

from django.urls import path
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounting.payments.statement_mail import statement_letter
from apps.core.access import may
from apps.core.api.routes import register_routes
from apps.core.api.serializers import known_fields
from apps.core.api.transaction import api_write
from apps.core.errors import NotAllowed
from apps.datatools.reports.definition import reports
from apps.datatools.reports.params import values_read
from apps.messaging.services.documents import addresses_read, letter_queue

NEEDS = ("accounting.view_openitem", "accounting.send_invoice")
ASKED = ("company", "party", "from", "to")


class StatementSendView(APIView):
    """POST ``{"company", "party", "from", "to", "mail_to", "subject", "text"}``; dates as in the report."""

    bahi_app = "accounting"

    def post(self, request: Request) -> Response:
        if not all(may(request.user, code) for code in NEEDS):
            raise NotAllowed(_("You may not send statements."))
        data = dict(known_fields(request.data, {*ASKED, "mail_to", "subject", "text"}))
        values = statement_values(data, request.user)
        to = addresses_read(str(data.get("mail_to") or ""), values["party"], field="mail_to")
        texts = {name: str(data.get(name) or "")[:5000] for name in ("subject", "text")}
        letter = statement_letter(**values, by=request.user, to=to, **texts)

        def work() -> tuple[int, Any, str]:
            mail = letter_queue(letter)
            return 201, {"to": mail.to, "subject": mail.subject}, _("The mail is on its way.")

        return api_write(request, work)


def statement_values(data: dict[str, Any], user: Any) -> dict[str, Any]:
    """Company, party and period as the report reads them. Raises InvalidInput naming the field."""
    raw = {name: str(data[name]) for name in ASKED if data.get(name) not in (None, "")}
    values = values_read(reports()["accounting/statement-of-account"], raw, user)
    return {
        "company": values["company"],
        "party": values["party"],
        "start": values["from"],
        "end": values["to"],
    }


register_routes(
    [path("accounting/statements/send/", StatementSendView.as_view(), name="accounting_statement_send")]
)
