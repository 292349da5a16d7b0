"""The access log, the list of sign-ins and everybody's API keys, to read; sign-ins and keys can be ended."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import AccessLog, ApiKey, SignInSession
from apps.accounts.services.keys import key_revoke
from apps.accounts.services.sessions import session_end
from apps.core.access import may
from apps.core.admin.bases import ReadOnlyAdmin
from apps.core.admin.site import register
from apps.core.errors import NotAllowed


@register(AccessLog)
class AccessLogAdmin(ReadOnlyAdmin):
    icon, menu_order = "policy", 60
    list_display: ClassVar[tuple[str, ...]] = ("at", "event", "label", "address", "path", "short_detail")
    list_filter: ClassVar[tuple[str, ...]] = ("event", "at")
    search_fields: ClassVar[tuple[str, ...]] = ("label", "address", "path", "detail")
    date_hierarchy = "at"

    def short_detail(self, obj: Any) -> str:
        return ", ".join(f"{key}: {value}" for key, value in obj.detail.items())[:160]

    short_detail.short_description = _("detail")  # type: ignore[attr-defined]  # Django reads it from the function


@register(SignInSession)
class SignInAdmin(ReadOnlyAdmin):
    icon, menu_order = "devices", 50
    list_display: ClassVar[tuple[str, ...]] = (
        "user", "session_kind", "device", "address", "started_at", "provider", "second_factor",
        "seen_at", "ended_at", "ended_why",
    )  # fmt: skip
    list_filter: ClassVar[tuple[str, ...]] = ("session_kind", "seen_at")
    list_select_related: ClassVar[tuple[str, ...]] = ("user",)
    search_fields: ClassVar[tuple[str, ...]] = ("user__name", "user__email", "agent", "address")
    exclude = ("session_key", "family", "token_id")
    actions: ClassVar[tuple[str, ...]] = ("end",)

    @admin.action(description=_("Sign out"), permissions=["view"])
    def end(self, request: HttpRequest, queryset: Any) -> None:
        if not may(request.user, "accounts.deactivate_user"):
            raise NotAllowed(_("You may not do this."))
        for session in queryset.filter(ended_at=None):
            session_end(session, by=request.user)
        messages.success(request, _("Signed out."))


@register(ApiKey)
class ApiKeyAdmin(ReadOnlyAdmin):
    icon, menu_order = "vpn_key", 55
    list_display: ClassVar[tuple[str, ...]] = (
        "name", "user", "prefix", "scope_list", "created_at", "expires_at", "last_used_at", "last_address",
        "revoked_at",
    )  # fmt: skip
    list_filter: ClassVar[tuple[str, ...]] = ("expires_at", "revoked_at")
    list_select_related: ClassVar[tuple[str, ...]] = ("user",)
    search_fields: ClassVar[tuple[str, ...]] = ("name", "prefix", "user__name", "user__email")
    exclude = ("key_hash",)
    actions: ClassVar[tuple[str, ...]] = ("revoke",)

    @admin.display(description=_("scopes"))
    def scope_list(self, obj: Any) -> str:
        return ", ".join(obj.scopes)[:120]

    @admin.action(description=_("Revoke"), permissions=["view"])
    def revoke(self, request: HttpRequest, queryset: Any) -> None:
        if not may(request.user, "accounts.revoke_apikey"):
            raise NotAllowed(_("You may not do this."))
        for key in queryset.filter(revoked_at=None):
            key_revoke(key, by=request.user, request=request)
        messages.success(request, _("Revoked."))
