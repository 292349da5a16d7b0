"""The page of whole exports: ask for one, take it once. A fresh proof of the person is asked for."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from apps.accounts.guarding import guarded
from apps.backup.models import DataExport
from apps.backup.services.asking import export_begin
from apps.backup.services.exports import KEPT_HOURS, export_answer, export_link, export_take
from apps.backup.services.open_formats import LEFT_OUT
from apps.backup.surfaces import EXPORT
from apps.core.admin.menu import register_page
from apps.core.admin.site import admin_site
from apps.core.errors import BahiError
from apps.core.uow import run_in_unit_of_work
from apps.runtime.models import Job

SHOWN = 20


def page(request: HttpRequest) -> HttpResponse:
    """One's own exports, the one that runs, and what an export holds."""
    user: Any = request.user
    rows = list(DataExport.objects.filter(owner_id=user.pk)[:SHOWN])
    running = Job.objects.filter(task="backup.run_export", owner_id=user.pk, finished_at=None)
    context = {
        **admin_site.each_context(request),
        "title": _("Export of all data"),
        "exports": [(row, export_link(row) if row.waiting else "") for row in rows if row.ready_at],
        "running": running.order_by("-id"),
        "left_out": LEFT_OUT.values(),
        "hours": KEPT_HOURS,
    }
    return TemplateResponse(request, "backup/exports.html", context)


def start(request: HttpRequest) -> HttpResponse:
    try:
        run_in_unit_of_work(lambda: export_begin(by=request.user, request=request))
    except BahiError as error:
        messages.error(request, str(error.detail))
    else:
        messages.info(request, _("The export is made in the background; you are told when it is ready."))
    return HttpResponseRedirect(reverse("data_exports"))


def take(request: HttpRequest) -> HttpResponse:
    """The file, once."""
    token = request.POST.get("token", "")
    try:
        row, stream = run_in_unit_of_work(lambda: export_take(token, by=request.user, request=request))
    except BahiError as error:
        messages.error(request, str(error.detail))
        return HttpResponseRedirect(reverse("data_exports"))
    return export_answer(row, stream)


def page_urls() -> list[Any]:
    def view(function: Any) -> Any:
        return guarded(function, EXPORT, app="backup", proof=True)

    return [
        path("export/", view(page), name="data_exports"),
        path("export/now/", view(require_POST(start)), name="data_export_now"),
        path("export/take/", view(require_POST(take)), name="data_export_take"),
    ]


register_page(
    "backup", "data_exports", gettext_lazy("Export of all data"), icon="folder_zip", permission=EXPORT
)
