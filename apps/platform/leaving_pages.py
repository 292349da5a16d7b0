"""Leaving: the administrator's page inside, and the mailed link on the closed organisation's own host."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from apps.accounts.limits import attempts_limit
from apps.accounts.second_step_views import confirmed_required
from apps.backup.services.handing_out import backups_here
from apps.core.access import may
from apps.core.admin.menu import register_page
from apps.core.errors import BahiError
from apps.core.uow import run_in_unit_of_work
from apps.platform.forms import LeaveForm
from apps.platform.permissions import LEAVE
from apps.platform.services.leaving import copy_is_fresh, leaving_ask, leaving_find, leaving_undo
from apps.platform.services.profile import organisation_now
from apps.platform.views import needs
from apps.runtime.models import Job
from apps.tenancy.lifecycle import GRACE

COPYING = ("backup.run_backup", "backup.run_export")


@needs(LEAVE)
@confirmed_required
@require_http_methods(["GET", "POST"])
def leave(request: HttpRequest) -> HttpResponse:
    """What will happen and when; the name typed and a fresh proof of the person do it."""
    organisation = organisation_now()
    backups = backups_here().items
    fresh = copy_is_fresh(backups)
    form = LeaveForm(request.POST or None, fresh=fresh)
    if request.method == "POST" and form.is_valid():
        typed, by = form.cleaned_data["name"], request.user
        try:
            run_in_unit_of_work(lambda: leaving_ask(organisation, typed=typed, by=by, request=request))
        except BahiError as error:
            form.refuse(error)
        else:
            logout(request)
            closed = {"title": organisation.name, "detail": organisation.state_reason}
            return render(request, "tenancy/not_served.html", closed | {"name": organisation.name})
    context = {
        "title": _("Delete this organisation"),
        "form": form,
        "name": organisation.name,
        "days": GRACE.days,
        "backup": backups[0] if backups else None,
        "fresh": fresh,
        "running": Job.objects.filter(task__in=COPYING, owner_id=request.user.pk, finished_at=None),
        "may_export": may(request.user, "backup.export_everything"),
        "may_back_up": may(request.user, "backup.make_backup"),
    }
    return render(request, "platform/leave.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def keep(request: HttpRequest, token: str) -> HttpResponse:
    """The link of the mail: says what it does, and does it on a click (a prefetch must not)."""
    closing: Any = getattr(request, "closing", None)
    try:
        attempts_limit(request)
        organisation = leaving_find(closing, token)
        if request.method == "POST":
            leaving_undo(organisation, token)
            return redirect("/")
    except BahiError as error:
        context = {"title": _("This link is no longer good"), "detail": error.detail}
        return render(request, "tenancy/not_served.html", context, status=error.status)
    context = {"title": organisation.name, "name": organisation.name, "reason": organisation.state_reason}
    return render(request, "platform/keep.html", context)


register_page(
    "platform",
    "organisation_leave",
    gettext_lazy("Delete this organisation"),
    icon="delete_forever",
    permission=LEAVE,
)
