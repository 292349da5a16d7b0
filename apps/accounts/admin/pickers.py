"""The permission picker of a role: a matrix of records and a list of business permissions for each module."""

from __future__ import annotations

from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Role
from apps.accounts.services.handing import levelled_kinds
from apps.accounts.services.roles import EVERYTHING
from apps.core.modules import BahiAppConfig, bahi_apps
from apps.core.permissions import Permission, all_permissions, business_permissions
from apps.core.registry import registered_models

ACTIONS = (
    ("view", _("See")),
    ("add", _("Create")),
    ("change", _("Change")),
    ("delete", _("Delete")),
    ("export", _("Export")),
    ("import", _("Import")),
)


def permission_groups(held: set[str]) -> list[dict[str, Any]]:
    """Per module: its wildcard, its records with a cell for each action, its business permissions."""
    business = business_permissions()
    groups = []
    for config in bahi_apps():
        rows = [_row(model, held) for model in registered_models() if model._meta.app_label == config.label]
        items = [_item(item, held) for item in business.values() if item.code.startswith(f"{config.label}.")]
        if rows or items:
            groups.append(_group(config, rows, items, held))
    return groups


def _group(config: BahiAppConfig, rows: list[Any], items: list[Any], held: set[str]) -> dict[str, Any]:
    wide = f"{config.label}.*"
    chosen = sum(1 for code in held if code.startswith(f"{config.label}."))
    title = config.declares.title or config.label.capitalize()
    return {
        "title": title, "wide": wide, "wide_held": wide in held, "rows": rows,
        "items": items, "chosen": chosen,
    }  # fmt: skip


def _row(model: Any, held: set[str]) -> dict[str, Any]:
    meta = model._meta
    cells = []
    for action, label in ACTIONS:
        code = f"{meta.app_label}.{action}_{meta.model_name}"
        cells.append({"code": code, "held": code in held, "label": f"{label}: {meta.verbose_name_plural}"})
    return {"name": meta.verbose_name_plural, "cells": cells}


def _item(item: Permission, held: set[str]) -> dict[str, Any]:
    return {"code": item.code, "name": item.name, "held": item.code in held}


class PermissionWidget(forms.Widget):
    """Check boxes named ``permissions``; works without scripts."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> str:
        held = set(value or [])
        context = {
            "name": name,
            "groups": permission_groups(held),
            "actions": [label for _code, label in ACTIONS],
            "everything": EVERYTHING in held,
        }
        return render_to_string("admin/accounts/permission_picker.html", context)

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        return data.getlist(name)

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return False


class PermissionsField(forms.Field):
    widget = PermissionWidget

    def clean(self, value: Any) -> list[str]:
        known = {*all_permissions(), EVERYTHING, *(f"{config.label}.*" for config in bahi_apps())}
        unknown = sorted(set(value) - known)
        if unknown:
            raise forms.ValidationError(
                _("Unknown permission: %(c)s."), params={"c": unknown[0]}, code="unknown"
            )
        return sorted(set(value))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return set(initial or []) != set(data or [])


class LevelsWidget(forms.Widget):
    """For each kind of record a choice of how far the role sees; empty: as the role in general."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> str:
        chosen = value or {}
        choices = Role._meta.get_field("default_level").choices
        rows = [
            {"field": f"{name}__{kind}", "title": title, "level": chosen.get(kind, "")}
            for kind, title in level_rows().items()
        ]
        context = {"rows": rows, "choices": choices}
        return render_to_string("admin/accounts/level_picker.html", context)

    def value_from_datadict(self, data: Any, files: Any, name: str) -> dict[str, str]:
        found = {kind: data.get(f"{name}__{kind}", "") for kind in level_rows()}
        return {kind: level for kind, level in found.items() if level}

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return False


def level_rows() -> dict[str, str]:
    """Kinds with levels, after each module's wildcard."""
    table: dict[str, str] = {}
    kinds = levelled_kinds()
    for config in bahi_apps():
        own = {kind: title for kind, title in kinds.items() if kind.startswith(f"{config.label}.")}
        if own:
            title = config.declares.title or config.label.capitalize()
            table[f"{config.label}.*"] = _("Everything of %(module)s") % {"module": title}
            table |= own
    return table


class LevelsField(forms.Field):
    widget = LevelsWidget

    def clean(self, value: Any) -> dict[str, str]:
        levels = dict(Role._meta.get_field("default_level").choices)
        if any(level not in levels for level in value.values()):
            raise forms.ValidationError(_("Unknown level."), code="unknown")
        return dict(value)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return dict(initial or {}) != dict(data or {})
