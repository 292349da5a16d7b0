"""How often one person of a customer may write to us."""

from __future__ import annotations

from typing import Any

from apps.core.api.throttling import Throttle


class ActThrottle(Throttle):
    """Comments and answers of one person: enough for a person, too little to flood us."""

    scope = "portal_act"
    rate = "20/min"

    def get_cache_key(self, request: Any, view: Any) -> str | None:
        return f"throttle_portal_{request.user.pk}"
