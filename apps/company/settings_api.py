"""API of typed settings: what may be set, what holds now, and changing it."""

from __future__ import annotations

from typing import Any

from django.urls import path
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.company.models import Company
from apps.company.services.settings import (
    setting_reset,
    settings_apps,
    settings_companies,
    settings_kept,
    settings_save,
)
from apps.core.api.rendering import envelope
from apps.core.api.routes import register_routes
from apps.core.api.serializers import StrictSerializer, raise_invalid
from apps.core.api.transaction import api_write
from apps.core.errors import InvalidInput, NotFound
from apps.core.keys import key_read
from apps.core.typed_settings import Setting, setting_named, settings_declared


class SettingInput(StrictSerializer):
    """``value`` in the type of the setting, or ``reset``: as it comes. ``company``: for one only."""

    value = serializers.JSONField(required=False)
    reset = serializers.BooleanField(required=False)
    company = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=2**63 - 1)


def _company(request: Any, given: Any) -> Company | None:
    """The company asked for, if this user isn't shut out of it. Raises InvalidInput naming ``company``."""
    if given in (None, ""):
        return None
    found = settings_companies(request.user).filter(pk=key_read(given)).first()
    if found is None:
        raise InvalidInput(_("There is no such company."), field="company", code="not_found")
    return found


def _shown(items: list[Setting], company: Company | None) -> list[dict[str, Any]]:
    kept = settings_kept([item.key for item in items], company.pk if company else None)
    rows = []
    for item in items:
        here = kept.organisation if company is None else kept.company
        rows.append(
            {
                "key": item.key,
                "module": item.app,
                "title": str(item.title),
                "help": str(item.help),
                "type": item.type_name,
                "per_company": item.per_company,
                "company": company.pk if company else None,
                "value": kept.value(item),
                "default": item.default,
                "is_set": item.key in here,
            }
        )
    return rows


class SettingsView(APIView):
    """The settings that the caller may change. ``module`` and ``company`` narrow them."""

    def get(self, request: Any) -> Response:
        params = request.query_params
        unknown = sorted(set(params) - {"module", "company"})
        if unknown:
            raise InvalidInput(_("Unknown filter."), field=unknown[0], code="unknown")
        open_apps = settings_apps(request.user)
        wanted = params.get("module", "")
        if wanted and wanted not in open_apps:
            raise InvalidInput(_("There are no settings of this module."), field="module", code="not_found")
        company = _company(request, params.get("company"))
        items = [item for item in settings_declared(wanted) if item.app in open_apps]
        return Response(envelope(_shown([i for i in items if not company or i.per_company], company)))


class SettingView(APIView):
    """One setting: ``PATCH {"value": 15}`` or ``{"reset": true}``, of the organisation or of a company."""

    def patch(self, request: Any, key: str) -> Response:
        item = _setting(request, key)
        serializer = SettingInput(data=request.data)
        raise_invalid(serializer)
        given = serializer.validated_data
        reset = given.get("reset", False)
        if reset == ("value" in given):
            raise InvalidInput(_("Send either a value or reset."), field="value", code="required")
        company = _company(request, given.get("company"))

        def work() -> tuple[int, Any, str]:
            if reset:
                setting_reset(item.key, company=company, by=request.user)
            else:
                _save(item, given["value"], company, request.user)
            return 200, _shown([item], company)[0], _("Saved.")

        return api_write(request, work)


def _setting(request: Any, key: str) -> Setting:
    """A setting that the caller may change, or 404: others needn't know that it exists."""
    try:
        item = setting_named(key)
    except LookupError as error:
        raise NotFound(_("Not found.")) from error
    if item.app not in settings_apps(request.user):
        raise NotFound(_("Not found."))
    return item


def _save(item: Setting, value: Any, company: Company | None, by: Any) -> None:
    try:
        settings_save(item.app, {item.name: value}, company=company, by=by)
    except InvalidInput as error:
        raise InvalidInput(error.detail, field="value", code=error.code) from error


register_routes(
    [
        path("company/settings/", SettingsView.as_view(), name="company_settings"),
        path("company/settings/<str:key>/", SettingView.as_view(), name="company_setting"),
    ]
)
