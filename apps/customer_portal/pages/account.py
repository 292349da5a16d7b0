"""The statement of account of a firm, as page and print."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from apps.accounts.choices import AccessEvent
from apps.accounts.services.access_log import access_log_write
from apps.company.selectors import company_today
from apps.core.errors import ErrorList, InvalidInput, NotFound
from apps.core.india.fiscal import fiscal_year
from apps.core.india.numbers import format_money
from apps.core.scope import kind_of
from apps.customer_portal.pages.common import portal_page
from apps.customer_portal.pages.documents import pdf_answer
from apps.customer_portal.selectors import Visit
from apps.documents.services.timeline import timeline_add


@dataclass(frozen=True)
class Asked:
    """company: one of those that the firm deals with; None where it deals with none yet."""

    company: Any
    companies: list[Any]
    start: date
    end: date


def statement_asked(visit: Visit, params: Any) -> Asked:
    """What is asked for, by ``company``, ``from`` and ``to``: this fiscal year to today unless said.

    Raises NotFound (the statement isn't open to this person), InvalidInput naming the field.
    """
    if visit.account is None:
        raise NotFound(_("Not found."))
    companies = visit.account.companies(visit.party)
    wanted = params.get("company", "")
    company = (
        next((c for c in companies if str(c.pk) == wanted), None) if wanted else next(iter(companies), None)
    )
    errors, today = ErrorList(), company_today()
    if wanted and company is None:
        errors.add("company", _("This is not one of the choices."), "invalid_choice")
    first = fiscal_year(today, company.fiscal_year_start if company else 4).start
    start, end = (
        _day(params.get(name, ""), usual, name, errors) for name, usual in (("from", first), ("to", today))
    )
    errors.raise_if_any()
    if start > end:
        raise InvalidInput(_("The period ends before it begins."), field="to", code="min_value")
    return Asked(company, companies, start, end)


def _day(text: str, usual: date, name: str, errors: ErrorList) -> date:
    if not text:
        return usual
    try:
        return date.fromisoformat(text)
    except ValueError:
        errors.add(name, _("Must be a date such as 2026-11-21."))
        return usual


def statement_of(visit: Visit, asked: Asked) -> Any:
    """The statement, None where nothing was ever booked."""
    assert visit.account is not None  # noqa: S101 - statement_asked checked it
    if asked.company is None:
        return None
    return visit.account.statement(party=visit.party, company=asked.company, start=asked.start, end=asked.end)


def statement_print(visit: Visit, asked: Asked) -> tuple[bytes, str]:
    """(PDF, file name); timeline and access log tell. Raises NotFound: nothing was ever booked."""
    statement = statement_of(visit, asked)
    if statement is None or visit.account is None:
        raise NotFound(_("Not found."))
    told = {"kind": kind_of(visit.party), "record": visit.party.pk, "number": "statement"}
    timeline_add(visit.party, "portal_statement", text=_("Statement of account printed in the portal"))
    access_log_write(AccessEvent.PRINTED, user=visit.member.user, detail=told)
    return visit.account.pdf(statement), f"statement-{asked.start:%Y-%m-%d}-{asked.end:%Y-%m-%d}.pdf"


@portal_page
@require_safe
def statement_page(request: HttpRequest, visit: Visit) -> HttpResponse:
    context: dict[str, Any] = {"visit": visit, "active": "statement"}
    status = 200
    try:
        asked = statement_asked(visit, request.GET)
        statement = statement_of(visit, asked)
        parts = [_part(part) for part in statement.parts] if statement else []
        context |= {"asked": asked, "parts": parts, "query": request.GET.urlencode()}
    except InvalidInput as error:
        status = 400
        context |= {"asked": statement_asked(visit, {}), "errors": error.errors, "parts": []}
    return render(request, "customer_portal/statement.html", context, status=status)


def _part(part: Any) -> dict[str, Any]:
    code = part.currency.code
    return {
        "currency": code,
        "opening": format_money(part.opening, code),
        "rows": [
            {
                "row": row,
                "debit": format_money(row.debit, code) if row.debit else "",
                "credit": format_money(row.credit, code) if row.credit else "",
                "balance": format_money(row.balance, code),
            }
            for row in part.rows
        ],
        "debit": format_money(part.debit, code),
        "credit": format_money(part.credit, code),
        "closing": format_money(part.closing, code),
    }


@portal_page
@require_safe
def statement_pdf(request: HttpRequest, visit: Visit) -> HttpResponse:
    try:
        asked = statement_asked(visit, request.GET)
    except InvalidInput as error:
        context = {"visit": visit, "asked": statement_asked(visit, {}), "errors": error.errors, "parts": []}
        return render(request, "customer_portal/statement.html", context, status=400)
    return pdf_answer(*statement_print(visit, asked))
