"""API of users, roles, departments and teams."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.response import Response

from apps.accounts.api.confirming import confirmed_or_refuse
from apps.accounts.models import AccessLog, ApiKey, Department, Role, SignInSession, Team, User
from apps.accounts.selectors import OPERATOR_EMAIL
from apps.accounts.services.addresses import email_change_cancel, with_pending_email
from apps.accounts.services.factors import factors_reset
from apps.accounts.services.keys import key_revoke
from apps.accounts.services.lockout import failures_forget
from apps.accounts.services.passwords import invitation_send
from apps.accounts.services.roles import role_copy, role_delete, role_reset, role_restore, role_save
from apps.accounts.services.sessions import session_end, sessions_end_all
from apps.accounts.services.units import unit_check, unit_log, unit_restore
from apps.accounts.services.users import user_deactivate, user_delete, user_restore, user_save
from apps.core.access import LEVELS, may
from apps.core.api.resource import MasterViewSet, ResourceViewSet
from apps.core.api.serializers import StrictSerializer, raise_invalid
from apps.core.api.transaction import api_write
from apps.core.contribute import contributions_to
from apps.core.errors import NotAllowed, Refused
from apps.core.registry import register_resource


class _People(MasterViewSet):
    """Verbs that need a business permission of accounts."""

    def allow(self, permission: str) -> None:
        if not may(self.request.user, permission):
            raise NotAllowed(_("You may not do this."))

    def verb_answer(self, request: Any, pk: int, permission: str, work: Any, message: str) -> Response:
        self.require("view")
        row = self.record(pk)
        self.allow(permission)

        def run() -> tuple[int, Any, str]:
            work(row)
            return 200, self.one(self.record(pk)), message

        return api_write(request, run)


@register_resource
class UserApi(_People):
    """``companies`` (limits of the user) is added by company. Another ``email`` of somebody who was in before
    stands in ``pending_email`` until that address has confirmed it; ``cancel-email`` calls it off."""

    model, path = User, "accounts/users"
    fields = (
        "id", "email", "name", "phone", "roles", "department", "teams", "language", "is_staff", "is_active",
        "pending_email", "last_login", "created_at", "version",
    )  # fmt: skip
    read_only = ("id", "is_active", "pending_email", "last_login", "created_at", "version")
    filters: ClassVar[dict[str, str]] = {
        "email": "email", "name": "name", "is_active": "is_active", "department": "department",
        "role": "roles", "team": "teams", "created_at": "created_at",
    }  # fmt: skip
    expands = ("department",)
    verbs: ClassVar[dict[str, str]] = {
        "invite": "invite", "deactivate": "deactivate", "restore": "restore", "unlock": "unlock",
        "sign-out": "sign_out", "reset-second-factors": "reset_second_factors",
        "cancel-email": "cancel_email",
    }  # fmt: skip
    verb_permissions: ClassVar[dict[str, str]] = {
        "invite": "accounts.invite_user",
        "reset-second-factors": "accounts.reset_second_factor",
        "cancel-email": "accounts.change_user",
    } | dict.fromkeys(("deactivate", "restore", "unlock", "sign-out"), "accounts.deactivate_user")
    extra_params = frozenset({"deleted"})

    def refine(self, queryset: QuerySet[User]) -> QuerySet[User]:
        queryset = with_pending_email(queryset.prefetch_related("roles", "teams"))
        queryset = queryset.exclude(email=OPERATOR_EMAIL)
        if self.verb == "restore" or self.request.query_params.get("deleted") == "true":
            return queryset
        return queryset.filter(deleted_at=None)

    def save_record(
        self, instance: Any, values: dict[str, Any], children: dict[str, Any], version: Any
    ) -> Any:
        contributed = contributions_to(User)
        extra = {name: values.pop(name) for name in list(values) if name in contributed}
        roles, teams = values.pop("roles", None), values.pop("teams", None)
        by = self.request.user
        saved = user_save(instance, values=values, roles=roles, teams=teams, version=version, by=by)
        for name, value in extra.items():
            contributed[name].write(saved, value, by)  # type: ignore[misc]  # only fields with a writer are in the input
        return saved

    def delete_record(self, row: Any) -> Any:
        user_delete(user=row, by=self.request.user)
        return {"id": row.pk}

    def restore_record(self, row: Any) -> Any:
        return user_restore(user=row, by=self.request.user)

    def invite(self, request: Any, pk: int) -> Response:
        """Mail a link to choose the first password; an earlier link ends."""

        def work(row: User) -> None:
            if not row.is_active or row.has_usable_password():
                raise Refused(
                    _("This user is switched off, or has a password already."), code="not_invitable"
                )
            invitation_send(user=row, request=request._request, by=request.user)

        return self.verb_answer(request, pk, "accounts.invite_user", work, _("Invited."))

    def deactivate(self, request: Any, pk: int) -> Response:
        """Switch off; every sign-in ends at once."""
        return self.verb_answer(
            request,
            pk,
            "accounts.deactivate_user",
            lambda row: user_deactivate(user=row, by=request.user),
            _("Switched off."),
        )

    def restore(self, request: Any, pk: int) -> Response:
        """Switch on again, also out of the bin."""
        return self.verb_answer(
            request,
            pk,
            "accounts.deactivate_user",
            self.restore_record,
            _("Restored."),
        )

    def unlock(self, request: Any, pk: int) -> Response:
        """Forget failed sign-ins, from every address."""
        return self.verb_answer(
            request, pk, "accounts.deactivate_user", lambda row: failures_forget(row.email), _("Unlocked.")
        )

    def sign_out(self, request: Any, pk: int) -> Response:
        """End every sign-in of the user."""
        return self.verb_answer(
            request, pk, "accounts.deactivate_user", sessions_end_all, _("Signed out everywhere.")
        )

    def cancel_email(self, request: Any, pk: int) -> Response:
        """Call a change of the address off that waits to be confirmed."""
        return self.verb_answer(
            request,
            pk,
            "accounts.change_user",
            lambda row: email_change_cancel(user=row, by=request.user),
            _("The address stays as it is."),
        )

    def reset_second_factors(self, request: Any, pk: int) -> Response:
        """For a person who lost phone and codes: they go, every sign-in ends, he is told by mail."""
        confirmed_or_refuse(request)
        return self.verb_answer(
            request,
            pk,
            "accounts.reset_second_factor",
            lambda row: factors_reset(user=row, by=request.user, request=request._request),
            _("Removed."),
        )


class CopyInput(StrictSerializer):
    code = serializers.CharField(max_length=60)
    name = serializers.CharField(max_length=120)


@register_resource
class RoleApi(MasterViewSet):
    """``permissions``: list of codes; ``levels``: {kind of record: own, team, department, company or all}."""

    model, path = Role, "accounts/roles"
    fields = (
        "id", "code", "name", "description", "default_level", "discount_limit", "permissions", "levels",
        "is_ready", "active", "version",
    )  # fmt: skip
    read_only = ("id", "is_ready", "version", "permissions", "levels")
    rename: ClassVar[dict[str, str]] = {"levels": "level_table"}
    filters: ClassVar[dict[str, str]] = {
        "code": "code", "name": "name", "active": "active", "permission": "grants__permission",
    }  # fmt: skip

    verbs: ClassVar[dict[str, str]] = {"copy": "copy", "reset": "reset"}
    verb_permissions: ClassVar[dict[str, str]] = {
        "copy": "accounts.add_role", "reset": "accounts.change_role",
    }  # fmt: skip

    def refine(self, queryset: Any) -> Any:
        return super().refine(queryset).prefetch_related("grants", "levels")

    def copy(self, request: Any, pk: int) -> Response:
        """{code, name}: a new role with the same rights."""
        self.require("add")
        serializer = CopyInput(data=request.data)
        raise_invalid(serializer)

        def run() -> tuple[int, Any, str]:
            made = role_copy(self.record(pk), **serializer.validated_data, by=request.user)
            return 201, self.one(self.record(made.pk)), _("Role “%(r)s” made.") % {"r": made.name}

        return api_write(request, run)

    def reset(self, request: Any, pk: int) -> Response:
        """A ready role gets back the rights that it came with."""
        self.require("change")

        def run() -> tuple[int, Any, str]:
            role_reset(self.record(pk), by=request.user)
            return 200, self.one(self.record(pk)), _("Saved.")

        return api_write(request, run)

    @classmethod
    def input_serializer(cls) -> Any:
        base = super().input_serializer()
        code = serializers.CharField(max_length=120)
        attrs = {
            "permissions": serializers.ListField(child=code, required=False, max_length=5000),
            "levels": serializers.DictField(child=serializers.ChoiceField(choices=LEVELS), required=False),
        }
        return type("RoleInput", (base,), attrs)

    def save_record(
        self, instance: Any, values: dict[str, Any], children: dict[str, Any], version: Any
    ) -> Any:
        return role_save(
            instance,
            permissions=values.pop("permissions", None),
            levels=values.pop("level_table", None),
            values=values,
            version=version,
            by=self.request.user,
        )

    def delete_record(self, row: Any) -> Any:
        role_delete(row, by=self.request.user)
        return {"id": row.pk}

    def restore_record(self, row: Any) -> Any:
        return role_restore(row, by=self.request.user)


class _UnitApi(MasterViewSet):
    """``manager``: sees what the people of the unit and of those below it see."""

    saved_alone: ClassVar[tuple[str, ...]] = ("manager",)

    def save_record(
        self, instance: Any, values: dict[str, Any], children: dict[str, Any], version: Any
    ) -> Any:
        change = unit_check(instance, values, by=self.request.user)
        saved = super().save_record(instance, values, children, version)
        unit_log(saved, change)
        return saved

    def restore_record(self, row: Any) -> Any:
        return unit_restore(row, by=self.request.user)


@register_resource
class DepartmentApi(_UnitApi):
    model, path = Department, "accounts/departments"
    fields = ("id", "code", "name", "parent", "manager", "active", "version")
    read_only = ("id", "version")
    filters: ClassVar[dict[str, str]] = {
        "code": "code", "parent": "parent", "manager": "manager", "active": "active",
    }  # fmt: skip
    expands = ("parent", "manager")


@register_resource
class TeamApi(_UnitApi):
    model, path = Team, "accounts/teams"
    fields = ("id", "code", "name", "department", "parent", "manager", "active", "version")
    read_only = ("id", "version")
    filters: ClassVar[dict[str, str]] = {
        "code": "code", "parent": "parent", "department": "department", "manager": "manager",
        "active": "active",
    }  # fmt: skip
    expands = ("parent", "department", "manager")


@register_resource
class AccessLogApi(ResourceViewSet):
    """Who signed in, failed, was refused, changed rights. Read only."""

    model, path = AccessLog, "accounts/access-log"
    fields = ("id", "at", "event", "user", "label", "address", "agent", "path", "detail")
    rename: ClassVar[dict[str, str]] = {"user": "user_id"}
    writable = False
    filters: ClassVar[dict[str, str]] = {
        "at": "at", "event": "event", "user": "user_id", "label": "label", "address": "address",
        "path": "path",
    }  # fmt: skip


@register_resource
class SignInApi(ResourceViewSet):
    """Where people are signed in; ``end`` signs one out."""

    model, path = SignInSession, "accounts/sign-ins"
    fields = (
        "id", "user", "kind", "agent", "address", "second_factor", "started_at", "seen_at", "expires_at",
        "ended_at", "ended_why",
    )  # fmt: skip
    rename: ClassVar[dict[str, str]] = {"kind": "session_kind"}
    writable = False
    filters: ClassVar[dict[str, str]] = {
        "user": "user", "kind": "session_kind", "seen_at": "seen_at", "ended_at": "ended_at",
        "address": "address",
    }  # fmt: skip
    expands = ("user",)
    verbs: ClassVar[dict[str, str]] = {"end": "end"}
    verb_permissions: ClassVar[dict[str, str]] = {"end": "accounts.deactivate_user"}

    def end(self, request: Any, pk: int) -> Response:
        self.require("view")
        row = self.record(pk)
        if not may(request.user, "accounts.deactivate_user"):
            raise NotAllowed(_("You may not do this."))

        def work() -> tuple[int, Any, str]:
            session_end(row, by=request.user)
            return 200, self.one(self.record(pk)), _("Signed out.")

        return api_write(request, work)


@register_resource
class ApiKeyApi(ResourceViewSet):
    """Everybody's API keys, to look over; ``revoke`` ends one. One's own are made at ``auth/keys/``."""

    model, path = ApiKey, "accounts/api-keys"
    fields = (
        "id", "user", "name", "prefix", "scopes", "per_minute", "created_at", "expires_at", "last_used_at",
        "last_address", "revoked_at",
    )  # fmt: skip
    writable = False
    filters: ClassVar[dict[str, str]] = {
        "user": "user", "prefix": "prefix", "expires_at": "expires_at", "last_used_at": "last_used_at",
        "revoked_at": "revoked_at",
    }  # fmt: skip
    expands = ("user",)
    verbs: ClassVar[dict[str, str]] = {"revoke": "revoke"}
    verb_permissions: ClassVar[dict[str, str]] = {"revoke": "accounts.revoke_apikey"}

    def revoke(self, request: Any, pk: int) -> Response:
        """End a key at once."""
        self.require("view")
        row = self.record(pk)
        if not may(request.user, "accounts.revoke_apikey"):
            raise NotAllowed(_("You may not do this."))

        def work() -> tuple[int, Any, str]:
            key_revoke(row, by=request.user, request=request._request)
            return 200, self.one(self.record(pk)), _("Revoked.")

        return api_write(request, work)
