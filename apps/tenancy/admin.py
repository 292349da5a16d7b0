"""The platform operator's admin on the platform's own host."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline
from unfold.sites import UnfoldAdminSite

from apps.tenancy.models import Domain, Organisation


class PlatformSite(UnfoldAdminSite):
    site_title = site_header = "Bahi platform"

    def has_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_active and getattr(request.user, "is_superuser", False))


platform_site = PlatformSite(name="platform")


class DomainInline(TabularInline):
    model = Domain
    extra = 0


class OrganisationAdmin(ModelAdmin):
    list_display: ClassVar[tuple[str, ...]] = ("name", "slug", "state", "progress", "is_demo", "created_at")
    list_filter: ClassVar[tuple[str, ...]] = ("state",)
    search_fields: ClassVar[tuple[str, ...]] = ("name", "slug")
    readonly_fields: ClassVar[tuple[str, ...]] = ("schema_name", "slug", "state", "progress", "is_demo")
    inlines: ClassVar[list[Any]] = [DomainInline]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


platform_site.register(Organisation, OrganisationAdmin)
