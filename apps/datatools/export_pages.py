"""The page of one's own large exports: those being made, those to download."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from apps.core.admin.site import admin_site
from apps.core.errors import BahiError, NotFound
from apps.core.file_answer import FileAnswer
from apps.core.typed_settings import setting
from apps.core.uow import run_in_unit_of_work
from apps.datatools.exporting import FORMATS
from apps.datatools.models import ExportFile
from apps.datatools.services.exports import export_find, export_open
from apps.runtime.models import ENDED, Job, JobState

SHOWN = 50


def export_download(row: ExportFile, request: Any) -> FileAnswer:
    """The answer that carries a kept export. Raises as ``export_open``."""
    stream = run_in_unit_of_work(lambda: export_open(row, by=request.user, request=request))
    answer = FileAnswer(stream, as_attachment=True, filename=row.file.name, content_type=FORMATS[row.form])
    answer["Content-Length"] = str(row.size)
    answer["Cache-Control"] = "private, no-store"
    return answer


def page(request: HttpRequest) -> HttpResponse:
    """One's own, the newest first."""
    rows = list(ExportFile.objects.filter(owner_id=request.user.pk)[:SHOWN])
    jobs = Job.objects.in_bulk([row.job_id for row in rows if row.job_id])
    context = {
        **admin_site.each_context(request),
        "title": _("My exports"),
        "exports": [_row(row, jobs.get(row.job_id)) for row in rows],
        "days": setting("datatools.export_days"),
    }
    return TemplateResponse(request, "datatools/exports.html", context)


def _row(row: ExportFile, job: Job | None) -> dict[str, Any]:
    return {
        "export": row,
        "job": job,
        "running": job is not None and job.state not in ENDED,
        "failed": job is not None and job.state == JobState.FAILED and row.ready_at is None,
    }


@login_required
@require_safe
def take(request: HttpRequest, pk: int) -> HttpResponse | FileAnswer:
    """The file; what stands in its way is told on the page."""
    try:
        return export_download(export_find(pk, request.user), request)
    except NotFound as error:
        raise Http404 from error
    except BahiError as error:
        messages.error(request, str(error.detail))
        return HttpResponseRedirect(reverse("exports"))


def page_urls() -> list[Any]:
    """Addresses below ``data/``."""
    return [
        path("exports/", admin_site.admin_view(page), name="exports"),
        path("exports/<int:pk>/file/", take, name="export_file"),
    ]
