"""Commands of the palette (Ctrl+K): open each list, and create where the user may."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from apps.core.access import access_of
from apps.core.admin.menu import navigation


def palette_commands(request: Any) -> list[dict[str, Any]]:
    """[{label, keywords, url}] of what this user may open or create; empty for a visitor."""
    from apps.core.admin.site import admin_site

    access = access_of(request.user)
    if not getattr(request.user, "is_staff", False):
        return []
    lists, creates = [], []
    for model, model_admin in admin_site._registry.items():
        meta = model._meta
        if getattr(model_admin, "hidden_in_menu", False) or not access.has(
            f"{meta.app_label}.view_{meta.model_name}"
        ):
            continue
        name = f"admin:{meta.app_label}_{meta.model_name}"
        words = f"{meta.app_label} {meta.verbose_name}"
        title = str(meta.verbose_name_plural).capitalize()
        lists.append({"label": title, "keywords": words, "url": reverse(f"{name}_changelist")})
        if model_admin.has_add_permission(request):
            label = _("New %(name)s") % {"name": meta.verbose_name}
            creates.append({"label": label, "keywords": f"create {words}", "url": reverse(f"{name}_add")})
    return creates + lists + _pages(request)


def _pages(request: Any) -> list[dict[str, Any]]:
    """Reports and other pages of the menu."""
    return [
        {"label": str(item["title"]), "keywords": str(group["title"]), "url": item["link"]}
        for group in navigation(request)
        if group.get("app")
        for item in group["items"]
        if item.get("page")
    ]
