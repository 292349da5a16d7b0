"""The catalogue in the back office."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.postgres.fields import ArrayField
from django.db.models import Q
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.widgets import (
    UnfoldAdminImageSmallFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectMultipleWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
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
    ProductPicture,
    ProductSubstitute,
    ProductVendor,
    TaxCategory,
    TaxRate,
    Unit,
    UnitConversion,
)
from apps.catalog.services.pictures import pictures_files, pictures_settle, thumbnails_of
from apps.catalog.services.variants import variants_make
from apps.core.access import may
from apps.core.admin.bases import ChildInline, MasterAdmin, ReadOnlyAdmin
from apps.core.admin.columns import price_column, quantity_column
from apps.core.admin.looks import Look
from apps.core.admin.site import register
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


AT_THE_END = 30_000


class Brought(forms.FileInput):
    """In the place of an upload that was done: nothing."""

    def render(self, *args: Any, **kwargs: Any) -> Any:
        return ""


class PictureForm(forms.ModelForm):
    """A picture is uploaded once; another one is another row. Without a place it comes last."""

    upload = forms.FileField(
        label=_("Picture"),
        required=False,
        widget=UnfoldAdminImageSmallFieldWidget(attrs={"accept": "image/*"}),
        help_text=_("PNG or JPEG, at most 3 MB."),
    )
    position = forms.IntegerField(
        label=_("Place"),
        required=False,
        min_value=1,
        max_value=AT_THE_END,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    main = forms.BooleanField(label=_("Main one"), required=False, widget=UnfoldBooleanWidget())

    class Meta:
        model = ProductPicture
        fields = ("caption", "position")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        row = self.instance
        if row.pk is not None:
            self.fields["upload"].disabled, self.fields["upload"].widget = True, Brought()
            self.fields["main"].initial = row.product.picture_file_id == row.file_id

        else:
            self.initial["position"] = None

    def clean_position(self) -> int:
        return self.cleaned_data["position"] or AT_THE_END

    def clean(self) -> Any:
        found = super().clean()
        if self.instance.pk is None and not self.cleaned_data.get("upload"):
            self.add_error("upload", _("Choose a picture."))
        return found


class PictureRows(forms.BaseInlineFormSet):
    def clean(self) -> None:
        super().clean()
        if len(self._chosen()) > 1:
            raise forms.ValidationError(_("Only one picture is the main one."))

    def _chosen(self) -> list[Any]:
        """The rows that became the main one just now; the one that was it makes room."""
        rows = [form for form in self.forms if not (self.can_delete and self._should_delete_form(form))]
        return [form for form in rows if form.cleaned_data.get("main") and "main" in form.changed_data]

    def main_file(self) -> int | None:
        return next((form.instance.file_id for form in self._chosen()), None)


class PictureInline(ChildInline):
    model = ProductPicture
    form, formset = PictureForm, PictureRows
    fields: ClassVar[tuple[str, ...]] = ("shown", "upload", "caption", "position", "main")
    readonly_fields: ClassVar[tuple[str, ...]] = ("shown",)
    verbose_name, verbose_name_plural = _("picture"), _("pictures")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("file", "thumbnail", "product")

    @admin.display(description=_("picture now"))
    def shown(self, obj: ProductPicture) -> str:
        if obj.pk is None:
            return "–"
        return format_html(
            '<a href="{}"><img class="bahi-product-thumb bahi-product-thumb--large" src="{}" alt="{}"></a>',
            file_url(obj.file),
            file_url(obj.thumbnail or obj.file),
            obj.caption or obj.file.name,
        )


class ProductForm(forms.ModelForm):
    """With the values of which variants are to be made."""

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
    quick_order = 90
    list_display: ClassVar[tuple[Any, ...]] = (
        "code", "small", "name", "product_kind", "hsn", "unit", "tax_category",
        price_column("sale_price", _("sale price"), ordering="sale_price"), "active",
    )  # fmt: skip
    form = ProductForm
    formfield_overrides = {ArrayField: {"widget": UnfoldAdminTextInputWidget}}
    aside = ("last_cost",)
    looks = (
        Look(
            "sold",
            _("Products sold"),
            Q(is_sold=True),
            (
                "code", "small", "name", "category", "tax_category", "sale_price", "active",
            ),
            "sell",
        ),
        Look(
            "bought",
            _("Materials bought"),
            Q(is_purchased=True),
            (
                "code", "small", "name", "category", "purchase_price", "last_cost", "lead_time_days",
                "reorder_point", "active",
            ),
            "shopping_basket",
        ),
    )  # fmt: skip
    list_filter: ClassVar[tuple[str, ...]] = (
        "product_kind",
        "tax_category",
        "category",
        "tracking",
        "active",
    )
    list_select_related: ClassVar[tuple[str, ...]] = ("unit", "tax_category")
    autocomplete_fields: ClassVar[tuple[str, ...]] = (
        "unit", "purchase_unit", "sale_unit", "tax_category", "category", "brand",
    )  # fmt: skip
    inlines: ClassVar[list[Any]] = [
        PictureInline, ConversionInline, ComponentInline, VendorInline, SubstituteInline,
    ]  # fmt: skip
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
            {"fields": (("category", "brand"), "barcodes", ("external_id", "active"))},
        ),
        (_("Variants"), {"fields": (("variant_of", "values"), "new_variants")}),
    )
    readonly_fields: ClassVar[tuple[str, ...]] = ("variant_of", "values")

    @admin.display(description=_("picture"))
    def small(self, obj: Product) -> str:
        address = getattr(obj, "bahi_small", "")
        picture = '<img class="bahi-product-thumb" src="{}" alt="" loading="lazy">'
        return format_html(picture, address) if address else ""

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """With the thumbnails of the page's products."""
        found = super().get_changelist_instance(request)
        if getattr(found, "result_list", None) is not None:
            found.result_list = list(found.result_list)
            addresses = thumbnails_of(found.result_list)
            for row in found.result_list:
                row.bahi_small = addresses.get(row.pk, "")
            if not addresses:
                found.list_display = [name for name in found.list_display if name != "small"]
        return found

    @admin.display(description=_("values"))
    def values(self, obj: Product) -> str:
        """What this variant has, or how many variants the family has."""
        if obj.pk is None:
            return "–"
        own = ", ".join(str(row) for row in obj.variant_values.select_related("value"))
        count = obj.variants.count()
        return own or (ngettext("%(n)d variant", "%(n)d variants", count) % {"n": count} if count else "–")

    def prepare(self, request: HttpRequest) -> None:
        if self.has_add_permission(request) or self.has_change_permission(request):
            for name, uploaded in request.FILES.items():
                if name.startswith("pictures-"):
                    file_check(uploaded, purpose="picture", field=name)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        if formset.model is not ProductPicture:
            super().save_formset(request, form, formset, change)
            return
        for row in formset.forms:
            uploaded = row.cleaned_data.get("upload")
            if row.instance.pk is None and uploaded:
                row.instance.file = file_store(uploaded, by=request.user, purpose="picture", field="upload")
        before = pictures_files(form.instance)
        super().save_formset(request, form, formset, change)
        pictures_settle(form.instance, formset.main_file(), before)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
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
        "date", "product", "price_kind", price_column("unit_price", _("unit price")),
        price_column("previous", _("before")), "party", "actor_label",
    )  # fmt: skip
    list_filter: ClassVar[tuple[str, ...]] = ("price_kind",)
    list_select_related: ClassVar[tuple[str, ...]] = ("product", "party")

    def get_queryset(self, request: HttpRequest) -> Any:
        found = super().get_queryset(request)
        return found if may(request.user, "catalog.see_cost") else found.filter(price_kind="sale")
