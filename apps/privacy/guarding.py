"""How the pages of this app ask for a permission and, where it matters, for a fresh proof of the person."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from apps.accounts.second_step_views import confirmed_required
from apps.core.access import may
from apps.core.admin.site import admin_site


def guarded(view: Callable[..., HttpResponse], permission: str, *, proof: bool = False) -> Any:
    """A page of the back office for whoever holds ``permission``; ``proof``: he shows first that it is he."""
    proved = confirmed_required(view) if proof else view

    @wraps(view)
    def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not may(request.user, permission):
            raise PermissionDenied
        return proved(request, *args, **kwargs)

    wrapped = admin_site.admin_view(asked)
    wrapped.bahi_app = "privacy"
    return wrapped
