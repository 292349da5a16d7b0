"""What every page shows of the platform: the operator's banner, announcements, the look of sign-in pages."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from apps.core.tenant import current_organisation, is_public
from apps.platform.services.announcements import announcements_for
from apps.platform.services.look import look_now


def platform_shell(request: HttpRequest) -> dict[str, Any]:
    """Lazy, so that a template that shows none of it asks nothing."""
    return {
        "override": getattr(request, "override", None),
        "announcements": SimpleLazyObject(lambda: _announcements(request)),
        "sign_in_look": SimpleLazyObject(look_now),
    }


def _announcements(request: HttpRequest) -> list[Any]:
    user = getattr(request, "user", None)
    if is_public() or user is None or not user.is_authenticated:
        return []
    return announcements_for(current_organisation(), user)
