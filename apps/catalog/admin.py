"""The catalogue in the back office."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.postgres.fields import ArrayField
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.widgets import (
    UnfoldAdminImageFieldWidget,
    UnfoldAdminSelectMultipleWidget,
    UnfoldAdminTextInputWidget,
)

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
    ProductSubstitute,
    ProductVendor,
    TaxCategory,
    TaxRate,
    Unit,
    UnitConversion,
)
from apps.catalog.services.variants import variants_make
from apps.core.access import may
from apps.core.admin.bases import ChildInline, MasterAdmin, ReadOnlyAdmin
from apps.core.admin.columns import quantity_column
from apps.core.admin.site import register
from apps.files.models import StoredFile
from apps.files.selectors import file_url
from apps.files.services.storage import file_check, file_store


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


class ValueInline(ChildInline):
    model = AttributeValue


class ProductForm(forms.ModelForm):
    """With a picture to upload, and the values of which variants are to be made."""

    picture = forms.FileField(
        label=_("Picture"),
        required=False,
        widget=UnfoldAdminImageFieldWidget(),
        help_text=_("PNG or JPEG, at most 3 MB."),
    )
    new_variants = forms.ModelMultipleChoiceField(
        AttributeValue.objects.select_related("attribute"),
        label=_("Make variants"),
        required=False,
        widget=UnfoldAdminSelectMultipleWidget,
        help_text=_("One product for each combination of the chosen values; those that exist stay."),
    )

    class Meta:
        model = Product
        exclude: ClassVar[tuple[str, ...]] = (
            "deleted_at",
            "search_text",
            "custom",
            "tags",
            "picture_file_id",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "new_variants" in self.fields:
            self.fields["new_variants"].label_from_instance = lambda value: f"{value.attribute}: {value}"  # type: ignore[attr-defined]  # a choice field


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
    form = ProductForm
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
        (
            _("More"),
            {"fields": (("category", "brand"), "barcodes", ("external_id", "active"), ("shown", "picture"))},
        ),
        (_("Variants"), {"fields": (("variant_of", "values"), "new_variants")}),
    )
    readonly_fields: ClassVar[tuple[str, ...]] = ("shown", "variant_of", "values")

    @admin.display(description=_("picture now"))
    def shown(self, obj: Product) -> str:
        file = StoredFile.objects.filter(pk=obj.picture_file_id or 0).first()
        return format_html('<img src="{}" alt="" height="96">', file_url(file)) if file else "–"

    @admin.display(description=_("values"))
    def values(self, obj: Product) -> str:
        """What this variant has, or how many variants the family has."""
        if obj.pk is None:
            return "–"
        own = ", ".join(str(row) for row in obj.variant_values.select_related("value"))
        count = obj.variants.count()
        return own or (ngettext("%(n)d variant", "%(n)d variants", count) % {"n": count} if count else "–")

    def prepare(self, request: HttpRequest) -> None:
        if "picture" in request.FILES and (
            self.has_add_permission(request) or self.has_change_permission(request)
        ):
            file_check(request.FILES["picture"], purpose="picture", field="picture")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if form.cleaned_data.get("picture"):
            uploaded = form.cleaned_data["picture"]
            obj.picture_file_id = file_store(uploaded, by=request.user, purpose="picture", field="picture").pk
        super().save_model(request, obj, form, change)
        chosen: dict[int, list[int]] = {}
        for value in form.cleaned_data.get("new_variants") or ():
            chosen.setdefault(value.attribute_id, []).append(value.pk)
        if chosen:
            rows = [{"attribute": pk, "values": ids} for pk, ids in chosen.items()]
            variants_make(obj, rows, by=request.user)


@register(Attribute)
class AttributeAdmin(MasterAdmin):
    icon, menu_order = "tune", 60
    list_display: ClassVar[tuple[str, ...]] = ("code", "name", "active")
    inlines: ClassVar[list[Any]] = [ValueInline]


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
