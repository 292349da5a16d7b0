"""The catalogue in the back office."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from apps.catalog.models import (
    Brand,
    Category,
    KitComponent,
    PriceList,
    PriceListItem,
    PricePoint,
    Product,
    ProductSubstitute,
    ProductVendor,
    TaxCategory,
    TaxRate,
    Unit,
    UnitConversion,
)
from apps.core.access import may
from apps.core.admin.bases import ChildInline, MasterAdmin, ReadOnlyAdmin
from apps.core.admin.columns import quantity_column
from apps.core.admin.site import register


class RateInline(ChildInline):
    model = TaxRate


class ConversionInline(ChildInline):
    model = UnitConversion
    fk_name = "product"
    autocomplete_fields: ClassVar[tuple[str, ...]] = ("from_unit", "to_unit")


class ComponentInline(ChildInline):
    model = KitComponent
    fk_name = "kit"
    autocomplete_fields: ClassVar[tuple[str, ...]] = ("component",)


class VendorInline(ChildInline):
    model = ProductVendor
    autocomplete_fields: ClassVar[tuple[str, ...]] = ("party", "currency")


class SubstituteInline(ChildInline):
    model = ProductSubstitute
    fk_name = "product"
    autocomplete_fields: ClassVar[tuple[str, ...]] = ("substitute",)


class PriceInline(ChildInline):
    model = PriceListItem
    autocomplete_fields: ClassVar[tuple[str, ...]] = ("product",)


@register(Product)
class ProductAdmin(MasterAdmin):
    icon, menu_order = "inventory_2", 10
    list_display: ClassVar[tuple[Any, ...]] = (
        "code", "name", "product_kind", "hsn", "unit", "tax_category",
        quantity_column("sale_price", _("sale price"), ordering="sale_price"), "active",
    )  # fmt: skip
    formfield_overrides = {ArrayField: {"widget": UnfoldAdminTextInputWidget}}
    list_filter: ClassVar[tuple[str, ...]] = ("product_kind", "tax_category", "tracking", "is_sold", "active")
    list_select_related: ClassVar[tuple[str, ...]] = ("unit", "tax_category")
    autocomplete_fields: ClassVar[tuple[str, ...]] = (
        "unit", "purchase_unit", "sale_unit", "tax_category", "category", "brand",
    )  # fmt: skip
    inlines: ClassVar[list[Any]] = [ConversionInline, ComponentInline, VendorInline, SubstituteInline]
    fieldsets = (
        (
            None,
            {"fields": (("code", "name"), ("product_kind", "hsn"), ("unit", "tax_category"), "description")},
        ),
        (
            _("Prices"),
            {
                "fields": (
                    ("sale_price", "purchase_price"),
                    ("is_sold", "is_purchased"),
                    ("sale_unit", "purchase_unit"),
                )
            },
        ),
        (
            _("Stock"),
            {
                "fields": (
                    ("valuation_method", "standard_cost"),
                    ("tracking", "shelf_life_days"),
                    ("min_stock", "max_stock"),
                    ("reorder_point", "reorder_quantity"),
                    ("storage_min", "storage_max"),
                    ("lead_time_days", "hazardous"),
                )
            },
        ),
        (_("More"), {"fields": (("category", "brand"), "barcodes", ("external_id", "active"))}),
    )


@register(TaxCategory)
class TaxCategoryAdmin(MasterAdmin):
    icon, menu_order = "percent", 30
    list_display: ClassVar[tuple[str, ...]] = ("code", "name", "tax_class", "active")
    list_filter: ClassVar[tuple[str, ...]] = ("tax_class", "active")
    inlines: ClassVar[list[Any]] = [RateInline]


@register(PriceList)
class PriceListAdmin(MasterAdmin):
    icon, menu_order = "sell", 20
    list_display: ClassVar[tuple[str, ...]] = (
        "code", "name", "currency", "prices_include_tax", "is_default", "valid_from", "valid_to", "active",
    )  # fmt: skip
    list_select_related: ClassVar[tuple[str, ...]] = ("currency",)
    inlines: ClassVar[list[Any]] = [PriceInline]


@register(Category)
class CategoryAdmin(MasterAdmin):
    icon, menu_order = "category", 40
    list_display: ClassVar[tuple[str, ...]] = ("code", "name", "parent", "active")
    list_select_related: ClassVar[tuple[str, ...]] = ("parent",)
    autocomplete_fields: ClassVar[tuple[str, ...]] = ("parent",)


@register(Brand)
class BrandAdmin(MasterAdmin):
    icon, menu_order = "branding_watermark", 50
    list_display: ClassVar[tuple[str, ...]] = ("code", "name", "active")


@register(Unit)
class UnitAdmin(MasterAdmin):
    icon, menu_order = "straighten", 60
    list_display: ClassVar[tuple[str, ...]] = ("code", "name", "uqc", "places", "active")


@register(UnitConversion)
class UnitConversionAdmin(MasterAdmin):
    icon, menu_order = "swap_horiz", 70
    search_fields = ("from_unit__code", "to_unit__code", "product__code")
    list_display: ClassVar[tuple[Any, ...]] = (
        "from_unit", quantity_column("factor", _("holds")), "to_unit", "product",
    )  # fmt: skip
    list_select_related: ClassVar[tuple[str, ...]] = ("from_unit", "to_unit", "product")
    autocomplete_fields: ClassVar[tuple[str, ...]] = ("product", "from_unit", "to_unit")
    exclude = ()


@register(PricePoint)
class PricePointAdmin(ReadOnlyAdmin):
    icon, menu_order = "history", 80
    search_fields = ("product__search_text",)
    list_display: ClassVar[tuple[Any, ...]] = (
        "date", "product", "price_kind", quantity_column("unit_price", _("unit price")),
        quantity_column("previous", _("before")), "party", "actor_label",
    )  # fmt: skip
    list_filter: ClassVar[tuple[str, ...]] = ("price_kind",)
    list_select_related: ClassVar[tuple[str, ...]] = ("product", "party")

    def get_queryset(self, request: HttpRequest) -> Any:
        found = super().get_queryset(request)
        return found if may(request.user, "catalog.see_cost") else found.filter(price_kind="sale")
