"""Inventory in the back office."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.core.admin.acting import link_cell
from apps.core.admin.bases import MasterAdmin, ReadOnlyAdmin
from apps.core.admin.columns import money_column, quantity_column
from apps.core.admin.site import register
from apps.documents.admin_base import DocumentAdmin
from apps.inventory.holders import holders_named
from apps.inventory.models import Batch, Inward, Place, Reservation, Serial, StockMove, StockRow


class NamedHolders:
    """Mixin of rows that name a document by ``<holder_key>_kind`` and ``<holder_key>_id``."""

    holder_key: str

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """The documents that the reader may see, by their numbers: a query for each kind."""
        changelist = super().get_changelist_instance(request)  # type: ignore[misc]  # a mixin: the admin class beside it has the method
        refs = {row.pk: self._ref(row) for row in changelist.result_list}
        found = holders_named(refs.values(), request.user)
        for row in changelist.result_list:
            row.holder_link = found.get(refs[row.pk])
        return changelist

    def _ref(self, row: Any) -> tuple[str, int]:
        return getattr(row, f"{self.holder_key}_kind"), getattr(row, f"{self.holder_key}_id")


@register(Inward)
class InwardAdmin(DocumentAdmin):
    icon, menu_order = "move_to_inbox", 10
    quick_order = 70
    list_display: ClassVar[tuple[Any, ...]] = (
        "document_number", "date", "company", "inward_kind", "place", "party", "reference",
        money_column("total_value", _("value"), ordering="total_value"), "state_badge",
    )  # fmt: skip
    list_filter: ClassVar[tuple[str, ...]] = ("status", "inward_kind", "company")
    list_select_related: ClassVar[tuple[str, ...]] = ("company", "place", "party")
    list_totals = ("total_value",)


@register(StockRow)
class StockRowAdmin(ReadOnlyAdmin):
    icon, menu_order = "inventory", 20
    search_fields = ("product__search_text", "batch__search_text")
    list_display: ClassVar[tuple[Any, ...]] = (
        "product_code", "product_name", "company_code", "place", "batch",
        quantity_column("quantity", _("on hand"), ordering="quantity"),
        quantity_column("reserved", _("reserved"), ordering="reserved"),
        quantity_column("available", _("available")),
        money_column("value", _("value"), ordering="value"),
        money_column("average_cost", _("average cost")),
    )  # fmt: skip
    list_display_links = ("product_code",)
    list_filter: ClassVar[tuple[str, ...]] = ("company", "place", "product__category")
    list_select_related: ClassVar[tuple[str, ...]] = ("product", "company", "place", "batch")
    ordering = ("product__code", "place_id", "id")

    @admin.display(description=_("code"), ordering="product__code")
    def product_code(self, obj: StockRow) -> str:
        return obj.product.code

    @admin.display(description=_("company"), ordering="company__code")
    def company_code(self, obj: StockRow) -> str:
        return obj.company.code

    @admin.display(description=_("product"), ordering="product__name")
    def product_name(self, obj: StockRow) -> str:
        return obj.product.name


@register(StockMove)
class StockMoveAdmin(NamedHolders, ReadOnlyAdmin):
    holder_key = "source"
    icon, menu_order = "swap_horiz", 30
    search_fields = ("product__search_text",)
    list_display: ClassVar[tuple[Any, ...]] = (
        "date", "movement_kind", "source", "product", "from_place", "to_place", "batch", "serial",
        quantity_column("quantity", _("quantity"), ordering="quantity"),
        money_column("value", _("value"), ordering="value"),
        "actor_name", "recorded_at",
    )  # fmt: skip
    list_filter: ClassVar[tuple[str, ...]] = ("movement_kind", "company")
    list_select_related: ClassVar[tuple[str, ...]] = ("product", "from_place", "to_place", "batch", "serial")

    @admin.display(description=_("document"))
    def source(self, obj: StockMove) -> Any:
        found = getattr(obj, "holder_link", None)
        return link_cell(*found) if found else ""


@register(Place)
class PlaceAdmin(MasterAdmin):
    icon, menu_order = "warehouse", 40
    list_display: ClassVar[tuple[str, ...]] = (
        "code", "name", "place_kind", "company", "parent", "is_default", "active",
    )  # fmt: skip
    list_filter: ClassVar[tuple[str, ...]] = ("place_kind", "company", "active")
    list_select_related: ClassVar[tuple[str, ...]] = ("company", "parent")
    autocomplete_fields: ClassVar[tuple[str, ...]] = ("parent",)


@register(Batch)
class BatchAdmin(MasterAdmin):
    icon, menu_order = "qr_code_2", 50
    list_display: ClassVar[tuple[str, ...]] = (
        "code",
        "product",
        "made_on",
        "expires_on",
        "blocked",
        "active",
    )
    list_filter: ClassVar[tuple[str, ...]] = ("blocked", "active")
    list_select_related: ClassVar[tuple[str, ...]] = ("product",)
    autocomplete_fields: ClassVar[tuple[str, ...]] = ("product",)


@register(Serial)
class SerialAdmin(MasterAdmin):
    icon, menu_order = "tag", 60
    list_display: ClassVar[tuple[str, ...]] = ("code", "product", "batch", "place", "active")
    list_select_related: ClassVar[tuple[str, ...]] = ("product", "batch", "place")
    readonly_fields = ("product", "code", "batch", "place")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Serial numbers come in with goods."""
        return False


@register(Reservation)
class ReservationAdmin(NamedHolders, ReadOnlyAdmin):
    holder_key = "holder"
    icon, menu_order = "lock_clock", 70
    list_display: ClassVar[tuple[str, ...]] = (
        "shown_product", "shown_place", quantity_column("quantity", _("quantity"), ordering="quantity"),
        "holder", "actor_name", "created_at",
    )  # fmt: skip
    list_select_related: ClassVar[tuple[str, ...]] = ("row__product", "row__place")

    @admin.display(description=_("product"), ordering="row__product__name")
    def shown_product(self, obj: Reservation) -> str:
        return f"{obj.row.product.code} {obj.row.product.name}"

    @admin.display(description=_("place"), ordering="row__place__code")
    def shown_place(self, obj: Reservation) -> str:
        return str(obj.row.place)

    @admin.display(description=_("held for"))
    def holder(self, obj: Reservation) -> Any:
        found = getattr(obj, "holder_link", None)
        return link_cell(*found) if found else ""
