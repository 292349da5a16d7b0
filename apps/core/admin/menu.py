"""Side navigation: modules that this user may use, each with its registered lists."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from operator import attrgetter
from typing import Any
from urllib.parse import urlsplit

from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language
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
    """Groups with items; nothing that the user may not open.

    Worked out once for a request; each caller gets its own copy, to put on it what he needs.
    """
    if not hasattr(request, "bahi_navigation"):
        request.bahi_navigation = _groups(request)
    return [{**group, "items": [dict(item) for item in group["items"]]} for group in request.bahi_navigation]


def sidebar(request: Any, index: str) -> list[dict[str, Any]]:
    """The navigation with what is open marked in it: pages below an address belong to it, save ``index``; of
    two entries of a group of which one lies below the other, the nearer one."""
    groups, path = navigation(request), request.path
    for group in groups:
        links = [urlsplit(item["link"]).path for item in group["items"]]
        inside = [link for link in links if path == link or (link != index and path.startswith(link))]
        nearest = max(inside, key=len, default=None)
        for item, link in zip(group["items"], links, strict=True):
            item.setdefault("active", link == nearest)
        group["active"] = any(item["active"] for item in group["items"])
    return groups


class Sidebar:
    """Mixin of the admin sites, before the theme's: it would copy and look through the whole menu again."""

    name: str

    def get_sidebar_list(self, request: Any) -> list[dict[str, Any]]:
        return sidebar(request, reverse(f"{self.name}:index"))


def _groups(request: Any) -> list[dict[str, Any]]:
    if is_public():
        return _platform_navigation()
    groups = _favourites(request)
    for module in _modules(get_language()):
        items = _items(request, module.app)
        if items:
            groups.append(
                {
                    "title": module.title,
                    "app": module.app,
                    "separator": False,
                    "collapsible": True,
                    "items": items,
                }
            )
    return groups


def _favourites(request: Any) -> list[dict[str, Any]]:
    """The pages that the user pinned, as the first group. The page itself refuses who may not see it."""
    pinned = getattr(request.user, "favourites", None) or []
    items = [{"title": item["title"], "icon": "star", "link": item["path"]} for item in pinned]
    return [{"title": _("Pinned"), "separator": False, "items": items}] if items else []


def _platform_navigation() -> list[dict[str, Any]]:
    """The platform's own site: the pages that ``tenancy`` registered."""
    items = [
        {"title": page.title, "icon": page.icon, "link": reverse(page.url_name)}
        for page in _pages.get("tenancy", [])
    ]
    return [{"title": "", "separator": False, "items": items}]


# --- the same for everybody who reads one language; nothing is registered after start-up ------------------


@dataclass(frozen=True)
class _Group:
    """A module of the menu: the app behind it."""

    app: str
    title: str


@dataclass(frozen=True)
class ListEntry:
    """A list of the back office: what it is called, its address, and whoever it is for."""

    model_admin: Any
    permission: str
    title: str
    link: str

    @property
    def order(self) -> tuple[int, str]:
        return (getattr(self.model_admin, "menu_order", 100), self.title)


@lru_cache(maxsize=16)
def _modules(_language: str | None) -> tuple[_Group, ...]:
    by_app = {config.declares: config.label for config in bahi_apps()}
    return tuple(_Group(by_app[module], str(module.title)) for module in all_modules())


@lru_cache(maxsize=16)
def list_entries(_language: str | None) -> dict[str, tuple[ListEntry, ...]]:
    """The lists of each app that the menu shows, in its order."""
    from apps.core.admin.site import admin_site

    found: dict[str, list[ListEntry]] = {}
    for model, model_admin in admin_site._registry.items():
        if getattr(model_admin, "hidden_in_menu", False):
            continue
        meta = model._meta
        link = reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
        permission = f"{meta.app_label}.view_{meta.model_name}"
        title = _initial(str(meta.verbose_name_plural))
        found.setdefault(meta.app_label, []).append(ListEntry(model_admin, permission, title, link))
    return {app: tuple(sorted(entries, key=attrgetter("order"))) for app, entries in found.items()}


@cache
def _address(url_name: str) -> str:
    """The address of a page of the menu; empty without the app that has it."""
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return ""


def _initial(text: str) -> str:
    """With a capital first letter; the others stay (API keys)."""
    return text[:1].upper() + text[1:]


def _items(request: Any, app_label: str) -> list[dict[str, Any]]:
    items = _lists(request, app_label)
    for page in _pages.get(app_label, []):
        if page.open_to(request.user, app_label) and (link := _address(page.url_name)):
            items.append({"title": page.title, "icon": page.icon, "link": link, "page": True})
    return items


def _lists(request: Any, app_label: str) -> list[dict[str, Any]]:
    access = access_of(request.user)
    if not access.has_module(app_label):
        return []
    entries = list_entries(get_language()).get(app_label, ())
    return [item for entry in entries if access.has(entry.permission) for item in _list_items(request, entry)]


def _list_items(request: Any, entry: ListEntry) -> list[dict[str, Any]]:
    """The entry of a list, and right below it those of its looks; one of them is where the person is."""
    model_admin, link = entry.model_admin, entry.link
    own = {"title": entry.title, "icon": getattr(model_admin, "icon", "list"), "link": link}
    looks = getattr(model_admin, "looks", ())
    if not looks:
        return [own]
    path = getattr(request, "path", "")
    here = look_asked(model_admin, request.GET) if path == link else look_left(model_admin, request)
    inside = path.startswith(link)
    parts = [
        {
            "title": look.title,
            "icon": look.icon,
            "link": f"{link}?{look_query(look)}",
            "active": inside and here == look,
            "page": True,
        }
        for look in looks
    ]
    return [{**own, "active": inside and here is None}, *parts]
