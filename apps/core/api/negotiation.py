"""Which form an answer has: nearly every call takes JSON or anything, and a view of ours gives JSON alone."""

from __future__ import annotations

from typing import Any

from rest_framework.negotiation import DefaultContentNegotiation


class PlainNegotiation(DefaultContentNegotiation):
    """Weighs up what a client accepts only where there is something to weigh up."""

    def select_renderer(self, request: Any, renderers: Any, format_suffix: str | None = None) -> Any:
        accepted = request.META.get("HTTP_ACCEPT", "*/*")
        if len(renderers) == 1 and not format_suffix and accepted in ("*/*", renderers[0].media_type):
            return renderers[0], renderers[0].media_type
        return super().select_renderer(request, renderers, format_suffix)
