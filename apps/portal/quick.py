"""The quick-create strip: four things that a user makes most, chosen by himself from what he may make."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.admin.site import admin_site
from apps.core.errors import InvalidInput

PLACES = 4
USUAL = (
    "accounting.invoice", "sales.quotation", "sales.order", "accounting.receipt", "accounting.bill",
    "sales.delivery", "inventory.inward", "parties.party", "catalog.product", "accounting.voucher",
)  # fmt: skip


def quick_choices(request: Any) -> dict[str, dict[str, str]]:
    """{key: {key, label, url, icon}} of everything that the user may create, the usual ones first."""
    found: dict[str, dict[str, str]] = {}
    for model, model_admin in admin_site._registry.items():
        if getattr(model_admin, "hidden_in_menu", False) or not model_admin.has_add_permission(request):
            continue
        meta = model._meta
        found[meta.label_lower] = {
            "key": meta.label_lower,
            "label": _("New %(name)s") % {"name": meta.verbose_name},
            "url": reverse(f"admin:{meta.app_label}_{meta.model_name}_add"),
            "icon": getattr(model_admin, "icon", "add"),
        }
    usual = {key: found.pop(key) for key in USUAL if key in found}
    return usual | dict(sorted(found.items(), key=lambda item: item[1]["label"]))


def quick_strip(user: Any, choices: dict[str, dict[str, str]]) -> list[dict[str, str]]:
    """His own choice as far as he still may; the usual ones while he has chosen nothing."""
    chosen = [choices[key] for key in user.quick_create if key in choices]
    return (chosen or list(choices.values()))[:PLACES]


def quick_create_choose(user: User, keys: list[str], *, choices: dict[str, Any], by: User) -> None:
    """Keep up to four keys of ``choices``, each once; none goes back to the usual ones."""
    wanted = list(dict.fromkeys(key for key in keys if key))
    for key in wanted:
        if key not in choices:
            raise InvalidInput(_("You can't create this: %(key)s.") % {"key": key[:60]}, field="quick_create")
    user.quick_create = wanted[:PLACES]
    user.save(update_fields=["quick_create"])
