"""Cost centres and projects in the back office."""

from __future__ import annotations

from typing import ClassVar

from apps.core.admin.bases import MasterAdmin
from apps.core.admin.site import register
from apps.dimensions.models import CostCentre, Project


@register(CostCentre)
class CostCentreAdmin(MasterAdmin):
    icon, menu_order = "account_tree", 10
    list_display: ClassVar[tuple[str, ...]] = ("code", "name", "parent", "active")
    list_select_related: ClassVar[tuple[str, ...]] = ("parent",)
    autocomplete_fields: ClassVar[tuple[str, ...]] = ("parent",)


@register(Project)
class ProjectAdmin(MasterAdmin):
    icon, menu_order = "work", 20
    list_display: ClassVar[tuple[str, ...]] = ("code", "name", "company", "party", "status", "start", "end")
    list_filter: ClassVar[tuple[str, ...]] = ("status", "active")
    list_select_related: ClassVar[tuple[str, ...]] = ("company", "party")
    autocomplete_fields: ClassVar[tuple[str, ...]] = ("party",)
