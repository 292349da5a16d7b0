"""Commands of the palette (Ctrl+K): open each list, and create where the user may."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from apps.core.access import access_of
from apps.core.admin.menu import list_entries, navigation


@dataclass(frozen=True)
class _Commands:
    """The two commands of a list, and whoever they are for."""

    model_admin: Any
    permission: str
    opens: dict[str, str]
    creates: dict[str, str]


def palette_commands(request: Any) -> list[dict[str, Any]]:
    """[{label, keywords, url}] of what this user may open or create; empty for a visitor."""
    access = access_of(request.user)
    if not getattr(request.user, "is_staff", False):
        return []
    mine = [item for item in _commands(get_language()) if access.has(item.permission)]
    creates = [item.creates for item in mine if item.model_admin.has_add_permission(request)]
    return [*creates, *(item.opens for item in mine), *_pages(request)]


@lru_cache(maxsize=16)
def _commands(_language: str | None) -> tuple[_Commands, ...]:
    """Those of all lists in one language."""
    return tuple(_of_list(entry) for entries in list_entries(_language).values() for entry in entries)


def _of_list(entry: Any) -> _Commands:
    meta = entry.model_admin.model._meta
    words = f"{meta.app_label} {meta.verbose_name}"
    label = _("New %(name)s") % {"name": meta.verbose_name}
    add = reverse(f"admin:{meta.app_label}_{meta.model_name}_add")
    return _Commands(
        entry.model_admin,
        entry.permission,
        {"label": str(meta.verbose_name_plural).capitalize(), "keywords": words, "url": entry.link},
        {"label": label, "keywords": f"create {words}", "url": add},
    )


def _pages(request: Any) -> list[dict[str, Any]]:
    """Reports and other pages of the menu."""
    return [
        {"label": str(item["title"]), "keywords": str(group["title"]), "url": item["link"]}
        for group in navigation(request)
        if group.get("app")
        for item in group["items"]
        if item.get("page")
    ]
