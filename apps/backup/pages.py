"""The page of backups: what there is, a button for one more, downloads."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from apps.accounts.guarding import guarded
from apps.backup.forms import PlanForm
from apps.backup.models import BackupPlace
from apps.backup.services.handing_out import SHOWN, backup_start, backup_take_out, backups_here
from apps.backup.services.plan import (
    FIELDS,
    backup_allowed,
    bucket_try,
    days_kept,
    nightly_on,
    place_now,
    plan_get,
    plan_save,
)
from apps.backup.services.running import backup_late, last_run
from apps.backup.surfaces import MAKE, PLAN
from apps.core.access import may
from apps.core.admin.menu import register_page
from apps.core.admin.site import admin_site
from apps.core.errors import BahiError, InvalidInput, NotFound
from apps.core.file_answer import FileAnswer
from apps.core.uow import run_in_unit_of_work
from apps.runtime.models import Job


def _ask(request: HttpRequest) -> None:
    if not may(request.user, MAKE):
        raise PermissionDenied


def page(request: HttpRequest) -> HttpResponse:
    """Backups of this organisation, newest first, and those that run."""
    _ask(request)
    shelf, plan = backups_here(), plan_get()
    context = {
        **admin_site.each_context(request),
        "title": _("Backups"),
        "backups": shelf.items[:SHOWN],
        "trouble": shelf.trouble,
        "plan": plan,
        "nightly": nightly_on(plan),
        "days": days_kept(plan),
        "own_bucket": place_now(plan) == BackupPlace.BUCKET,
        "late": backup_late(),
        "last": last_run(),
        "may_plan": may(request.user, PLAN),
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
    except BahiError as error:
        messages.error(request, error.detail)
        return HttpResponseRedirect(reverse("backups"))
    answer = FileAnswer(file, as_attachment=True, filename=name)
    answer["Content-Type"] = "application/octet-stream"
    return answer


def plan_page(request: HttpRequest) -> HttpResponse:
    """Hour, days kept and place; what the operator allows stands beside it."""
    plan, allowed = plan_get(), backup_allowed()
    form = PlanForm(request.POST or None, initial={name: getattr(plan, name) for name in FIELDS})
    if not allowed.own_bucket:
        form.without_bucket()
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        secret = values.pop("secret", "")
        try:
            run_in_unit_of_work(lambda: plan_save(values=values, secret=secret, by=request.user))
            messages.success(request, _("Saved."))
            return HttpResponseRedirect(reverse("backup_plan"))
        except InvalidInput as error:
            form.refuse(error)
    context = {
        **admin_site.each_context(request),
        "title": _("Plan of the backups"),
        "form": form,
        "allowed": allowed,
        "nightly": nightly_on(plan),
        "has_secret": bool(plan.secret),
        "may_try": place_now(plan, allowed) == BackupPlace.BUCKET,
    }
    return TemplateResponse(request, "backup/plan.html", context)


def plan_try(request: HttpRequest) -> HttpResponse:
    """Whether the own bucket takes a file and gives it back."""
    try:
        bucket_try()
        messages.success(request, _("The bucket works: a small file was written, found, read and removed."))
    except BahiError as error:
        messages.error(request, error.detail)
    return HttpResponseRedirect(reverse("backup_plan"))


def page_urls() -> list[Any]:
    view = admin_site.admin_view
    return [
        path("backups/", view(page), name="backups"),
        path("backups/now/", view(require_POST(start)), name="backup_now"),
        path("backups/plan/", guarded(plan_page, PLAN, app="backup", proof=True), name="backup_plan"),
        path(
            "backups/plan/try/", guarded(require_POST(plan_try), PLAN, app="backup"), name="backup_plan_try"
        ),
        path("backups/<str:name>/", view(download), name="backup_download"),
    ]


register_page("backup", "backups", gettext_lazy("Backups"), icon="backup", permission=MAKE)
register_page("backup", "backup_plan", gettext_lazy("Plan of the backups"), icon="schedule", permission=PLAN)
