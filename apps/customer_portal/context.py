"""What the frame of every page needs for people of customers: their menu and whom to ask."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from apps.core.errors import NotFound
from apps.core.tenant import is_public, switch_on
from apps.customer_portal.pages.common import menu_of
from apps.customer_portal.selectors import visit_of
from apps.customer_portal.services.requests import registration_is_open


def portal_shell(request: HttpRequest) -> dict[str, Any]:
    """Lazy: pages of the back office ask nothing of it."""
    return {
        "portal_frame": SimpleLazyObject(lambda: _frame(request)),
        "portal_join": SimpleLazyObject(_join),
    }


def _frame(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    if is_public() or user is None or not getattr(user, "is_portal", False):
        return {}
    visit = getattr(request, "bahi_visit", None)
    try:
        visit = visit or visit_of(user)
    except NotFound:
        return {"menu": []}
    return {
        "menu": menu_of(visit),
        "support_email": visit.support_email,
        "support_phone": visit.support_phone,
        "party": visit.party,
    }


def _join() -> bool:
    return not is_public() and switch_on("customer_portal") and registration_is_open()
