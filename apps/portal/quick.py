"""The quick-create strip: four things that a person makes most, of what he may make.

His own choice wins; else what his roles bring, by turns; else the usual documents.
"""

from __future__ import annotations

from itertools import chain, zip_longest
from operator import itemgetter
from types import SimpleNamespace
from typing import Any

from django.apps import apps
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.accounts.models import Role, User
from apps.core.access import Access
from apps.core.admin.site import admin_site
from apps.portal.models import RoleStrip
from apps.portal.models.strip import PLACES

OWN, ROLES, NEITHER = "own", "roles", "usual"
Choices = dict[str, dict[str, str]]


def quick_choices(user: Any) -> Choices:
    """{key: {key, label, url, icon}} of everything that the user may create: first what people usually do, in
    the order that the apps give it (``quick_order`` of the admin class), then the rest by name."""
    request: Any = SimpleNamespace(user=user)
    found = [
        (getattr(model_admin, "quick_order", 0), _choice(model, model_admin))
        for model, model_admin in admin_site._registry.items()
        if not getattr(model_admin, "hidden_in_menu", False) and model_admin.has_add_permission(request)
    ]
    usual = sorted((item for item in found if item[0]), key=itemgetter(0))
    others = sorted((item for item in found if not item[0]), key=lambda item: item[1]["label"])
    return {choice["key"]: choice for _order, choice in (*usual, *others)}


def _choice(model: Any, model_admin: Any) -> dict[str, str]:
    meta = model._meta
    return {
        "key": meta.label_lower,
        "label": choice_label(meta.label_lower),
        "url": reverse(f"admin:{meta.app_label}_{meta.model_name}_add"),
        "icon": getattr(model_admin, "icon", "add"),
    }


def choice_label(key: str) -> str:
    """What an entry is called, for readers too who may not create it themselves."""
    try:
        name = apps.get_model(key)._meta.verbose_name
    except (LookupError, ValueError):
        return key
    return _("New %(name)s") % {"name": name}


def role_choices(role: Role) -> Choices:
    """What somebody may create who has this role alone."""
    access = Access(permissions=frozenset(role.permissions))
    return quick_choices(SimpleNamespace(pk=None, is_active=True, access=access))


def quick_strip(user: User, choices: Choices) -> tuple[str, list[dict[str, str]]]:
    """(where it comes from, the entries): never more than the person may create."""
    own = _allowed(user.quick_create, choices)
    if own:
        return OWN, own
    brought = _allowed(roles_strip(user), choices)
    return (ROLES, brought) if brought else (NEITHER, list(choices.values())[:PLACES])


def roles_strip(user: User) -> list[str]:
    """What a person's roles bring: the first place of each role, then the second of each, and so on; roles in
    the order of their names."""
    rows = RoleStrip.objects.filter(role__users=user.pk, role__active=True, role__deleted_at=None)
    strips = rows.order_by("role__name", "role_id").values_list("places", flat=True)
    return [key for key in chain.from_iterable(zip_longest(*strips)) if key]


def _allowed(keys: list[str], choices: Choices) -> list[dict[str, str]]:
    """The entries that may be created, each once, as many as there are places."""
    return [choices[key] for key in dict.fromkeys(keys) if key in choices][:PLACES]
