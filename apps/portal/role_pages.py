"""The quick-create strips that roles bring: all of them, and the four places of one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.accounts.models import Role
from apps.core.access import may
from apps.core.admin.bases import register_record_link
from apps.core.admin.site import admin_site
from apps.core.errors import BahiError
from apps.core.uow import run_in_unit_of_work
from apps.portal.models import RoleStrip
from apps.portal.models.strip import PLACES
from apps.portal.permissions import CHANGE, SEE_ROLES
from apps.portal.quick import choice_label, role_choices
from apps.portal.services.strips import role_strip_save


def open_to(user: Any) -> bool:
    """Whether this person gives roles their strip."""
    return may(user, SEE_ROLES) and may(user, CHANGE)


def roles() -> Any:
    """Roles that can bring one."""
    return Role.objects.filter(deleted_at=None).prefetch_related("grants").order_by("name", "pk")


def strips(request: HttpRequest) -> HttpResponse:
    """Every role with what it brings."""
    _require(request)
    held = dict(RoleStrip.objects.values_list("role", "places"))
    rows = [
        {"role": role, "places": [choice_label(key) for key in held.get(role.pk, ())]} for role in roles()
    ]
    context = {**admin_site.each_context(request), "title": _("Quick create of roles"), "rows": rows}
    return TemplateResponse(request, "portal/role_strips.html", context)


def strip(request: HttpRequest, pk: int) -> HttpResponse:
    """The places of one role; POST keeps them (``key`` once for each place), ``reset`` takes them away."""
    _require(request)
    role = roles().filter(pk=pk).first()
    if role is None:
        raise Http404
    choices = role_choices(role)
    if request.method == "POST":
        return _save(request, role, choices)
    held = RoleStrip.objects.filter(role=role).first()
    context = {
        **admin_site.each_context(request),
        "title": _("Quick create of “%(role)s”") % {"role": role.name},
        "role": role,
        "held": held,
        "choices": list(choices.values()),
        "places": places_of(held.places if held else []),
    }
    return TemplateResponse(request, "portal/role_strip.html", context)


def _save(request: HttpRequest, role: Role, choices: Any) -> HttpResponse:
    keys = [] if "reset" in request.POST else request.POST.getlist("key")
    try:
        kept = run_in_unit_of_work(lambda: role_strip_save(role, keys, choices=choices, by=request.user))
    except BahiError as error:
        for item in error.errors:
            messages.error(request, str(item.detail))
        return redirect("role_strip", pk=role.pk)
    if kept:
        messages.success(request, _("Saved: people of “%(role)s” find these entries.") % {"role": role.name})
    else:
        messages.success(request, _("“%(role)s” has no entries any more.") % {"role": role.name})
    return redirect("role_strips")


def places_of(keys: list[str]) -> list[dict[str, Any]]:
    """The four places of a form, with what is in them."""
    padded = [*keys, *[""] * PLACES]
    return [{"number": index + 1, "key": padded[index]} for index in range(PLACES)]


def _require(request: HttpRequest) -> None:
    if not open_to(request.user):
        raise PermissionDenied


def _links(request: HttpRequest, role: Role) -> list[tuple[str, str]]:
    if not open_to(request.user) or role.deleted_at is not None:
        return []
    return [(_("Quick create"), reverse("role_strip", args=[role.pk]))]


register_record_link(Role, _links)
