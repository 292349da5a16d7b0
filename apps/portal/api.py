"""The quick-create strip over the API: one's own, and those that roles bring."""

from __future__ import annotations

from typing import Any

from django.urls import path
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.api.bases import Input
from apps.accounts.api.guarded import GuardedView
from apps.accounts.models import Role
from apps.core.api.rendering import envelope
from apps.core.api.routes import register_routes
from apps.core.api.serializers import StrictSerializer
from apps.core.api.transaction import api_write
from apps.core.errors import NotFound
from apps.portal.models import RoleStrip
from apps.portal.permissions import CHANGE, SEE_ROLES
from apps.portal.quick import quick_choices, quick_strip, role_choices
from apps.portal.role_pages import roles
from apps.portal.services.strips import quick_create_choose, role_strip_remove, role_strip_save


class PlacesInput(StrictSerializer):
    places = serializers.ListField(child=serializers.CharField(max_length=60), max_length=20)


class QuickCreateView(Input, APIView):
    """One's own strip. ``source`` says where it comes from: ``own`` choice, ``roles`` or the ``usual`` ones;
    PUT chooses up to four of ``choices``, none goes back to what the roles bring."""

    bahi_app = "portal"
    serializer_class = PlacesInput

    def get(self, request: Any) -> Response:
        return Response(envelope(_own(request.user)))

    def put(self, request: Any) -> Response:
        keys = self.read(request)["places"]

        def work() -> tuple[int, Any, str]:
            quick_create_choose(request.user, keys, choices=quick_choices(request.user), by=request.user)
            return 200, _own(request.user), _("Saved.")

        return api_write(request, work)


def _own(user: Any) -> dict[str, Any]:
    choices = quick_choices(user)
    source, strip = quick_strip(user, choices)
    return {
        "source": source,
        "chosen": user.quick_create,
        "strip": strip,
        "choices": list(choices.values()),
    }


class RoleStripsView(GuardedView):
    """Every role with the entries that it brings to those who chose none themselves."""

    bahi_app, needs = "portal", {"": (SEE_ROLES, CHANGE)}

    def get(self, request: Any) -> Response:
        held = dict(RoleStrip.objects.values_list("role", "places"))
        return Response(envelope([{**_named(role), "places": held.get(role.pk, [])} for role in roles()]))


class RoleStripView(GuardedView):
    """The strip of one role: PUT gives up to four of ``choices`` (what the role lets create), DELETE takes it
    away."""

    bahi_app, needs = "portal", {"": (SEE_ROLES, CHANGE)}
    serializer_class = PlacesInput

    def get(self, request: Any, pk: int) -> Response:
        return Response(envelope(_of_role(_role(pk))))

    def put(self, request: Any, pk: int) -> Response:
        role, keys = _role(pk), self.read(request)["places"]

        def work() -> tuple[int, Any, str]:
            role_strip_save(role, keys, choices=role_choices(role), by=request.user)
            return 200, _of_role(role), _("Saved.")

        return api_write(request, work)

    def delete(self, request: Any, pk: int) -> Response:
        role = _role(pk)

        def work() -> tuple[int, Any, str]:
            role_strip_remove(role, by=request.user)
            return 200, _of_role(role), _("Removed.")

        return api_write(request, work)


def _role(pk: int) -> Role:
    role = roles().filter(pk=pk).first()
    if role is None:
        raise NotFound(_("There is no such role."))
    return role


def _named(role: Role) -> dict[str, Any]:
    return {"role": role.pk, "code": role.code, "name": role.name}


def _of_role(role: Role) -> dict[str, Any]:
    held = RoleStrip.objects.filter(role=role).first()
    choices = [{"key": item["key"], "label": item["label"]} for item in role_choices(role).values()]
    return {**_named(role), "places": held.places if held else [], "choices": choices}


register_routes(
    [
        path("home/quick-create/", QuickCreateView.as_view(), name="home_quick_create"),
        path("home/role-strips/", RoleStripsView.as_view(), name="home_role_strips"),
        path("home/role-strips/<int:pk>/", RoleStripView.as_view(), name="home_role_strip"),
    ]
)
