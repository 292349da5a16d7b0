"""API of the rule of single sign-on and of our own certificate, with the fresh proof of the page."""

from __future__ import annotations

from typing import Any

from django.urls import path
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.response import Response

from apps.accounts.api.bases import key_list, rows_named
from apps.accounts.api.guarded import GuardedView
from apps.accounts.models import Role, User
from apps.core.api.rendering import envelope
from apps.core.api.representation import iso_time
from apps.core.api.routes import register_routes
from apps.core.api.serializers import StrictSerializer
from apps.core.api.transaction import api_write
from apps.core.errors import NotFound
from apps.sso.choices import KeyState
from apps.sso.models import IdentityProvider, SamlKey
from apps.sso.services import keys
from apps.sso.services.policy import covered, policy_get, policy_save
from apps.sso.services.providers import provider_address_set

SEE, CHANGE = "sso.view_identityprovider", "sso.change_identityprovider"
STEPS = {"next": keys.key_next, "use": keys.key_use, "drop": keys.key_drop}


class RuleInput(StrictSerializer):
    force = serializers.CharField(max_length=10)
    roles = key_list(Role, required=False, default=list)
    domains = serializers.ListField(
        child=serializers.CharField(max_length=253), max_length=100, required=False, default=list
    )
    password_users = key_list(User, required=False, default=list)


class RuleView(GuardedView):
    """Who has to come through an identity provider, and who may still use a password."""

    bahi_app = "sso"
    needs = {"": (SEE,), "put": (SEE, CHANGE)}
    proof = frozenset({"put"})
    serializer_class = RuleInput

    def get(self, request: Any) -> Response:
        return Response(envelope(_rule()))

    def put(self, request: Any) -> Response:
        asked = self.read(request)

        def work() -> tuple[int, Any, str]:
            policy_save(
                force=asked["force"],
                roles=rows_named(Role, asked["roles"], "roles"),
                domains=asked["domains"],
                password_users=rows_named(User, asked["password_users"], "password_users"),
                by=request.user,
                request=request._request,
            )
            return 200, _rule(), _("Saved.")

        return api_write(request, work)


def _rule() -> dict[str, Any]:
    held = policy_get()
    known = held.pk is not None
    return {
        "force": held.force,
        "roles": sorted(held.roles.values_list("pk", flat=True)) if known else [],
        "domains": list(held.domains),
        "password_users": sorted(held.password_users.values_list("pk", flat=True)) if known else [],
        "covered": covered().count(),
    }


class AddressView(GuardedView):
    """From now on the provider is to know us by the address that this call came to."""

    bahi_app, needs = "sso", {"": (SEE, CHANGE)}
    proof = frozenset({"post"})

    def post(self, request: Any, pk: int) -> Response:
        rows = IdentityProvider.objects.filter(deleted_at=None)
        provider = rows.filter(pk=pk).first() if pk < 2**63 else None
        if provider is None:
            raise NotFound(_("Not found."))

        def work() -> tuple[int, Any, str]:
            saved = provider_address_set(provider, by=request.user, request=request._request)
            return 200, {"id": saved.pk, "base_url": saved.base_url}, _("Saved.")

        return api_write(request, work)


class KeysView(GuardedView):
    """Our own certificates: the one in use, and the next where it was made."""

    bahi_app, needs = "sso", {"": (SEE,)}

    def get(self, request: Any) -> Response:
        return Response(envelope(_keys()))


class KeyStepView(GuardedView):
    """``next``: make and publish the next certificate; ``use`` it; ``drop`` it."""

    bahi_app, needs = "sso", {"": (SEE, CHANGE)}
    proof = frozenset({"post"})

    def post(self, request: Any, step: str) -> Response:
        if step not in STEPS:
            raise NotFound(_("Not found."))

        def work() -> tuple[int, Any, str]:
            STEPS[step](by=request.user)
            return 200, _keys(), _("Saved.")

        return api_write(request, work)


def _keys() -> list[dict[str, Any]]:
    rows = SamlKey.objects.filter(state__in=(KeyState.CURRENT, KeyState.NEXT))
    return [
        {"state": row.state, "fingerprint": row.fingerprint, "not_after": iso_time(row.not_after)}
        for row in rows
    ]


register_routes(
    [
        path("sso/rule/", RuleView.as_view(), name="sso_api_rule"),
        path("sso/provider-address/<int:pk>/", AddressView.as_view(), name="sso_api_address"),
        path("sso/keys/", KeysView.as_view(), name="sso_api_keys"),
        path("sso/keys/<str:step>/", KeyStepView.as_view(), name="sso_api_key_step"),
    ]
)
