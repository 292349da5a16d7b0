"""Companies, years, rates and series in the back office."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.utils.dates import MONTHS
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminImageFieldWidget, UnfoldAdminSelectWidget

from apps.company.models import (
    BankAccount,
    Company,
    CompanyAddress,
    Currency,
    CurrencyRate,
    FiscalYear,
    Holiday,
    NumberSeries,
    Period,
)
from apps.company.services.companies import company_delete, company_save, fiscal_year_open
from apps.company.services.periods import period_close, period_reopen
from apps.company.services.pictures import PICTURES
from apps.company.services.series import series_delete, series_kinds, series_save
from apps.core.access import may
from apps.core.admin.acting import ActRow, act_field, act_going, act_ids, act_page
from apps.core.admin.bases import ChildInline, MasterAdmin, ReadOnlyAdmin, ScopedAdmin
from apps.core.admin.site import register
from apps.core.errors import NotAllowed
from apps.core.india.states import OTHER_COUNTRY, state_choices
from apps.core.uow import run_in_unit_of_work
from apps.files.models import StoredFile
from apps.files.selectors import file_url
from apps.files.services.storage import file_check, file_store


class AddressInline(ChildInline):
    model = CompanyAddress


class BankAccountInline(ChildInline):
    model = BankAccount


def _picture(label: Any) -> forms.FileField:
    help_text = _("PNG or JPEG, at most 3 MB.")
    return forms.FileField(
        label=label, required=False, widget=UnfoldAdminImageFieldWidget(), help_text=help_text
    )


class CompanyForm(forms.ModelForm):
    """Pictures are uploaded here and kept by ``files``."""

    state_code = forms.ChoiceField(label=_("State"), widget=UnfoldAdminSelectWidget)
    fiscal_year_start = forms.TypedChoiceField(
        label=_("Fiscal year starts in"),
        coerce=int,
        initial=4,
        choices=list(MONTHS.items()),
        widget=UnfoldAdminSelectWidget,
    )
    logo = _picture(_("Logo"))
    signature = _picture(_("Signature"))
    seal = _picture(_("Seal"))

    class Meta:
        model = Company
        exclude: ClassVar[tuple[str, ...]] = (
            "deleted_at",
            "search_text",
            "custom",
            "tags",
            *PICTURES.values(),
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "state_code" in self.fields:
            language = (get_language() or "en")[:2]
            states = [*state_choices(closed=True, language=language), (OTHER_COUNTRY, "96")]
            self.fields["state_code"].choices = [("", "–"), *states]


@register(Company)
class CompanyAdmin(MasterAdmin):
    icon, menu_order = "apartment", 10
    form = CompanyForm
    list_display: ClassVar[tuple[str, ...]] = (
        "code",
        "trade_name",
        "gstin",
        "state_code",
        "currency",
        "active",
    )
    list_select_related: ClassVar[tuple[str, ...]] = ("currency",)
    autocomplete_fields: ClassVar[tuple[str, ...]] = ("currency",)
    inlines: ClassVar[list[Any]] = [AddressInline, BankAccountInline]
    readonly_fields: ClassVar[tuple[str, ...]] = ("pictures",)
    fieldsets = (
        (None, {"fields": (("code", "trade_name", "legal_name"), ("gstin", "pan", "state_code"),
                           ("tan", "cin", "active"))}),
        (_("Contact"), {"fields": (("phone", "email", "website"), "upi_id")}),
        (_("Books and tax"), {"fields": (
            ("currency", "fiscal_year_start", "tax_rounding"),
            ("round_to_rupee", "turnover_above_5_crore", "is_composition"), "lut_number",
        )}),
        (_("Print"), {"fields": ("pictures", ("logo", "signature", "seal"))}),
    )  # fmt: skip

    def pictures(self, obj: Any) -> Any:
        """What is printed now."""
        ids = [getattr(obj, column) for column in PICTURES.values()] if obj else []
        files = {file.pk: file for file in StoredFile.objects.filter(pk__in=[i for i in ids if i])}
        shown = [
            format_html('<img src="{}" alt="{}" height="48">', file_url(files[pk]), name)
            for name, pk in zip(PICTURES, ids, strict=False)
            if pk in files
        ]
        return format_html("{}" * len(shown), *shown) if shown else "–"

    pictures.short_description = _("printed now")  # type: ignore[attr-defined]  # Django reads it from the function

    def prepare(self, request: HttpRequest) -> None:
        if self.has_add_permission(request) or self.has_change_permission(request):
            for name in PICTURES:
                if name in request.FILES:
                    file_check(request.FILES[name], purpose="picture", field=name)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        names = [f.name for f in Company._meta.concrete_fields if f.name in form.cleaned_data]
        values = {name: form.cleaned_data[name] for name in names}
        for name, column in PICTURES.items():
            uploaded = form.cleaned_data.get(name)
            if uploaded:
                stored = file_store(uploaded, by=request.user, purpose="picture", field=name)
                values[column] = stored.pk
        record = Company.objects.get(pk=obj.pk) if change else Company()
        version = obj.version if change else None
        saved = company_save(record, values=values, version=version, by=request.user)
        obj.pk, obj.version = saved.pk, saved.version
        obj._state.adding = False

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        company_delete(obj, by=request.user)


@register(Currency)
class CurrencyAdmin(MasterAdmin):
    icon, menu_order = "currency_rupee", 50
    list_display: ClassVar[tuple[str, ...]] = ("code", "name", "symbol", "places", "active")


@register(CurrencyRate)
class CurrencyRateAdmin(ScopedAdmin):
    icon, menu_order = "currency_exchange", 60
    list_display: ClassVar[tuple[str, ...]] = ("date", "currency", "rate")
    list_filter: ClassVar[tuple[str, ...]] = ("currency", "date")
    list_select_related: ClassVar[tuple[str, ...]] = ("currency",)
    autocomplete_fields: ClassVar[tuple[str, ...]] = ("currency",)
    date_hierarchy = "date"


class HolidayForm(forms.ModelForm):
    """States by their names."""

    state_code = forms.ChoiceField(label=_("State"), required=False, widget=UnfoldAdminSelectWidget)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "state_code" in self.fields:
            language = (get_language() or "en")[:2]
            self.fields["state_code"].choices = [("", _("all")), *state_choices(language=language)]


@register(Holiday)
class HolidayAdmin(MasterAdmin):
    icon, menu_order = "celebration", 25
    form = HolidayForm
    list_display: ClassVar[tuple[str, ...]] = (
        "date", "name", "holiday_kind", "state_code", "company", "same_date", "active",
    )  # fmt: skip
    list_filter: ClassVar[tuple[str, ...]] = ("holiday_kind", "company", "active")
    list_select_related: ClassVar[tuple[str, ...]] = ("company",)
    autocomplete_fields: ClassVar[tuple[str, ...]] = ("company",)
    date_hierarchy = "date"


class YearForm(forms.ModelForm):
    """Opening a year: the company and any day in it."""

    class Meta:
        model = FiscalYear
        fields: ClassVar[tuple[str, ...]] = ("company", "start")
        help_texts: ClassVar[dict[str, Any]] = {"start": _("Any day of the year.")}

    def _post_clean(self) -> None:
        """The service makes the year: the half-filled instance isn't checked."""


@register(FiscalYear)
class FiscalYearAdmin(ScopedAdmin):
    icon, menu_order = "calendar_month", 20
    form = YearForm
    list_display: ClassVar[tuple[str, ...]] = ("label", "company", "start", "end")
    list_filter: ClassVar[tuple[str, ...]] = ("company",)
    list_select_related: ClassVar[tuple[str, ...]] = ("company",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        year = fiscal_year_open(
            company=form.cleaned_data["company"], day=form.cleaned_data["start"], by=request.user
        )
        obj.pk, obj.label, obj.start, obj.end = year.pk, year.label, year.start, year.end
        obj.company, obj._state.adding = year.company, False


@register(Period)
class PeriodAdmin(ReadOnlyAdmin):
    """Closed and opened by the actions of the list."""

    icon, menu_order = "lock_clock", 30
    list_display: ClassVar[tuple[str, ...]] = ("__str__", "company", "fiscal_year", "start", "end", "status")
    list_filter: ClassVar[tuple[str, ...]] = ("company", "fiscal_year", "status")
    list_select_related: ClassVar[tuple[str, ...]] = ("company", "fiscal_year")
    actions: ClassVar[tuple[str, ...]] = ("close_softly", "close_hard", "reopen")

    @admin.action(description=_("Close for most (a permission still posts)"), permissions=["view"])
    def close_softly(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        return self._change(request, queryset, "close_softly", _("Close for most"), "company.close_period")

    @admin.action(description=_("Close for everybody"), permissions=["view"])
    def close_hard(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        return self._change(request, queryset, "close_hard", _("Close for everybody"), "company.close_period")

    @admin.action(description=_("Open again"), permissions=["view"])
    def reopen(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        return self._change(request, queryset, "reopen", _("Open again"), "company.reopen_period")

    def _change(
        self, request: HttpRequest, queryset: Any, action: str, label: Any, permission: str
    ) -> HttpResponse | None:
        """A page that names the months and asks why; on its button all of them or none."""
        _allow(request, permission)
        ids = act_ids(request, queryset.order_by("start", "pk"))
        periods = list(
            Period.objects.for_user(request.user)
            .filter(pk__in=ids)
            .select_related("company")
            .order_by("start")
        )
        reason = act_field(request, "reason", _("Reason"), required=True)
        if act_going(request) and reason.value:
            run_in_unit_of_work(lambda: _periods_move(periods, action, reason.value, request.user))
            messages.success(request, _("Opened.") if action == "reopen" else _("Closed."))
            return None
        return act_page(
            self,
            request,
            action=action,
            title=str(label),
            label=label,
            heads=[_("Period"), _("company"), _("status")],
            rows=[ActRow((period, period.company, period.get_status_display())) for period in periods],
            ids=[period.pk for period in periods],
            fields=[reason],
            danger=action == "close_hard",
        )


def _periods_move(periods: list[Period], action: str, reason: str, user: Any) -> None:
    for period in periods:
        if action == "reopen":
            period_reopen(period=period, reason=reason, by=user)
        else:
            period_close(period=period, hard=action == "close_hard", by=user, reason=reason)


def _allow(request: HttpRequest, permission: str) -> None:
    if not may(request.user, permission):
        raise NotAllowed(_("You may not do this."))


class SeriesForm(forms.ModelForm):
    """The kind is chosen from those that have numbers."""

    record_kind = forms.ChoiceField(label=_("kind of document"))

    class Meta:
        model = NumberSeries
        fields: ClassVar[tuple[str, ...]] = (
            "company", "record_kind", "fiscal_year", "pattern", "next_number", "gapless",
        )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "record_kind" in self.fields:
            self.fields["record_kind"].choices = [(kind, kind_title(kind)) for kind in sorted(series_kinds())]


def kind_title(kind: str) -> str:
    """``sales.order`` → Order."""
    from django.apps import apps

    try:
        return str(apps.get_model(kind)._meta.verbose_name).capitalize()
    except LookupError:
        return kind


@register(NumberSeries)
class NumberSeriesAdmin(ScopedAdmin):
    icon, menu_order = "format_list_numbered", 40
    form = SeriesForm
    list_display: ClassVar[tuple[str, ...]] = (
        "title", "company", "fiscal_year", "pattern", "last_number", "preview_text", "gapless",
    )  # fmt: skip
    list_filter: ClassVar[tuple[str, ...]] = ("company", "fiscal_year")
    list_select_related: ClassVar[tuple[str, ...]] = ("company", "fiscal_year")
    readonly_fields: ClassVar[tuple[str, ...]] = ("last_number", "preview")

    def title(self, obj: Any) -> str:
        return kind_title(obj.record_kind)

    title.short_description = _("kind of document")  # type: ignore[attr-defined]  # Django reads it from the function

    def preview(self, obj: Any) -> str:
        """What the next document will be called."""
        return obj.preview_text if obj and obj.pk else "–"

    preview.short_description = _("next number will be")  # type: ignore[attr-defined]  # Django reads it from the function

    def _may(self, request: HttpRequest, action: str) -> bool:
        allowed = super()._may(request, action)
        return allowed and (action == "view" or may(request.user, "company.change_series"))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        record = NumberSeries.objects.get(pk=obj.pk) if change else NumberSeries()
        saved = series_save(record, values=dict(form.cleaned_data), by=request.user)
        obj.pk, obj._state.adding = saved.pk, False

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        series_delete(obj, by=request.user)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for obj in queryset:
            series_delete(obj, by=request.user)
