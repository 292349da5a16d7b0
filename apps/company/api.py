"""API of companies, their years and periods, money and number series."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.response import Response

from apps.company import holiday_pages, settings_api  # noqa: F401 - importing them registers their addresses
from apps.company.choices import PeriodStatus
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
from apps.company.services.periods import fiscal_year_close, period_close, period_reopen
from apps.company.services.pictures import pictures_check
from apps.company.services.series import series_delete, series_save
from apps.core.access import may
from apps.core.api.resource import MasterViewSet
from apps.core.api.serializers import KeyField, StrictSerializer, raise_invalid
from apps.core.api.transaction import api_write
from apps.core.errors import InvalidInput, NotAllowed, Refused
from apps.core.india.fiscal import fiscal_year_from_label
from apps.core.records import Child
from apps.core.registry import register_resource


def _allow(request: Any, permission: str) -> None:
    if not may(request.user, permission):
        raise NotAllowed(_("You may not do this."))


@register_resource
class CompanyApi(MasterViewSet):
    """Creating a company gives it its chart of accounts, places and current fiscal year."""

    model, path = Company, "company/companies"
    form_small = True
    fields = (
        "id", "code", "trade_name", "legal_name", "gstin", "pan", "tan", "cin", "state_code", "currency",
        "fiscal_year_start", "phone", "email", "website", "is_composition", "lut_number", "tax_rounding",
        "round_to_rupee", "turnover_above_5_crore", "upi_id", "logo",
        "signature", "seal", "active", "version",
    )  # fmt: skip
    read_only = ("id", "version")
    rename: ClassVar[dict[str, str]] = {
        "logo": "logo_file_id", "signature": "signature_file_id", "seal": "seal_file_id",
    }  # fmt: skip
    filters: ClassVar[dict[str, str]] = {
        "code": "code", "gstin": "gstin", "state_code": "state_code", "active": "active",
    }  # fmt: skip
    expands = ("currency",)
    list_children = True
    children = (
        Child(
            "addresses",
            CompanyAddress,
            "company",
            ("kind", "line1", "line2", "city", "state_code", "postal_code", "country"),
            rename={"kind": "address_kind"},
            limit=50,
        ),
        Child(
            "bank_accounts",
            BankAccount,
            "company",
            ("bank_name", "branch", "account_number", "ifsc", "swift", "is_primary"),
            limit=50,
        ),
    )

    @classmethod
    def input_serializer(cls) -> Any:
        """State and currency may be left out: the state is in the GSTIN, the currency is the rupee."""
        base = super().input_serializer()
        state = serializers.CharField(max_length=2, required=False, allow_blank=True)
        currency = KeyField(Currency, required=False)
        return type("CompanyInput", (base,), {"state_code": state, "currency": currency})

    def save_record(
        self, instance: Any, values: dict[str, Any], children: dict[str, Any], version: Any
    ) -> Any:
        if instance.pk is None and "currency" not in values:
            values["currency"] = Currency.objects.get(code="INR")
        pictures_check(instance, values, self.request.user)
        specs = {child.name: child for child in self.children}
        by = self.request.user
        return company_save(instance, values=values, children=children, specs=specs, version=version, by=by)

    def delete_record(self, row: Any) -> Any:
        company_delete(row, by=self.request.user)
        return {"id": row.pk}


@register_resource
class CurrencyApi(MasterViewSet):
    model, path = Currency, "company/currencies"
    form_small = True
    fields = ("id", "code", "name", "symbol", "places", "active", "version")
    read_only = ("id", "version")
    filters: ClassVar[dict[str, str]] = {"code": "code", "active": "active"}


@register_resource
class CurrencyRateApi(MasterViewSet):
    """Units of company currency for one unit of the currency, from that day on."""

    model, path = CurrencyRate, "company/currency-rates"
    fields = ("id", "currency", "date", "rate")
    filters: ClassVar[dict[str, str]] = {"currency": "currency", "date": "date"}
    expands = ("currency",)


class FiscalYearInput(StrictSerializer):
    company = KeyField(Company)
    label = serializers.CharField(max_length=9, required=False)
    start = serializers.DateField(required=False)
    silent = frozenset({"id", "end", "version"})


@register_resource
class FiscalYearApi(MasterViewSet):
    """A year is opened by its label (2026-27) or by any day in it; its twelve periods come with it."""

    model, path = FiscalYear, "company/fiscal-years"
    fields = ("id", "company", "label", "start", "end")
    filters: ClassVar[dict[str, str]] = {
        "company": "company", "label": "label", "start": "start", "end": "end",
    }  # fmt: skip
    expands = ("company",)
    deletable = False
    verbs: ClassVar[dict[str, str]] = {"close": "close"}
    verb_permissions: ClassVar[dict[str, str]] = {"close": "company.close_period"}

    @classmethod
    def input_serializer(cls) -> Any:
        return FiscalYearInput

    def save_record(
        self, instance: Any, values: dict[str, Any], children: dict[str, Any], version: Any
    ) -> Any:
        if instance.pk is not None:
            raise Refused(_("A fiscal year can't be changed."), code="invalid_transition")
        company, label = values["company"], values.get("label")
        day = values.get("start")
        if label:
            try:
                day = fiscal_year_from_label(label, company.fiscal_year_start).start
            except ValueError as error:
                raise InvalidInput(str(error), field="label") from error
        if day is None:
            raise InvalidInput(_("Give the year (2026-27) or a day in it."), field="label", code="required")
        if not 1990 <= day.year <= date.today().year + 5:  # noqa: DTZ011 - a sanity limit, not a business day
            raise InvalidInput(_("This year is too far away."), field="label")
        return fiscal_year_open(company=company, day=day, by=self.request.user)

    def close(self, request: Any, pk: int) -> Response:
        """Close every period of the year; ``hard`` (true unless said) and ``reason`` as for a period."""
        self.require("view")
        row = self.record(pk)
        _allow(request, "company.close_period")
        hard, reason = _closing(request.data)

        def work() -> tuple[int, Any, str]:
            fiscal_year_close(year=row, hard=hard, reason=reason, by=request.user)
            return 200, self.one(row), _("Closed.")

        return api_write(request, work)


class CloseInput(StrictSerializer):
    hard = serializers.BooleanField(required=False, default=True)
    status = serializers.ChoiceField(choices=[PeriodStatus.SOFT_CLOSED, PeriodStatus.CLOSED], required=False)
    reason = serializers.CharField(max_length=100, required=False, default="", allow_blank=True)


def _closing(data: Any) -> tuple[bool, str]:
    """(hard, reason) of a closing verb's body; ``status`` says the same as ``hard``."""
    serializer = CloseInput(data=data)
    raise_invalid(serializer)
    values = serializer.validated_data
    hard = values["status"] == PeriodStatus.CLOSED if "status" in values else values["hard"]
    return hard, values["reason"]


class ReopenInput(StrictSerializer):
    reason = serializers.CharField(max_length=100)


@register_resource
class PeriodApi(MasterViewSet):
    """``close`` (``hard`` true or false, ``reason``) and ``reopen`` (``reason``)."""

    model, path = Period, "company/periods"
    fields = ("id", "company", "fiscal_year", "start", "end", "status")
    filters: ClassVar[dict[str, str]] = {
        "company": "company", "fiscal_year": "fiscal_year", "start": "start", "end": "end",
        "status": "status",
    }  # fmt: skip
    expands = ("company", "fiscal_year")
    writable = False
    deletable = False
    verbs: ClassVar[dict[str, str]] = {"close": "close", "reopen": "reopen"}
    verb_permissions: ClassVar[dict[str, str]] = {
        "close": "company.close_period",
        "reopen": "company.reopen_period",
    }

    def close(self, request: Any, pk: int) -> Response:
        def work(row: Period) -> Period:
            hard, reason = _closing(request.data)
            return period_close(period=row, hard=hard, reason=reason, by=request.user)

        return self._turn(request, pk, "company.close_period", work)

    def reopen(self, request: Any, pk: int) -> Response:
        def work(row: Period) -> Period:
            serializer = ReopenInput(data=request.data)
            raise_invalid(serializer)
            reason = serializer.validated_data["reason"]
            return period_reopen(period=row, reason=reason, by=request.user)

        return self._turn(request, pk, "company.reopen_period", work)

    def _turn(self, request: Any, pk: int, permission: str, work: Any) -> Response:
        self.require("view")
        row = self.record(pk)
        _allow(request, permission)

        def run() -> tuple[int, Any, str]:
            changed = work(row)
            return 200, self.one(changed), str(changed.get_status_display())

        return api_write(request, run)


@register_resource
class HolidayApi(MasterViewSet):
    """Days on which nobody works. ``POST company/holidays/copy/`` fills a year from another one."""

    model, path = Holiday, "company/holidays"
    fields = (
        "id", "date", "name", "kind", "state_code", "company", "same_date", "active", "version",
    )  # fmt: skip
    read_only = ("id", "version")
    rename: ClassVar[dict[str, str]] = {"kind": "holiday_kind"}
    filters: ClassVar[dict[str, str]] = {
        "date": "date", "kind": "holiday_kind", "state_code": "state_code", "company": "company",
        "active": "active",
    }  # fmt: skip
    expands = ("company",)


@register_resource
class SeriesApi(MasterViewSet):
    """``preview`` is what the next document will be called. Changes need ``company.change_series``."""

    model, path = NumberSeries, "company/series"
    write_permission = "company.change_series"
    fields = (
        "id", "company", "kind", "fiscal_year", "pattern", "next", "last_number", "gapless", "preview",
    )  # fmt: skip
    read_only = ("id", "last_number", "preview")
    rename: ClassVar[dict[str, str]] = {
        "kind": "record_kind",
        "next": "next_number",
        "preview": "preview_text",
    }
    filters: ClassVar[dict[str, str]] = {
        "company": "company", "kind": "record_kind", "fiscal_year": "fiscal_year", "gapless": "gapless",
    }  # fmt: skip
    expands = ("company", "fiscal_year")

    def refine(self, queryset: Any) -> Any:
        return queryset.select_related("company", "fiscal_year")

    def save_record(
        self, instance: Any, values: dict[str, Any], children: dict[str, Any], version: Any
    ) -> Any:
        _allow(self.request, "company.change_series")
        return series_save(instance, values=values, by=self.request.user)

    def delete_record(self, row: Any) -> Any:
        _allow(self.request, "company.change_series")
        series_delete(row, by=self.request.user)
        return {"id": row.pk}
