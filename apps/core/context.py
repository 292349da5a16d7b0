"""What the frame of every page needs: organisation, companies, commands."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from apps.core.admin.commands import palette_commands
from apps.core.formats import date_format_key, number_format_key
from apps.core.tenant import current_organisation, is_public
from apps.core.working import company_choices


def _palette(request: Any) -> list[dict[str, Any]]:
    """The commands, worked out once for a page however many templates it is made of."""
    if not hasattr(request, "bahi_palette"):
        request.bahi_palette = palette_commands(request)
    return request.bahi_palette


def shell(request: HttpRequest) -> dict[str, Any]:
    """Template variables of the page frame; no organisation on the public host."""
    organisation = None if is_public() else current_organisation()
    signed_in = organisation is not None and getattr(request, "user", None) is not None
    return {
        "organisation": organisation,
        "formats": {
            "numbers": number_format_key(),
            "dates": date_format_key(),
            "zone": timezone.get_current_timezone_name(),
        },
        "request_id": getattr(request, "request_id", ""),
        "company_choices": lambda: company_choices(request.user) if signed_in else [],
        "palette_commands": lambda: _palette(request) if signed_in else [],
    }
