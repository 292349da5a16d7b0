"""The import page of the back office: choose, upload, map, check, start; templates and past runs."""

from __future__ import annotations

import csv
import io
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from apps.company.models import Company
from apps.core.access import access_of, may
from apps.core.admin.menu import register_page
from apps.core.admin.site import admin_site
from apps.core.errors import BahiError
from apps.datatools.importing.engine import column_names
from apps.datatools.importing.targets import ResourceTarget, Target, target_find, targets_all
from apps.datatools.models import ImportMapping, ImportRun
from apps.datatools.models.imports import Origin
from apps.datatools.selectors import runs_of

LAST = 25
OPTIONS = {
    "company": _("Company"),
    "date": _("As of"),
    "currency": _("Currency"),
    "keep_numbers": _("Keep the numbers of the file"),
    "open_years": _("Open missing fiscal years"),
}
FLAGS = ("keep_numbers", "open_years")


def targets_of(user: Any) -> list[Target]:
    """What the user may import, the registered targets first."""
    return [target for target in targets_all() if _open_to(target, user)]


def _open_to(target: Target, user: Any) -> bool:
    try:
        target.require(user)
    except BahiError:
        return False
    return True


def may_import(user: Any) -> bool:
    """Whether there is anything that this user may import: then the menu shows the page."""
    return any(_open_to(target, user) for target in targets_all())


def page(request: HttpRequest) -> HttpResponse:
    """The wizard with the user's past imports."""
    targets = targets_of(request.user)
    if not targets:
        raise PermissionDenied
    runs = runs_of(request.user).filter(origin=Origin.FILE).select_related("owner").order_by("-id")[:LAST]
    known = {target.key: target for target in targets_all()}
    context = {
        **admin_site.each_context(request),
        "title": _("Import"),
        "config": _config(request, targets),
        "chosen": request.GET.get("target", ""),
        "targets": [{"key": t.key, "title": str(t.title).capitalize()} for t in targets],
        "runs": [run_row(run, known.get(run.target), request.user) for run in runs],
    }
    return TemplateResponse(request, "datatools/import.html", context)


def run_row(run: ImportRun, target: Target | None, user: Any) -> dict[str, Any]:
    return {
        "run": run,
        "what": str(target.title) if target else run.target,
        "bad": len(run.errors),
        "list": _list_url(target, user) if target and run.created_count + run.updated_count else "",
    }


def _list_url(target: Target, user: Any) -> str:
    """The list in which imported records are found; empty where there is none for this user."""
    model = getattr(target, "model", None)
    if model is None or model not in admin_site._registry:
        return ""
    meta = model._meta
    if not may(user, f"{meta.app_label}.view_{meta.model_name}"):
        return ""
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")


def _config(request: HttpRequest, targets: list[Target]) -> dict[str, Any]:
    limit = access_of(request.user).company_ids
    companies = Company.objects.filter(deleted_at=None)
    companies = companies if limit is None else companies.filter(pk__in=limit)
    maps = ImportMapping.objects.filter(target__in=[t.key for t in targets]).order_by("name")
    return {
        "api": "/api/v1/datatools/",
        "template": reverse("import_template"),
        "errors": reverse("import_errors", args=[0]),
        "lists": {t.key: url for t in targets if (url := _list_url(t, request.user))},
        "companies": [{"code": c.code, "name": c.trade_name} for c in companies],
        "options": {
            t.key: [
                {"name": name, "label": str(OPTIONS[name]), "flag": name in FLAGS}
                for name in _option_names(t)
            ]
            for t in targets
        },
        "maps": [
            {"target": m.target, "name": m.name, "columns": m.columns, "options": m.options} for m in maps
        ],
        "texts": {key: str(text) for key, text in _TEXTS.items()},
    }


def _option_names(target: Target) -> tuple[str, ...]:
    """What a target may be told besides its columns; opening balances want company and day."""
    registered = () if isinstance(target, ResourceTarget) else ("company", "date")
    return getattr(target, "option_names", registered)


_TEXTS = {
    "leave_out": _("— leave out —"),
    "needed": _("needed"),
    "column": _("Column of the file"),
    "field": _("Goes to"),
    "sample": _("First rows"),
    "checked": _("%n records can be imported."),
    "bad": _("%n problems. Nothing was written."),
    "bad_one": _("1 problem. Nothing was written."),
    "checked_one": _("1 record can be imported."),
    "running": _("Importing"),
    "stale": _("The file was changed since you chose it. Choose it again."),
    "done": _("Imported: %c new, %u changed, %s passed over."),
    "queued": _("The import runs in the background; you may leave this page."),
    "row": _("Row"),
    "problem": _("Problem"),
    "value": _("Put it right here"),
    "corrected": _("%n cells are put right here and go along; the file itself stays as it is."),
    "corrected_one": _("1 cell is put right here and goes along; the file itself stays as it is."),
    "check_again": _("Check again"),
    "forget": _("Take the file as it is"),
    "download": _("Download all problems as CSV"),
    "open_list": _("Open the list"),
    "failed": _("Nothing was written."),
    "kept": _("%n problems: these rows were left out."),
    "kept_one": _("1 problem: this row was left out."),
}


def template(request: HttpRequest) -> HttpResponse:
    """A CSV with the headings of a target and an example row."""
    try:
        target = target_find(request.GET.get("target", ""))
        target.require(request.user)
    except BahiError as error:
        raise Http404 from error
    paths = [item.path for item in target.fields()]
    example = target.example() if hasattr(target, "example") else {}
    rows = [paths] + ([[example.get(name, "") for name in paths]] if example else [])
    return _csv(rows, f"{target.key.replace('/', '-')}.csv")


def errors(request: HttpRequest, pk: int) -> HttpResponse:
    """The problems of a run as CSV, with the file's own column names."""
    run = runs_of(request.user).filter(pk=pk).first()
    if run is None:
        raise Http404
    rows = [["row", "column", "code", "problem"]]
    rows += [[e["row"], e["column"], e["code"], e["detail"]] for e in column_names(run, run.errors)]
    return _csv(rows, f"import-{run.pk}-problems.csv")


def _csv(rows: list[list[Any]], name: str) -> HttpResponse:
    stream = io.StringIO()
    csv.writer(stream).writerows([[_safe(cell) for cell in row] for row in rows])
    answer = HttpResponse("\ufeff" + stream.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _safe(cell: Any) -> str:
    """A cell that a spreadsheet would take for a formula becomes text."""
    text = str(cell)
    formula = text[:1] in ("=", "+", "@") or (text[:1] == "-" and not text[1:2].isdigit())
    return f"'{text}" if formula else text


def page_urls() -> list[Any]:
    """Addresses below ``data/``."""
    return [
        path("import/", admin_site.admin_view(page), name="import_page"),
        path("import/template/", admin_site.admin_view(template), name="import_template"),
        path("import/<int:pk>/problems/", admin_site.admin_view(errors), name="import_errors"),
    ]


register_page("datatools", "import_page", _("Import"), icon="upload_file", allowed=may_import)
