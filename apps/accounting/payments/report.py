"""The statement of account as a report: on screen, over the API, as PDF, XLSX and CSV."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounting.payments.statement import StatementPart, party_statement
from apps.accounting.statements.base import default_from, default_to, period_text
from apps.core.access import may
from apps.datatools.reports import Answer, Check, Column, Param, Record, Report, Row, register_report
from apps.parties.models import Party

COLUMNS = (
    Column("date", gettext_lazy("Date"), "date"),
    Column("what", gettext_lazy("Document"), weight=1),
    Column("number", gettext_lazy("Number")),
    Column("due_date", gettext_lazy("Due"), "date"),
    Column("debit", gettext_lazy("Debit"), "money"),
    Column("credit", gettext_lazy("Credit"), "money"),
    Column("balance", gettext_lazy("Balance"), "balance"),
)


def statement_of_account(values: dict[str, Any], user: Any) -> Answer:
    """What was open, came, went and is open with one party; a part for each currency."""
    statement = party_statement(
        party=values["party"], company=values["company"], start=values["from"], end=values["to"]
    )
    rows: list[Row] = []
    for part in statement.parts:
        rows += _rows(part, values, several=len(statement.parts) > 1)
    checks = [
        Check(_("%(c)s by age") % {"c": part.currency}, part.closing - part.buckets.total)
        for part in statement.parts
    ]
    only = statement.parts[0] if len(statement.parts) == 1 else None
    totals = {"debit": only.debit, "credit": only.credit, "balance": only.closing} if only else {}
    return Answer(
        columns=list(COLUMNS),
        rows=rows,
        totals=totals,
        checks=checks,
        company=values["company"],
        period=period_text(values["from"], values["to"]),
        subtitle=str(values["party"]),
        notes=statement.remark,
        extra={
            "ageing": {str(part.currency): dict(part.buckets.buckets) for part in statement.parts},
            "opening": {str(part.currency): part.opening for part in statement.parts},
            "closing": {str(part.currency): part.closing for part in statement.parts},
        },
    )


def _rows(part: StatementPart, values: dict[str, Any], *, several: bool) -> list[Row]:
    rows = [Row({"what": str(part.currency)}, "section")] if several else []
    opening = {"date": values["from"], "what": _("Opening balance"), "balance": part.opening}
    rows.append(Row(opening, "strong"))
    for line in part.rows:
        cells = {
            "date": line.date,
            "what": line.what,
            "number": line.number,
            "due_date": line.due_date,
            "debit": line.debit or None,
            "credit": line.credit or None,
            "balance": line.balance,
        }
        rows.append(Row(cells, links={"number": Record(line.source_kind, line.source_id)}))
    closing = {"debit": part.debit, "credit": part.credit, "balance": part.closing}
    rows.append(Row({"date": values["to"], "what": _("Closing balance"), **closing}, "total"))
    return rows


def mail_step(values: dict[str, Any], user: Any) -> list[tuple[Any, str]]:
    """The page that mails what the report shows, for whoever may send documents."""
    if not may(user, "accounting.send_invoice"):
        return []
    query = {
        "company": values["company"].pk,
        "party": values["party"].pk,
        "from": values["from"].isoformat(),
        "to": values["to"].isoformat(),
    }
    return [(_("Send by mail"), f"{reverse('admin:accounting_openitem_statement')}?{urlencode(query)}")]


register_report(
    Report(
        "accounting",
        "statement-of-account",
        gettext_lazy("Statement of account"),
        ("accounting.view_openitem",),
        (
            Param("company", gettext_lazy("Company"), "company", required=True),
            Param("to", gettext_lazy("To"), "date", default=default_to),
            Param("from", gettext_lazy("From"), "date", default=default_from),
            Param("party", gettext_lazy("Party"), "record", required=True, model=Party),
        ),
        statement_of_account,
        icon="contract",
        steps=mail_step,
    )
)
