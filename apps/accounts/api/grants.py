"""API of rights: access to single records, and the list of permissions and levels for pickers."""

from __future__ import annotations

from typing import Any

from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.models import User
from apps.accounts.services.grants import (
    Grant,
    grant_add,
    grant_find,
    grant_remove,
    grantable_models,
    grants_of,
    people_for,
    record_find,
)
from apps.accounts.services.handing import levelled_kinds
from apps.core.access import LEVELS, may
from apps.core.api.paging import page_number
from apps.core.api.rendering import envelope
from apps.core.api.representation import iso_time
from apps.core.api.routes import register_routes
from apps.core.api.serializers import KeyField, StrictSerializer, raise_invalid, resolve_keys
from apps.core.api.transaction import api_write
from apps.core.errors import InvalidInput, NotAllowed
from apps.core.modules import module_of_app
from apps.core.permissions import all_permissions
from apps.core.scope import kind_of

PARAMS = {"record", "user", "page", "per_page"}
PEOPLE_PARAMS = {"record", "search", "per_page"}


def shown(grant: Grant) -> dict[str, Any]:
    """One grant, with the names that a page shows."""
    return {
        "id": grant.id,
        "record": grant.record,
        "record_label": grant.title,
        "user": grant.user.pk,
        "user_label": str(grant.user),
        "permission": grant.permission,
        "action": grant.action,
        "given_by": grant.given_by.pk if grant.given_by else None,
        "given_by_label": str(grant.given_by or ""),
        "given_at": iso_time(grant.given_at),
    }


class GrantInput(StrictSerializer):
    record = serializers.CharField(max_length=120)
    user = KeyField(User)
    permission = serializers.CharField(max_length=120)


class _Grants(APIView):
    def allow(self, request: Any) -> None:
        if not may(request.user, "accounts.grant_object"):
            raise NotAllowed(_("You may not give access to single records."))

    def known(self, request: Any, names: set[str]) -> Any:
        params = request.query_params
        if unknown := sorted(set(params) - names):
            raise InvalidInput(_("Unknown filter."), field=unknown[0], code="unknown")
        return params


class GrantsView(_Grants):
    """List (filters ``record``, ``user``) and give access to single records."""

    def get(self, request: Any) -> Response:
        self.allow(request)
        params = self.known(request, PARAMS)
        user_id = page_number(params, "user", 0) or None
        rows = grants_of(by=request.user, record=params.get("record", ""), user_id=user_id)
        page, per_page = page_number(params, "page", 1), page_number(params, "per_page", 25, 200)
        there = rows[(page - 1) * per_page : page * per_page]
        pages = -(-len(rows) // per_page)
        pagination = {"page": page, "per_page": per_page, "total": len(rows), "pages": pages}
        return Response(envelope([shown(row) for row in there], pagination=pagination))

    def post(self, request: Any) -> Response:
        self.allow(request)
        serializer = GrantInput(data=request.data)
        raise_invalid(serializer)
        values = resolve_keys(serializer, dict(serializer.validated_data), request.user)
        return api_write(
            request, lambda: (201, shown(grant_add(**values, by=request.user)), _("Access given."))
        )


class GrantView(_Grants):
    """One grant: read, or take back."""

    def get(self, request: Any, pk: int) -> Response:
        self.allow(request)
        return Response(envelope(shown(grant_find(pk, by=request.user))))

    def delete(self, request: Any, pk: int) -> Response:
        self.allow(request)

        def work() -> tuple[int, Any, str]:
            ended = grant_remove(number=pk, by=request.user)
            text = _("Access taken back.")
            if ended:
                text += " " + ngettext(
                    "With it ended %(n)d other that was shared on.",
                    "With it ended %(n)d others that were shared on.",
                    ended,
                ) % {"n": ended}
            return 200, {"id": pk, "ended": ended}, text

        return api_write(request, work)


class GrantPeopleView(_Grants):
    """``?record=&search=``: people to whom this record can be opened, by name or address."""

    def get(self, request: Any) -> Response:
        self.allow(request)
        params = self.known(request, PEOPLE_PARAMS)
        record = record_find(params.get("record", ""), by=request.user)
        said = params.get("search", "").replace("\x00", "").strip()[:60]
        people = people_for(record, by=request.user, said=said)[: page_number(params, "per_page", 25, 200)]
        return Response(envelope([{"id": p.pk, "name": str(p), "email": p.email} for p in people]))


class PermissionsView(APIView):
    """Every permission by module, the kinds of record with levels, and those that can be granted singly."""

    def get(self, request: Any) -> Response:
        if not may(request.user, "accounts.view_role"):
            raise NotAllowed(_("You may not see roles."))
        permissions = [
            {"code": item.code, "name": str(item.name), "module": _module(item.code)}
            for item in all_permissions().values()
        ]
        data = {
            "permissions": permissions,
            "levels": list(LEVELS),
            "levelled_kinds": [{"kind": k, "name": name} for k, name in levelled_kinds().items()],
            "grantable_kinds": [kind_of(model) for model in grantable_models()],
        }
        return Response(envelope(data))


def _module(code: str) -> str:
    module = module_of_app(code.split(".", 1)[0])
    return str(module.title) if module else ""


register_routes(
    [
        path("accounts/grants/", GrantsView.as_view(), name="accounts_grants"),
        path("accounts/grants/people/", GrantPeopleView.as_view(), name="accounts_grant_people"),
        path("accounts/grants/<int:pk>/", GrantView.as_view(), name="accounts_grant"),
        path("accounts/permissions/", PermissionsView.as_view(), name="accounts_permissions"),
    ]
)
