"""Purposes and consents in the back office."""

from __future__ import annotations

from typing import ClassVar

from apps.core.admin.bases import MasterAdmin, ReadOnlyAdmin
from apps.core.admin.site import register
from apps.privacy.models import Consent, Purpose


@register(Purpose)
class PurposeAdmin(MasterAdmin):
    icon, menu_order = "handshake", 20
    list_display: ClassVar[tuple[str, ...]] = ("code", "name", "notice_version", "active")


@register(Consent)
class ConsentAdmin(ReadOnlyAdmin):
    icon, menu_order = "how_to_reg", 30
    list_display: ClassVar[tuple[str, ...]] = (
        "email", "purpose", "notice_version", "given_at", "given_means", "withdrawn_at", "withdrawn_means",
    )  # fmt: skip
    list_filter: ClassVar[tuple[str, ...]] = ("purpose", "given_means", "given_at")
    list_select_related: ClassVar[tuple[str, ...]] = ("purpose",)
    search_fields: ClassVar[tuple[str, ...]] = ("email",)
    ordering = ("-id",)
    fields = readonly_fields = list_display
