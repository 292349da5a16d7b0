"""The page of backups: what there is, a button for one more, downloads."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from apps.backup.services.handing_out import backup_start, backup_take_out, backups_newest
from apps.backup.surfaces import MAKE
from apps.core.access import may
from apps.core.admin.menu import register_page
from apps.core.admin.site import admin_site
from apps.core.errors import NotFound
from apps.core.uow import run_in_unit_of_work
from apps.runtime.models import Job


def _ask(request: HttpRequest) -> None:
    if not may(request.user, MAKE):
        raise PermissionDenied


def page(request: HttpRequest) -> HttpResponse:
    """Backups of this organisation, newest first, and those that run."""
    _ask(request)
    context = {
        **admin_site.each_context(request),
        "title": _("Backups"),
        "backups": backups_newest(),
        "running": Job.objects.filter(task="backup.run_backup", finished_at=None).order_by("-id"),
    }
    return TemplateResponse(request, "backup/backups.html", context)


def start(request: HttpRequest) -> HttpResponse:
    _ask(request)
    run_in_unit_of_work(lambda: backup_start(request.user))
    messages.info(request, _("The backup runs in the background; it appears here when it is done."))
    return HttpResponseRedirect(reverse("backups"))


def download(request: HttpRequest, name: str) -> HttpResponse:
    """The encrypted file of one of this organisation's backups."""
    _ask(request)
    try:
        file = backup_take_out(name, by=request.user, request=request)
    except NotFound as error:
        raise Http404 from error
    answer = FileResponse(file, as_attachment=True, filename=name)
    answer["Content-Type"] = "application/octet-stream"
    return answer


def page_urls() -> list[Any]:
    view = admin_site.admin_view
    return [
        path("backups/", view(page), name="backups"),
        path("backups/now/", view(require_POST(start)), name="backup_now"),
        path("backups/<str:name>/", view(download), name="backup_download"),
    ]


register_page("backup", "backups", gettext_lazy("Backups"), icon="backup", permission=MAKE)
