"""What can this user do, and why; who was refused; who breaks a separation of duties."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.access_pages.matrix import CHANGE, SEE, require, run
from apps.accounts.choices import AccessEvent
from apps.accounts.explain import (
    Explanation,
    grant_text,
    managing_text,
    permission_explain,
    permission_table,
    record_explain,
    record_of,
)
from apps.accounts.models import AccessLog, User
from apps.accounts.models.separation import MODE_CHOICES
from apps.accounts.services.grants import grants_of
from apps.accounts.services.separation import breaches, mode_set, modes
from apps.core.access import may
from apps.core.admin.site import admin_site
from apps.core.admin.urls import admin_url
from apps.core.keys import key_read
from apps.core.permissions import all_permissions
from apps.core.separation import separation_rules

ACTIONS = {"view": gettext_lazy("see"), "change": gettext_lazy("change"), "delete": gettext_lazy("delete")}
SEE_USERS, SEE_LOG = "accounts.view_user", "accounts.view_accesslog"
PER_PAGE = 50


def why(request: HttpRequest) -> HttpResponse:
    """``?user=&permission=`` or ``&record=sales.order:7&action=view``; without either: all that he may do."""
    require(request, SEE, SEE_USERS)
    people = User.objects.for_user(request.user).filter(deleted_at=None).order_by("name")
    user = people.filter(pk=key_read(request.GET.get("user"))).first()
    permission, record = request.GET.get("permission", "").strip(), request.GET.get("record", "").strip()
    action = request.GET.get("action", "view")
    context = {
        **admin_site.each_context(request),
        "title": _("What can this user do, and why"),
        "people": people[:1000],
        "chosen": user,
        "permission": permission,
        "record": record,
        "action": action,
        "actions": list(ACTIONS.items()),
        "permissions": sorted(all_permissions().values(), key=lambda item: item.code),
        "managing": managing_text(user) if user is not None else "",
        "table": permission_table(user) if user is not None and not (permission or record) else None,
    }
    if context["table"] is not None:
        shared = grants_of(by=request.user, user_id=user.pk)
        context["shared"] = [(grant.title, admin_url(grant.target), grant_text(grant)) for grant in shared]
    if user is not None:
        context |= _explained(request, user, permission, record, action)
    return TemplateResponse(request, "accounts/why.html", context)


def _explained(request: HttpRequest, user: User, permission: str, record: str, action: str) -> dict[str, Any]:
    found: Explanation | None = None
    error = ""
    if record:
        row = record_of(record, by=request.user)
        if row is None:
            error = _("There is no such record, or you may not see it yourself.")
        else:
            found = record_explain(user, row, action if action in ACTIONS else "view")
    elif permission and permission not in all_permissions():
        error = _("Unknown permission: %(c)s.") % {"c": permission}
    elif permission:
        found = permission_explain(user, permission)
    return {"found": found, "error": error}


def refused(request: HttpRequest) -> HttpResponse:
    """Refused attempts, newest first, and who met most of them in the last thirty days."""
    require(request, SEE_LOG)
    rows = AccessLog.objects.for_user(request.user).filter(event=AccessEvent.REFUSED)
    text = request.GET.get("q", "").strip().replace("\x00", "")
    if text:
        rows = rows.filter(Q(label__icontains=text) | Q(path__icontains=text))
    since = timezone.now() - timedelta(days=30)
    most = rows.filter(at__gte=since).order_by().values("label").annotate(n=Count("id")).order_by("-n")[:5]
    context = {
        **admin_site.each_context(request),
        "title": _("Refused access"),
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "most": list(most),
        "q": text,
    }
    return TemplateResponse(request, "accounts/refused.html", context)


def separation(request: HttpRequest) -> HttpResponse:
    """The rules, how strictly each is taken, and who breaks them. POST ``rule`` and ``mode`` changes one."""
    require(request, SEE, SEE_USERS)
    if request.method == "POST":
        return _choose_mode(request)
    taken = modes()
    context = {
        **admin_site.each_context(request),
        "title": _("Separation of duties"),
        "rules": [{"rule": rule, "mode": taken[code]} for code, rule in separation_rules().items()],
        "modes": MODE_CHOICES,
        "breaches": breaches(),
        "editable": may(request.user, CHANGE),
    }
    return TemplateResponse(request, "accounts/separation.html", context)


def _choose_mode(request: HttpRequest) -> HttpResponse:
    require(request, CHANGE)
    code, mode = request.POST.get("rule", ""), request.POST.get("mode", "")

    def work() -> bool:
        mode_set(code, mode, by=request.user)
        return True

    if run(request, work):
        messages.success(request, _("Saved."))
    return HttpResponseRedirect(reverse("separation"))
