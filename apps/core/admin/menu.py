"""Side navigation: modules that this user may use, each with its registered lists."""

from __future__ import annotations

from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.html import escape
from django.utils.translation import gettext as _

from apps.core.access import access_of
from apps.core.modules import all_modules, bahi_apps
from apps.core.tenant import is_public

_pages: dict[str, list[tuple[str, Any, str, str]]] = {}


def register_page(
    app_label: str, url_name: str, title: Any, *, icon: str = "description", permission: str = ""
) -> None:
    """A page of an app (report, tool) in its part of the menu."""
    _pages.setdefault(app_label, []).append((url_name, title, icon, permission))


def navigation(request: Any) -> list[dict[str, Any]]:
    """For unfold's SIDEBAR: groups with items; nothing that the user may not open."""
    if is_public():
        return _platform_navigation()
    groups = _favourites(request)
    by_app = {config.declares: config.label for config in bahi_apps()}
    for module in all_modules():
        items = _items(request, by_app[module])
        if items:
            groups.append(
                {
                    "title": module.title,
                    "app": by_app[module],
                    "separator": False,
                    "collapsible": True,
                    "items": items,
                }
            )
    return groups


def _favourites(request: Any) -> list[dict[str, Any]]:
    """The pages that the user pinned, as the first group. The page itself refuses who may not see it."""
    pinned = getattr(request.user, "favourites", None) or []
    items = [{"title": escape(item["title"]), "icon": "star", "link": item["path"]} for item in pinned]
    return [{"title": _("Pinned"), "separator": False, "items": items}] if items else []


def _platform_navigation() -> list[dict[str, Any]]:
    """The platform's own site: the pages that ``tenancy`` registered."""
    items = [
        {"title": title, "icon": icon, "link": reverse(name)}
        for name, title, icon, _permission in _pages.get("tenancy", [])
    ]
    return [{"title": "", "separator": False, "items": items}]


def _items(request: Any, app_label: str) -> list[dict[str, Any]]:
    from apps.core.admin.site import admin_site

    access = access_of(request.user)
    if not access.has_module(app_label):
        return []
    items = []
    for model, model_admin in admin_site._registry.items():
        meta = model._meta
        if meta.app_label != app_label or getattr(model_admin, "hidden_in_menu", False):
            continue
        if access.has(f"{app_label}.view_{meta.model_name}"):
            items.append(
                {
                    "title": meta.verbose_name_plural.capitalize(),
                    "icon": getattr(model_admin, "icon", "list"),
                    "link": reverse(f"admin:{app_label}_{meta.model_name}_changelist"),
                    "order": getattr(model_admin, "menu_order", 100),
                }
            )
    items.sort(key=lambda item: (item["order"], str(item["title"])))
    for url_name, title, icon, permission in _pages.get(app_label, []):
        if permission and not access.has(permission):
            continue
        try:
            items.append({"title": title, "icon": icon, "link": reverse(url_name), "page": True})
        except NoReverseMatch:
            continue
    return items
