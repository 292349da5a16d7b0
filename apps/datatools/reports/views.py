"""A report over the API and as a page of the back office."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.apps import apps
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, path, reverse
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.choices import AccessEvent
from apps.accounts.services.access_log import access_log_write
from apps.core.access import may
from apps.core.admin.site import admin_site
from apps.core.api.lookups import lookup_of
from apps.core.api.rendering import envelope
from apps.core.api.transaction import api_write
from apps.core.errors import BahiError, InvalidInput, NotAllowed
from apps.core.formats import show_date
from apps.core.registry import resource_of
from apps.core.surfaces import Declared, codes
from apps.core.typed_settings import setting
from apps.core.uow import run_in_unit_of_work
from apps.core.working import working_company_id
from apps.datatools.models import ExportFile
from apps.datatools.models.exports import ExportSource
from apps.datatools.permissions import EXPORT_REPORT
from apps.datatools.reports.definition import (
    Answer,
    Column,
    Param,
    Record,
    Report,
    ReportLink,
    Row,
    report_allowed,
    reports,
)
from apps.datatools.reports.files import pdf_rows_check
from apps.datatools.reports.params import companies_of, values_read
from apps.datatools.reports.render import money_format, number_text, plain, report_bytes, report_data
from apps.datatools.reports.stored import answer_of, given_of, stored_data, stored_jobs, stored_start
from apps.datatools.services.exports import export_begin

EXPORTS = ("pdf", "xlsx", "csv")


def _may_export(user: Any) -> None:
    """Asked before anything is read from the request. Raises NotAllowed."""
    if not may(user, EXPORT_REPORT):
        raise NotAllowed(_("You may not save reports as files."))


def _export(report: Report, values: dict[str, Any], form: str, request: Any) -> HttpResponse | ExportFile:
    """The report as a file, noted in the access log; one with many rows is begun as a job's export. The
    caller has checked ``_may_export``."""
    if form not in EXPORTS:
        raise InvalidInput(_("Must be pdf, xlsx, csv or json."), field="format")
    limit = setting("datatools.export_rows")
    answer = answer_of(report, {**values, "cursor": "", "limit": limit}, request.user)
    asked = {"kind": report.name, "format": form, "query": request.META.get("QUERY_STRING", "")[:500]}

    def note() -> None:
        access_log_write(AccessEvent.EXPORT, request=request, user=request.user, detail=asked)

    if answer.more or len(answer.rows) > limit:
        if form == "pdf":
            pdf_rows_check(len(answer.rows) + bool(answer.more))  # what can't succeed isn't begun

        def begin() -> ExportFile:
            note()
            given = {"given": given_of(report, values)}
            name, title = report.name, str(report.title)
            return export_begin(ExportSource.REPORT, name, form, given, title=title, by=request.user)

        return run_in_unit_of_work(begin)
    content, kind, name = report_bytes(report, answer, form)
    note()
    response = HttpResponse(content, content_type=kind)
    place = "inline" if form == "pdf" else "attachment"
    response["Content-Disposition"] = f'{place}; filename="{name}"'
    return response


# --- API ------------------------------------------------------------------------------------------


class ReportView(APIView):
    """``GET <app>/reports/<key>/`` with the report's parameters; ``format=pdf|xlsx|csv`` gives a file."""

    report: Report
    default_format = "json"

    @classmethod
    def declared_access(cls, action: str, verb: str) -> Declared:
        file = (EXPORT_REPORT,) if cls.default_format != "json" else ()
        return codes(*file, any_of=cls.report.permissions)

    def get(self, request: Request) -> Any:
        if not report_allowed(self.report, request.user):
            raise NotAllowed(_("You may not see this report."))
        form = request.query_params.get("format", self.default_format)
        if form != "json":
            _may_export(request.user)
        values = values_read(self.report, request.query_params.dict(), request.user)
        if self.report.slow and form == "json":
            return Response(envelope(stored_data(self.report, values, request.user)))
        if form != "json":
            found = _export(self.report, values, form, request._request)
            if isinstance(found, ExportFile):
                data = {"job": found.job_id, "export": found.pk}
                return Response(envelope(data, message=_("Started in the background.")), status=202)
            return found
        answer = answer_of(self.report, values, request.user)
        return Response(envelope(report_data(self.report, answer, values)))


class SlowReportView(ReportView):
    """``POST`` has the report worked out by a job (202), ``GET`` gives what one's last job found."""

    answers_later = True

    def post(self, request: Request) -> Any:
        if not report_allowed(self.report, request.user):
            raise NotAllowed(_("You may not see this report."))
        given = {name: str(value) for name, value in dict(request.data).items()}
        values = values_read(self.report, given, request.user)

        def work() -> tuple[int, Any, str]:
            job = stored_start(self.report, values, by=request.user)
            return 202, {"job": job.pk, "status": job.state}, _("Started in the background.")

        return api_write(request, work)


def api_routes() -> list[Any]:
    """Addresses of all reports, relative to ``api/v1/``."""
    routes = []
    for report in reports().values():
        attrs = {"report": report, "bahi_app": report.app}
        view = type("ReportView", (SlowReportView if report.slow else ReportView,), attrs)
        exporter = type("ReportExportView", (ReportView,), {**attrs, "default_format": "xlsx"})
        base = f"{report.app}/reports/{report.key}/"
        routes.append(path(base, view.as_view(), name=f"api_{report.url_name}"))
        routes.append(path(f"{base}export/", exporter.as_view(), name=f"api_{report.url_name}_export"))
    return routes


# --- page -----------------------------------------------------------------------------------------


def page_urls() -> list[Any]:
    """Pages of all reports for ``urls.py``."""
    return [
        path(f"reports/{report.app}/{report.key}/", _page(report), name=report.url_name)
        for report in reports().values()
    ]


def _page(report: Report) -> Any:
    def page(request: HttpRequest) -> HttpResponse:
        return report_page(request, report)

    view = admin_site.admin_view(page)
    view.bahi_app = report.app
    view.declared = codes(any_of=report.permissions)
    return view


def report_page(request: HttpRequest, report: Report) -> HttpResponse:
    """Parameters, table, proofs, drill. Wrong parameters are shown at their fields."""
    if not report_allowed(report, request.user):
        raise PermissionDenied
    sent = request.POST if request.method == "POST" else request.GET
    raw = {name: value for name, value in sent.items() if value != "" and name != "csrfmiddlewaretoken"}
    _choose_company(report, raw, request.user)
    if raw.get("format"):
        _may_export(request.user)
    errors: dict[str, str] = {}
    answer, values, done, running = None, {}, None, None
    try:
        values = values_read(report, raw, request.user)
        if request.method == "POST" and report.slow:
            run_in_unit_of_work(lambda: stored_start(report, values, by=request.user))
            return HttpResponseRedirect(f"?{urlencode(given_of(report, values))}")
        if raw.get("format"):
            return _export_page(report, values, raw["format"], request)
        done, running = stored_jobs(report, values, request.user) if report.slow else (None, None)
        if done is not None or not report.slow:
            answer = answer_of(report, values, request.user)
    except InvalidInput as error:
        if sent:
            errors = {item.field: item.detail for item in error.errors}
    context = {
        **admin_site.each_context(request),
        "title": report.title,
        "report": report,
        "fields": [
            _field(p, raw, values, errors.get(p.name, ""), request.user) for p in _in_reading_order(report)
        ],
        "other_errors": [
            text for name, text in errors.items() if name not in {p.name for p in report.params}
        ],
        "answer": answer,
        "done": done,
        "running": running,
        "table": _table(answer) if answer else None,
        "exports": _export_links(raw, request.user) if answer else [],
        "steps": report.steps(values, request.user) if answer and report.steps else [],
        "more": _link(raw, cursor=answer.more) if answer and answer.more else "",
    }
    return TemplateResponse(request, "datatools/report.html", context, status=400 if errors else 200)


def _export_page(report: Report, values: dict[str, Any], form: str, request: HttpRequest) -> HttpResponse:
    try:
        found = _export(report, values, form, request)
    except BahiError as error:
        for item in error.errors:
            messages.error(request, item.detail)
        return HttpResponseRedirect(f"?{urlencode(given_of(report, values))}")
    if isinstance(found, ExportFile):
        messages.info(request, _("The file is made in the background; you are told when it is ready."))
        return HttpResponseRedirect(reverse("exports"))
    return found


def _export_links(raw: dict[str, str], user: Any) -> list[tuple[str, str]]:
    return [(form, _link(raw, format=form)) for form in EXPORTS] if may(user, EXPORT_REPORT) else []


def _in_reading_order(report: Report) -> list[Param]:
    """ "From" stands before "to", although its default is worked out from it."""
    params = list(report.params)
    names = [param.name for param in params]
    if "from" in names and "to" in names:
        first, last = sorted((names.index("from"), names.index("to")))
        params[first], params[last] = params[names.index("from")], params[names.index("to")]
    return params


def _choose_company(report: Report, raw: dict[str, str], user: Any) -> None:
    """The page opens on the company that the user works in, else the first; the form shows which."""
    if not raw.get("company") and any(param.kind == "company" for param in report.params):
        company = working_company_id(user) or companies_of(user).values_list("pk", flat=True).first()
        if company is not None:
            raw["company"] = str(company)


def _link(raw: dict[str, str], **more: str) -> str:
    return f"?{urlencode({**raw, **more})}"


def _field(
    param: Param, raw: dict[str, str], values: dict[str, Any], error: str, user: Any
) -> dict[str, Any]:
    value = values.get(param.name)
    shown = plain(value) if value is not None else raw.get(param.name, "")
    if param.kind == "edges" and isinstance(value, tuple):
        shown = ",".join(map(str, value))
    choices = list(param.choices)
    if param.kind == "company":
        choices = [(company.pk, str(company)) for company in companies_of(user)]
    return {
        "param": param,
        "value": shown,
        "label": str(value) if isinstance(value, models.Model) else "",
        "lookup": json.dumps(_lookup(param)) if param.kind == "record" else "",
        "choices": choices,
        "error": error,
    }


def _lookup(param: Param) -> dict[str, Any]:
    """The look-up of the record's API resource, and what the report wants otherwise."""
    own = dict(param.lookup)
    view = resource_of(param.model) if param.model is not None else None
    return (lookup_of(view, own.pop("query", "")) if view is not None else {}) | own


def _table(answer: Answer) -> dict[str, Any]:
    money = money_format(answer)
    return {
        "columns": answer.columns,
        "rows": [
            {
                "kind": row.kind,
                "level": row.level,
                "cells": [_cell(column, row, money) for column in answer.columns],
            }
            for row in answer.rows
        ],
    }


def _cell(column: Column, row: Row, money: Any) -> dict[str, Any]:
    value = row.cells.get(column.key)
    if value is None or value == "":
        text = ""
    elif column.kind == "date":
        text = show_date(value)
    elif isinstance(value, Decimal):
        empty = not value and not _shows_zero(column, row)
        text = "" if empty else number_text(column, value, money)
    else:
        text = str(value)
    link = row.links.get(column.key)
    return {
        "text": text,
        "numeric": column.numeric,
        "whole": column.kind != "text" or (" " not in text and len(text) <= 18),  # numbers don't break
        "url": link_url(link) if link and text else "",
    }


def _shows_zero(column: Column, row: Row) -> bool:
    """Nothing is left empty in a column of money, but in its totals."""
    return row.kind in ("total", "subtotal") if column.currency else row.kind != "normal"


def link_url(link: ReportLink | Record) -> str:
    """Address of a drill; empty when the record has no page."""
    try:
        if isinstance(link, ReportLink):
            report = reports()[link.key]
            return f"{reverse(report.url_name)}?{urlencode({k: plain(v) for k, v in link.values.items()})}"
        label, name = link.kind.split(".")
        apps.get_model(label, name)
        return reverse(f"admin:{label}_{name}_change", args=[link.pk])
    except (NoReverseMatch, KeyError, LookupError, ValueError):
        return ""
