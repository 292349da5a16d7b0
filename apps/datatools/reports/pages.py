"""Reports as pages of the back office."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _

from apps.core.access import may
from apps.core.admin.site import admin_site
from apps.core.api.lookups import lookup_of
from apps.core.errors import BahiError, InvalidInput
from apps.core.formats import show_date
from apps.core.registry import resource_of
from apps.core.surfaces import codes
from apps.core.uow import run_in_unit_of_work
from apps.core.working import working_company_id
from apps.datatools.models import ExportFile
from apps.datatools.permissions import EXPORT_REPORT
from apps.datatools.reports.definition import Answer, Column, Param, Report, Row, report_allowed, reports
from apps.datatools.reports.exporting import FORMATS, export_require, report_export
from apps.datatools.reports.links import link_url
from apps.datatools.reports.params import companies_of, values_read
from apps.datatools.reports.render import money_format, number_text, plain
from apps.datatools.reports.stored import answer_of, given_of, stored_jobs, stored_start
from apps.runtime.models import Job


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


@dataclass
class _Shown:
    """What a page has to show: the parameters as they were read, the answer, or what is wrong with them."""

    values: dict[str, Any] = field(default_factory=dict)
    answer: Answer | None = None
    done: Job | None = None
    running: Job | None = None
    errors: dict[str, str] = field(default_factory=dict)

    def work_out(self, report: Report, user: Any) -> None:
        """The answer; of a slow report what its last job left, and the job that runs."""
        if report.slow:
            self.done, self.running = stored_jobs(report, self.values, user)
        if self.done is not None or not report.slow:
            self.answer = answer_of(report, self.values, user)


def report_page(request: HttpRequest, report: Report) -> HttpResponse:
    """Parameters, table, proofs, drill. Wrong parameters are shown at their fields."""
    if not report_allowed(report, request.user):
        raise PermissionDenied
    sent = request.POST if request.method == "POST" else request.GET
    raw = {name: value for name, value in sent.items() if value != "" and name != "csrfmiddlewaretoken"}
    _choose_company(report, raw, request.user)
    if raw.get("format"):
        export_require(request.user)
    shown = _Shown()
    try:
        shown.values = values_read(report, raw, request.user)
        if request.method == "POST" and report.slow:
            run_in_unit_of_work(lambda: stored_start(report, shown.values, by=request.user))
            return HttpResponseRedirect(f"?{urlencode(given_of(report, shown.values))}")
        if raw.get("format"):
            return _export_page(report, shown.values, raw["format"], request)
        shown.work_out(report, request.user)
    except InvalidInput as error:
        if sent:
            shown.errors = {item.field: item.detail for item in error.errors}
    context = {**admin_site.each_context(request), **_context(report, raw, shown, request.user)}
    status = 400 if shown.errors else 200
    return TemplateResponse(request, "datatools/report.html", context, status=status)


def _context(report: Report, raw: dict[str, str], shown: _Shown, user: Any) -> dict[str, Any]:
    answer, errors = shown.answer, shown.errors
    known = {param.name for param in report.params}
    return {
        "title": report.title,
        "report": report,
        "fields": [
            _field(p, raw, shown.values, errors.get(p.name, ""), user) for p in _in_reading_order(report)
        ],
        "other_errors": [text for name, text in errors.items() if name not in known],
        "answer": answer,
        "done": shown.done,
        "running": shown.running,
        "table": _table(answer) if answer else None,
        "exports": _export_links(raw, user) if answer else [],
        "steps": report.steps(shown.values, user) if answer and report.steps else [],
        "more": _link(raw, cursor=answer.more) if answer and answer.more else "",
    }


def _export_page(report: Report, values: dict[str, Any], form: str, request: HttpRequest) -> HttpResponse:
    try:
        found = report_export(report, values, form, request)
    except BahiError as error:
        for item in error.errors:
            messages.error(request, item.detail)
        return HttpResponseRedirect(f"?{urlencode(given_of(report, values))}")
    if isinstance(found, ExportFile):
        messages.info(request, _("The file is made in the background; you are told when it is ready."))
        return HttpResponseRedirect(reverse("exports"))
    return found


def _export_links(raw: dict[str, str], user: Any) -> list[tuple[str, str]]:
    return [(form, _link(raw, format=form)) for form in FORMATS] if may(user, EXPORT_REPORT) else []


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
