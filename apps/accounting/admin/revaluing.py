"""What the page of a revaluation asks for, shows and books."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from apps.accounting.payments.revaluation import (
    Revaluation,
    currencies_open,
    rates_read,
    revaluation_post,
    revaluation_preview,
)
from apps.company.models import Company, Currency
from apps.company.selectors import company_today, rate_on
from apps.core.access import may
from apps.core.errors import BahiError, InvalidInput
from apps.core.formats import show_money, show_number, show_quantity
from apps.core.uow import run_in_unit_of_work
from apps.core.working import working_company_id
from apps.documents.form_fields import chosen_from


class RevaluationForm:
    """Company, day and rates of a request; ``found`` is what would be booked, ``error`` why nothing is."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.sent = request.POST if request.method == "POST" else request.GET
        self.error = ""
        self.companies = list(chosen_from(Company, request.user))
        self.company = self._company()
        self.on = self._day()
        self.reason = self.sent.get("reason", "").strip()[:200]
        self.may_book = may(request.user, "accounting.post_revaluation")
        self.found: Revaluation | None = None
        self.rates: list[dict[str, Any]] = []
        self.given: dict[int, Decimal] = {}
        if self.company is not None and self.on is not None:
            self._work_out(self.company, self.on)

    def _company(self) -> Company | None:
        wanted = self.sent.get("company") or str(working_company_id(self.request.user) or "")
        chosen = [row for row in self.companies if str(row.pk) == wanted]
        return next(iter(chosen or self.companies), None)

    def _day(self) -> date | None:
        text = self.sent.get("on", "")
        if not text:
            return company_today()
        try:
            return date.fromisoformat(text)
        except ValueError:
            self.error = _("This is not a date.")
            return None

    def _work_out(self, company: Company, day: date) -> None:
        """A field for each currency that needs a rate, whatever is wrong with one of them."""
        currencies = currencies_open(company, day)
        typed = {row.code: self.sent.get(f"rate_{row.code}", "").strip() for row in currencies}
        self.rates = [
            {"code": row.code, "rate": typed[row.code] or _kept(row, company, day)} for row in currencies
        ]
        try:
            self.given = rates_read({code: text for code, text in typed.items() if text})
            self.found = revaluation_preview(company=company, day=day, rates=self.given)
        except BahiError as error:
            code = error.field.partition(".")[2]
            self.error = f"{code}: {error.detail}" if code else str(error.detail)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """What the table shows, figures grouped."""
        rows = self.found.rows if self.found else []
        return [
            {
                "number": row.label,
                "party": row.item.party if row.item else "",
                "currency": row.currency.code,
                "open_amount": show_money(row.open_amount, row.currency.code),
                "booked": show_number(row.booked),
                "rate": show_quantity(row.rate) if row.rate is not None else "",
                "worth": show_number(row.worth),
                "gain": show_number(row.gain),
            }
            for row in rows
        ]

    @property
    def total(self) -> str:
        return show_number(self.found.total) if self.found else ""

    def book(self) -> bool:
        """Book what the page shows; False with ``error`` where it was refused."""
        if self.error or self.company is None or self.on is None:
            return False
        if not self.may_book:
            self.error = _("You may not see or book exchange differences.")
            return False
        company, day = self.company, self.on
        try:
            made = run_in_unit_of_work(
                lambda: revaluation_post(
                    company=company, day=day, rates=self.given, by=self.request.user, reason=self.reason
                )
            )
        except BahiError as error:
            self.error = str(error.detail)
            return False
        if made.entry is None:
            self.error = _("There is no difference to book.")
            return False
        numbers = {"entry": made.entry.number, "back": made.reversal.number if made.reversal else ""}
        messages.success(self.request, _("Booked as %(entry)s, taken back next day as %(back)s.") % numbers)
        return True


def _kept(currency: Currency, company: Company, day: date) -> str:
    """The kept rate as the field shows it; empty where it is to be typed."""
    try:
        return show_quantity(rate_on(currency.pk, company, day))
    except InvalidInput:
        return ""
