"""The plan of numbers of a company and year: patterns, next numbers, and what a change would give."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.company.admin import kind_title
from apps.company.models import Company, FiscalYear, NumberSeries
from apps.company.selectors import company_today
from apps.company.services.series import series_kinds, series_planned, series_save, series_try
from apps.core.access import access_of, may
from apps.core.admin.menu import register_page
from apps.core.admin.site import admin_site
from apps.core.errors import BahiError
from apps.core.modules import module_key_of_app
from apps.core.scope import record_filter
from apps.core.tenant import switch_on
from apps.core.uow import run_in_unit_of_work
from apps.core.working import working_company_id

SEE, CHANGE = "company.view_numberseries", "company.change_series"


@dataclass
class Row:
    """A kind of document: its series as it is (``planned``: this year has none yet), and a trial."""

    series: NumberSeries
    title: str
    gst: bool
    planned: bool
    numbers: list[str] = field(default_factory=list)
    tried: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    pattern: str = ""
    next_number: str = ""


def page(request: HttpRequest) -> HttpResponse:
    """``?company=&year=`` choose the plan; POST of one row tries (``try``) or saves it."""
    if not may(request.user, SEE):
        raise PermissionDenied
    companies = list(
        Company.objects.filter(record_filter(Company, access_of(request.user)), deleted_at=None).order_by(
            "code"
        )
    )
    company = _chosen(companies, request.GET.get("company", ""), working_company_id(request.user))
    years = list(FiscalYear.objects.filter(company=company).order_by("-start")) if company else []
    today = company_today()
    now = next((row.pk for row in years if row.start <= today <= row.end), None)
    year = _chosen(years, request.GET.get("year", ""), now)
    rows = _rows(company, year) if company and year else []
    if request.method == "POST":
        row = _sent(request, rows)
        if _saved(request, row):
            return HttpResponseRedirect(f"{reverse('series_plan')}?company={company.pk}&year={year.pk}")
    context = {
        **admin_site.each_context(request),
        "title": _("Document numbers"),
        "companies": companies,
        "company": company,
        "years": years,
        "year": year,
        "rows": rows,
        "editable": may(request.user, CHANGE),
        "help": _(
            "{FY} is the year (26-27), {CO} the company's code, {####} the number with that many digits. GST "
            "allows 16 characters of letters, digits, - and / on invoices, notes and challans."
        ),
    }
    return TemplateResponse(request, "company/series.html", context)


def _chosen(rows: list[Any], asked: str, usual: int | None) -> Any:
    """The row that was asked for (404 when it isn't there), the usual one, or the first."""
    if asked:
        found = next((row for row in rows if str(row.pk) == asked), None)
        if found is None:
            raise Http404
        return found
    return next((row for row in rows if row.pk == usual), rows[0] if rows else None)


def _rows(company: Company, year: FiscalYear) -> list[Row]:
    known = {row.record_kind: row for row in NumberSeries.objects.filter(company=company, fiscal_year=year)}
    rows = []
    for kind, default in sorted(series_kinds().items(), key=lambda item: kind_title(item[0])):
        if not switch_on(module_key_of_app(kind.split(".", 1)[0])):
            continue
        series = known.get(kind) or series_planned(company, kind, year)
        series.company, series.fiscal_year = company, year
        row = Row(series, kind_title(kind), default.gst, kind not in known)
        row.pattern, row.next_number = series.pattern, str(series.next_number)
        row.numbers = [series.preview_text]
        rows.append(row)
    return rows


def _sent(request: HttpRequest, rows: list[Row]) -> Row:
    row = next((row for row in rows if row.series.record_kind == request.POST.get("kind")), None)
    if row is None:
        raise Http404
    if not may(request.user, CHANGE):
        raise PermissionDenied
    row.pattern, row.next_number = request.POST.get("pattern", ""), request.POST.get("next_number", "")
    return row


def _saved(request: HttpRequest, row: Row) -> bool:
    """Try or save what was sent; a refusal or a trial stays on the page beside the row."""
    if not (row.next_number.isascii() and row.next_number.isdigit() and len(row.next_number) < 10):
        row.errors = [_("The next number is a whole number.")]
        return False
    values = {"pattern": row.pattern, "next_number": int(row.next_number)}
    try:
        if "try" in request.POST:
            row.tried = series_try(row.series, values=values)
            return False
        run_in_unit_of_work(lambda: series_save(row.series, values=values, by=request.user))
    except BahiError as error:
        row.errors = [str(item.detail) for item in error.errors]
        return False
    messages.success(request, _("Saved. It holds for the numbers that come; those given stay."))
    return True


page = admin_site.admin_view(page)
page.bahi_app = "company"
register_page("company", "series_plan", gettext_lazy("Document numbers"), icon="tag", permission=SEE)
