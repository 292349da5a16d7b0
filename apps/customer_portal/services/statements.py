"""The statement of account of a firm: what is asked for, worked out, printed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from apps.accounts.choices import AccessEvent
from apps.accounts.services.access_log import access_log_write
from apps.company.selectors import company_today
from apps.core.errors import ErrorList, InvalidInput, NotFound
from apps.core.india.fiscal import fiscal_year
from apps.core.scope import kind_of
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
