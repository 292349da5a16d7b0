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

from apps.accounts.choices import AccessEvent
from apps.accounts.services.access_log import access_log_write
from apps.backup.services.making import backups_of
from apps.backup.surfaces import MAKE
from apps.backup.targets import backup_target
from apps.backup.tasks import run_backup
from apps.core.access import may
from apps.core.admin.menu import register_page
from apps.core.admin.site import admin_site
from apps.core.tenant import current_organisation
from apps.core.uow import run_in_unit_of_work
from apps.runtime.models import Job
from apps.runtime.services.jobs import job_start

PAGE = 60


def _ask(request: HttpRequest) -> None:
    if not may(request.user, MAKE):
        raise PermissionDenied


def page(request: HttpRequest) -> HttpResponse:
    """Backups of this organisation, newest first, and those that run."""
    _ask(request)
    context = {
        **admin_site.each_context(request),
        "title": _("Backups"),
        "backups": backups_of(current_organisation().slug)[:PAGE],
        "running": Job.objects.filter(task="backup.run_backup", finished_at=None).order_by("-id"),
    }
    return TemplateResponse(request, "backup/backups.html", context)


def start(request: HttpRequest) -> HttpResponse:
    _ask(request)
    run_in_unit_of_work(lambda: job_start(run_backup, title=_("Backup"), by=request.user))
    messages.info(request, _("The backup runs in the background; it appears here when it is done."))
    return HttpResponseRedirect(reverse("backups"))


def download(request: HttpRequest, name: str) -> HttpResponse:
    """The encrypted file. Only of this organisation: the name is looked up in its own list."""
    _ask(request)
    slug = current_organisation().slug
    wanted = f"{slug}/{name}"
    if wanted not in {item.name for item in backups_of(slug)}:
        raise Http404
    run_in_unit_of_work(
        lambda: access_log_write(
            AccessEvent.EXPORT, request=request, user=request.user, detail={"kind": "backup", "file": name}
        )
    )
    answer = FileResponse(backup_target().open(wanted), as_attachment=True, filename=name)
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
