"""Modules that the administrator switches himself, within the plan; their records stay when one goes off."""

from __future__ import annotations

from typing import Any

from apps.accounts.choices import AccessEvent
from apps.accounts.services.access_log import access_log_write
from apps.core.counting import total_of
from apps.core.locks import lock_row
from apps.core.modules import all_modules, module_key_of_app
from apps.core.registry import kind_name, registered_models
from apps.tenancy.models import Organisation
from apps.tenancy.services.provisioning import modules_switch


def modules_shown(organisation: Organisation) -> list[dict[str, Any]]:
    """Each module of the plan: whether it is on, what it needs, what needs it, and what goes out of sight
    when it is switched off ({title, count} of its records)."""
    allowed = organisation.plan.modules if organisation.plan else []
    on = set(organisation.enabled_modules)
    known = [item for item in all_modules() if item.switchable]
    hidden = _records(on)
    return [
        {
            "key": item.key,
            "title": str(item.title),
            "on": item.key in on,
            "needs": [other.key for other in known if other.key in item.depends],
            "needed_by": [other.key for other in known if item.key in other.depends and other.key in on],
            "hides": hidden.get(item.key, []),
        }
        for item in known
        if not allowed or item.key in allowed or item.key in on
    ]


def _records(on: set[str]) -> dict[str, list[dict[str, Any]]]:
    """Kinds of record that hold anything, by module; only of those that are on."""
    found: dict[str, list[dict[str, Any]]] = {}
    for model in registered_models():
        key = module_key_of_app(model._meta.app_label)
        if key not in on or kind_name(model) == "ledger":  # a ledger says again what its documents say
            continue
        if count := total_of(model._base_manager.all()):
            title = str(model._meta.verbose_name_plural)
            found.setdefault(key, []).append({"title": title, "count": count})
    return found


def modules_choose(organisation: Organisation, *, keys: list[str]) -> None:
    """These are on from now on, all others off. Raises InvalidInput naming ``modules``: unknown, not in the
    plan, or lacking what it needs."""
    row = lock_row(Organisation, organisation.pk)
    before = list(row.enabled_modules)
    modules_switch(row, keys=keys)
    if set(before) != set(row.enabled_modules):
        detail = {
            "action": "modules",
            "on": sorted(set(row.enabled_modules) - set(before)),
            "off": sorted(set(before) - set(row.enabled_modules)),
        }
        access_log_write(AccessEvent.PLATFORM, detail=detail)
