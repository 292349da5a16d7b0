"""The page of the matrix, its file, its undo; copying and resetting roles."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from apps.accounts.choices import AccessEvent
from apps.accounts.matrix import (
    change_undo,
    matrix_modules,
    matrix_roles,
    matrix_rows,
    matrix_save,
    past_changes,
)
from apps.accounts.models import Role
from apps.accounts.services.access_log import access_log_write
from apps.accounts.services.roles import role_copy, role_differs, role_reset
from apps.accounts.services.separation import role_conflicts
from apps.core.access import may
from apps.core.admin.site import admin_site
from apps.core.errors import BahiError
from apps.core.keys import key_read
from apps.core.uow import run_in_unit_of_work

SEE, CHANGE, ADD = "accounts.view_role", "accounts.change_role", "accounts.add_role"


def require(request: HttpRequest, *permissions: str) -> None:
    if not all(may(request.user, code) for code in permissions):
        raise PermissionDenied


def run(request: HttpRequest, work: Callable[[], Any]) -> Any:
    """Run in a unit of work; a refusal becomes a message. → the result, None when refused."""
    try:
        return run_in_unit_of_work(work)
    except BahiError as error:
        for item in error.errors:
            messages.error(request, str(item.detail))
        return None


def page(request: HttpRequest) -> HttpResponse:
    """``?module=sales`` shows one module, ``role`` (many) some roles; POST saves it."""
    require(request, SEE)
    modules = matrix_modules()
    chosen = request.GET.get("module") or "sales"
    if chosen not in dict(modules):
        chosen = modules[0][0]
    if request.method == "POST":
        return _save(request, chosen)
    every = matrix_roles()
    only = {key_read(pk) for pk in request.GET.getlist("role")} - {None}
    roles = [role for role in every if not only or role.pk in only]
    context = {
        **admin_site.each_context(request),
        "title": _("Roles and permissions"),
        "modules": modules,
        "module": chosen,
        "every": [(role, role.pk in only) for role in every],
        "roles": [
            {"role": role, "conflicts": role_conflicts(role.permissions), "differs": role_differs(role)}
            for role in roles
        ],
        "rows": matrix_rows(chosen, roles),
        "editable": may(request.user, CHANGE),
        "may_add": may(request.user, ADD),
        "changes": past_changes(),
    }
    return TemplateResponse(request, "accounts/matrix.html", context)


def _save(request: HttpRequest, module: str) -> HttpResponse:
    require(request, CHANGE)
    sent = {
        key_read(name.removeprefix("version_")): key_read(value)
        for name, value in request.POST.items()
        if name.startswith("version_")
    }
    versions = {pk: value for pk, value in sent.items() if pk is not None and value is not None}
    wanted: dict[int, set[str]] = {pk: set() for pk in versions}
    for text in request.POST.getlist("cell"):
        pk, _sep, code = text.partition(":")
        key = key_read(pk)
        if key in wanted:
            wanted[key].add(code)
    changed = run(request, lambda: matrix_save(module, wanted=wanted, versions=versions, by=request.user))
    if changed:
        text = ngettext("%(n)s role changed: %(r)s.", "%(n)s roles changed: %(r)s.", len(changed))
        messages.success(request, text % {"n": len(changed), "r": ", ".join(changed)})
    elif changed is not None:
        messages.info(request, _("Nothing was changed."))
    return _back(request)


def _back(request: HttpRequest) -> HttpResponse:
    query = request.GET.urlencode()
    return HttpResponseRedirect(reverse("role_matrix") + (f"?{query}" if query else ""))


@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one change back."""
    require(request, SEE, CHANGE)
    role = run(request, lambda: change_undo(pk, by=request.user))
    if role is not None:
        messages.success(request, _("Taken back: %(r)s is as it was before.") % {"r": role.name})
    return _back(request)


def file(request: HttpRequest) -> HttpResponse:
    """The whole matrix as CSV: a row for each permission, a column for each role."""
    require(request, SEE)
    roles = matrix_roles()
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["permission", "name", *(role.code for role in roles)])
    for label, _title in matrix_modules():
        for row in matrix_rows(label, roles):
            writer.writerow([row.code, row.name, *("" if c.state == "off" else "yes" for c in row.cells)])
    told = {"kind": "roles", "roles": len(roles), "format": "csv"}
    run_in_unit_of_work(lambda: access_log_write(AccessEvent.EXPORT, request=request, detail=told))
    answer = HttpResponse(out.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="roles.csv"'
    return answer


@require_POST
def copy(request: HttpRequest, pk: int) -> HttpResponse:
    """``code`` and ``name`` of the new role."""
    require(request, SEE, ADD)
    role = _role(pk)
    code, name = request.POST.get("code", "").strip(), request.POST.get("name", "").strip()
    made = run(request, lambda: role_copy(role, code=code, name=name, by=request.user))
    if made is None:
        return _back(request)
    messages.success(request, _("Role “%(r)s” made.") % {"r": made.name})
    return HttpResponseRedirect(reverse("admin:accounts_role_change", args=[made.pk]))


@require_POST
def reset(request: HttpRequest, pk: int) -> HttpResponse:
    """Back to what the ready role came with."""
    require(request, SEE, CHANGE)
    role = _role(pk)
    if run(request, lambda: role_reset(role, by=request.user)) is not None:
        messages.success(request, _("“%(r)s” has the rights that it came with.") % {"r": role.name})
    return _back(request)


def _role(pk: int) -> Role:
    role = Role.objects.filter(pk=pk, deleted_at=None).prefetch_related("grants", "levels").first()
    if role is None:
        raise Http404
    return role
