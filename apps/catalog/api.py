"""API of the catalogue."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.response import Response

from apps.catalog.models import (
    Attribute,
    AttributeValue,
    Brand,
    Category,
    KitComponent,
    PriceList,
    PriceListItem,
    PricePoint,
    Product,
    ProductPicture,
    ProductSubstitute,
    ProductVendor,
    TaxCategory,
    TaxRate,
    Unit,
    UnitConversion,
    VariantValue,
)
from apps.catalog.services.pictures import (
    picture_check,
    pictures_check,
    pictures_files,
    pictures_settle,
)
from apps.catalog.services.variants import variants_make
from apps.core.access import may
from apps.core.api.resource import MasterViewSet, ResourceViewSet
from apps.core.api.transaction import api_write
from apps.core.records import Child
from apps.core.registry import register_resource


@register_resource
class UnitApi(MasterViewSet):
    model, path = Unit, "catalog/units"
    form_small = True
    fields = ("id", "code", "name", "uqc", "places", "active", "version")
    read_only = ("id", "version")
    filters = {"code": "code", "name": "name", "uqc": "uqc", "active": "active"}


@register_resource
class UnitConversionApi(MasterViewSet):
    model, path = UnitConversion, "catalog/unit-conversions"
    fields = ("id", "product", "from_unit", "to_unit", "factor")
    filters = {"product": "product", "from_unit": "from_unit", "to_unit": "to_unit"}
    expands = ("product", "from_unit", "to_unit")


@register_resource
class TaxCategoryApi(MasterViewSet):
    model, path = TaxCategory, "catalog/tax-categories"
    form_small = True
    fields = ("id", "code", "name", "tax_class", "active", "version")
    read_only = ("id", "version")
    filters = {"code": "code", "name": "name", "tax_class": "tax_class", "active": "active"}
    list_children = True
    children = (
        Child(
            "rates",
            TaxRate,
            "category",
            ("from", "gst_rate", "cess_rate", "cess_per_unit"),
            rename={"from": "from_date"},
        ),
    )


@register_resource
class CategoryApi(MasterViewSet):
    model, path = Category, "catalog/categories"
    fields = ("id", "code", "name", "parent", "active", "version")
    read_only = ("id", "version")
    filters = {"code": "code", "name": "name", "parent": "parent", "active": "active"}
    expands = ("parent",)


@register_resource
class BrandApi(MasterViewSet):
    model, path = Brand, "catalog/brands"
    fields = ("id", "code", "name", "active", "version")
    read_only = ("id", "version")
    filters = {"code": "code", "name": "name", "active": "active"}


@register_resource
class AttributeApi(MasterViewSet):
    model, path = Attribute, "catalog/attributes"
    form_small = True
    fields = ("id", "code", "name", "active", "version")
    read_only = ("id", "version")
    filters = {"code": "code", "name": "name", "active": "active"}
    list_children = True
    children = (Child("values", AttributeValue, "attribute", ("code", "name"), limit=200),)


@register_resource
class ProductApi(MasterViewSet):
    """``variants`` makes the missing variants of a product: ``attributes`` [{attribute, values}].

    ``picture`` is the main one of ``pictures``: a file sent there becomes one of them, ``null`` takes it away
    and the next one stands in its place.
    """

    model, path = Product, "catalog/products"
    saved_alone = ("pictures", "picture")
    quick_fields = ("code:4", "name:8", "kind:4", "hsn:4", "unit:4", "tax_category:6", "sale_price:6")
    lookup_sub = ("code", "hsn")
    lookup_resets = ("description", "hsn", "unit", "unit_price", "tax_category")
    fields = (
        "id", "code", "name", "kind", "description", "hsn", "unit", "purchase_unit", "sale_unit",
        "tax_category", "category", "brand", "sale_price", "purchase_price", "is_sold", "is_purchased",
        "tracking", "valuation_method", "standard_cost", "min_stock", "max_stock", "reorder_point",
        "reorder_quantity",
        "lead_time_days", "shelf_life_days", "storage_min", "storage_max", "hazardous", "barcodes",
        "external_id", "picture", "variant_of", "tags", "active", "version", "created_at", "updated_at",
    )  # fmt: skip
    read_only = ("id", "variant_of", "version", "created_at", "updated_at")
    rename = {"kind": "product_kind", "picture": "picture_file_id"}
    verbs = {"variants": "make_variants"}
    verb_permissions = {"variants": "catalog.add_product"}
    filters = {
        "code": "code", "name": "name", "kind": "product_kind", "hsn": "hsn", "unit": "unit",
        "tax_category": "tax_category", "category": "category", "brand": "brand", "tracking": "tracking",
        "valuation_method": "valuation_method", "is_sold": "is_sold", "is_purchased": "is_purchased",
        "sale_price": "sale_price", "barcode": "barcode_rows__code", "external_id": "external_id",
        "variant_of": "variant_of", "active": "active", "updated_at": "updated_at",
    }  # fmt: skip
    expands = ("unit", "purchase_unit", "sale_unit", "tax_category", "category", "brand", "variant_of")
    children = (
        Child("components", KitComponent, "kit", ("component", "quantity"), limit=200),
        Child(
            "vendors",
            ProductVendor,
            "product",
            (
                "party", "vendor_code", "unit_price", "currency", "min_quantity", "lead_time_days",
                "preferred",
            ),
            limit=100,
        ),
        Child("substitutes", ProductSubstitute, "product", ("substitute", "note"), limit=100),
        Child(
            "pictures", ProductPicture, "product", ("file", "caption"), read_fields=("thumbnail",), limit=20
        ),
        Child("variant_values", VariantValue, "product", (), read_fields=("attribute", "value")),
    )  # fmt: skip

    def check_values(self, instance: Any, values: dict[str, Any]) -> None:
        if values.get("picture_file_id") != instance.picture_file_id:
            picture_check(values.get("picture_file_id"), self.request.user)

    def save_record(
        self, instance: Any, values: dict[str, Any], children: dict[str, Any], version: Any
    ) -> Any:
        pictures_check(instance, children.get("pictures", ()), self.request.user)
        touched = "pictures" in children or "picture_file_id" in values
        before = pictures_files(instance) if touched else set()
        main = values.get("picture_file_id")
        if "pictures" in children:  # they say which there are; the main one is settled among them
            self.check_values(instance, values)
            values = {name: value for name, value in values.items() if name != "picture_file_id"}
        saved = super().save_record(instance, values, children, version)
        if touched:
            pictures_settle(saved, main, before)
        return saved

    def make_variants(self, request: Any, pk: int) -> Response:
        """Answers the variants that were made; those that exist stay."""
        self.require("view")
        row = self.record(pk)
        self.require("add")
        sent = request.data.get("attributes") if isinstance(request.data, dict) else None

        def work() -> tuple[int, Any, str]:
            made = variants_make(row, sent, by=request.user)
            return 201, self.represent(made), _("%(n)d variants made.") % {"n": len(made)}

        return api_write(request, work)


@register_resource
class PriceListApi(MasterViewSet):
    model, path = PriceList, "catalog/price-lists"
    fields = (
        "id", "code", "name", "currency", "prices_include_tax", "is_default", "valid_from", "valid_to",
        "active", "version",
    )  # fmt: skip
    read_only = ("id", "version")
    filters = {
        "code": "code",
        "name": "name",
        "currency": "currency",
        "is_default": "is_default",
        "active": "active",
    }
    expands = ("currency",)
    children = (
        Child("items", PriceListItem, "price_list", ("product", "min_quantity", "unit_price"), limit=5000),
    )


@register_resource
class PriceHistoryApi(ResourceViewSet):
    """Prices that products had; purchase prices need the permission to see cost."""

    model, path = PricePoint, "catalog/price-history"
    fields = (
        "id", "product", "price_kind", "date", "unit_price", "previous", "quantity", "currency", "party",
        "actor_label", "recorded_at",
    )  # fmt: skip
    filters = {"product": "product", "price_kind": "price_kind", "date": "date", "party": "party"}
    expands = ("product", "party")
    writable = False

    def refine(self, queryset: Any) -> Any:
        return queryset if may(self.request.user, "catalog.see_cost") else queryset.filter(price_kind="sale")
