"""The access log and the list of sign-ins, to read."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import AccessLog, SignInSession
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

    short_detail.short_description = _("detail")  # type: ignore[attr-defined]


@register(SignInSession)
class SignInAdmin(ReadOnlyAdmin):
    icon, menu_order = "devices", 50
    list_display: ClassVar[tuple[str, ...]] = (
        "user", "session_kind", "device", "address", "started_at", "seen_at", "ended_at", "ended_why",
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
