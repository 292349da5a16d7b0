"""Side navigation: modules that this user may use, each with its registered lists."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.html import escape
from django.utils.translation import gettext as _

from apps.core.access import access_of
from apps.core.admin.looks import look_asked, look_left, look_query
from apps.core.modules import all_modules, bahi_apps
from apps.core.tenant import is_public


@dataclass(frozen=True)
class Page:
    """A page of an app in the menu; ``allowed(user)`` decides alone where it is given."""

    url_name: str
    title: Any
    icon: str
    permission: str
    allowed: Callable[[Any], bool] | None

    def open_to(self, user: Any, app_label: str) -> bool:
        access = access_of(user)
        if self.allowed is not None:
            return self.allowed(user)
        return access.has(self.permission) if self.permission else access.has_module(app_label)


_pages: dict[str, list[Page]] = {}


def register_page(
    app_label: str,
    url_name: str,
    title: Any,
    *,
    icon: str = "description",
    permission: str = "",
    allowed: Callable[[Any], bool] | None = None,
) -> None:
    """A page of an app (report, tool) in its part of the menu: for whoever holds ``permission``, else any of
    the app's; ``allowed`` for a tool that serves records of other apps (import)."""
    _pages.setdefault(app_label, []).append(Page(url_name, title, icon, permission, allowed))


def navigation(request: Any) -> list[dict[str, Any]]:
    """For unfold's SIDEBAR: groups with items; nothing that the user may not open.

    Worked out once for a request; each caller gets its own copy, because the theme marks what is open in it.
    """
    if not hasattr(request, "bahi_navigation"):
        request.bahi_navigation = _groups(request)
    return [{**group, "items": [dict(item) for item in group["items"]]} for group in request.bahi_navigation]


def _groups(request: Any) -> list[dict[str, Any]]:
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
        {"title": page.title, "icon": page.icon, "link": reverse(page.url_name)}
        for page in _pages.get("tenancy", [])
    ]
    return [{"title": "", "separator": False, "items": items}]


def _initial(text: str) -> str:
    """With a capital first letter; the others stay (API keys)."""
    return text[:1].upper() + text[1:]


def _items(request: Any, app_label: str) -> list[dict[str, Any]]:
    items = _lists(request, app_label)
    for page in _pages.get(app_label, []):
        if not page.open_to(request.user, app_label):
            continue
        try:
            link = reverse(page.url_name)
        except NoReverseMatch:
            continue
        items.append({"title": page.title, "icon": page.icon, "link": link, "page": True})
    return items


def _lists(request: Any, app_label: str) -> list[dict[str, Any]]:
    from apps.core.admin.site import admin_site

    access = access_of(request.user)
    items: list[dict[str, Any]] = []
    if not access.has_module(app_label):
        return items
    for model, model_admin in admin_site._registry.items():
        meta = model._meta
        if meta.app_label != app_label or getattr(model_admin, "hidden_in_menu", False):
            continue
        if access.has(f"{app_label}.view_{meta.model_name}"):
            items += _list_items(request, model_admin)
    return sorted(items, key=lambda item: item["order"])


def _list_items(request: Any, model_admin: Any) -> list[dict[str, Any]]:
    """The entry of a list, and right below it those of its looks; one of them is where the person is."""
    meta = model_admin.model._meta
    link = reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
    title, order = _initial(str(meta.verbose_name_plural)), getattr(model_admin, "menu_order", 100)
    own = {
        "title": title,
        "icon": getattr(model_admin, "icon", "list"),
        "link": link,
        "order": (order, title, 0),
    }
    looks = getattr(model_admin, "looks", ())
    if not looks:
        return [own]
    path = getattr(request, "path", "")
    here = look_asked(model_admin, request.GET) if path == link else look_left(model_admin, request)
    inside = path.startswith(link)
    found = [{**own, "active": inside and here is None}]
    for number, look in enumerate(looks, 1):
        found.append(
            {
                "title": look.title,
                "icon": look.icon,
                "link": f"{link}?{look_query(look)}",
                "order": (order, title, number),
                "active": inside and here == look,
                "page": True,
            }
        )
    return found
