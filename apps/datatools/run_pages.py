"""The page of one import: what it did, what it left out, and taking it back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.core.admin.site import admin_site
from apps.core.errors import BahiError, NotFound
from apps.core.uow import run_in_unit_of_work
from apps.datatools.import_pages import run_row
from apps.datatools.importing.targets import targets_all
from apps.datatools.models import ImportRun
from apps.datatools.models.imports import ImportState
from apps.datatools.selectors import run_of
from apps.datatools.services.undo import undo_answer, undo_preview, undo_require, undo_runs, undo_start
from apps.runtime.models import Job

SHOWN = 200


def run_find(pk: int, user: Any) -> ImportRun:
    """A run that this user may see; 404 else."""
    try:
        return run_of(pk, user)
    except NotFound as error:
        raise Http404 from error


def page(request: HttpRequest, pk: int) -> HttpResponse:
    """``?undo=1`` works out what taking the import back would do."""
    run = run_find(pk, request.user)
    known = {target.key: target for target in targets_all()}
    closed, preview = _closed(run, request.user), None
    if "undo" in request.GET and not closed:
        try:
            preview = undo_preview(run, by=request.user)
        except BahiError as error:  # somebody else was quicker, or holds what is needed
            closed = str(error.detail)
    undone = undo_answer(run, by=request.user) if run.undo_state else None
    context = {
        **admin_site.each_context(request),
        "title": str(run.file_name),
        "item": run_row(run, known.get(run.target), request.user),
        "run": run,
        "closed": closed,
        "problems": [
            {"row": e["row"], "record": e["column"], "reason": e["detail"]} for e in run.errors[:SHOWN]
        ],
        "corrected": [
            (row, column, text) for row, cells in run.corrections.items() for column, text in cells.items()
        ][:SHOWN],
        "preview": preview,
        "undone": undone,
        "working": undo_runs(run),
        "stopped": Job.objects.filter(pk=run.job_id).first() if run.state == ImportState.FAILED else None,
    }
    return TemplateResponse(request, "datatools/import_run.html", context)


def _closed(run: ImportRun, user: Any) -> str:
    """Why this run can't be taken back by this user now; empty when it can."""
    try:
        undo_require(run, user)
    except BahiError as error:
        return str(error.detail)
    return ""


@login_required
@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Starts the job that takes the import back."""
    run = run_find(pk, request.user)
    try:
        run_in_unit_of_work(lambda: undo_start(run, by=request.user))
        messages.success(request, _("It is being taken back."))
    except BahiError as error:
        messages.error(request, str(error.detail))
    return HttpResponseRedirect(reverse("import_run", args=[pk]))


def page_urls() -> list[Any]:
    """Addresses below ``data/``."""
    return [
        path("import/<int:pk>/", admin_site.admin_view(page), name="import_run"),
        path("import/<int:pk>/undo/", undo, name="import_undo"),
    ]
