"""Pages of the back office that ask for a permission and, where it matters, for a fresh proof."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from apps.accounts.second_step_views import confirmed_required
from apps.core.access import may
from apps.core.admin.site import admin_site


def guarded(view: Callable[..., HttpResponse], permission: str, *, app: str, proof: bool = False) -> Any:
    """A page of ``app`` for whoever holds ``permission``; ``proof``: he shows first that it is he.

    First the permission, then the proof: who may not do it isn't asked for his password.
    """
    proved = confirmed_required(view) if proof else view

    @wraps(view)
    def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not may(request.user, permission):
            raise PermissionDenied
        return proved(request, *args, **kwargs)

    wrapped = admin_site.admin_view(asked)
    wrapped.bahi_app = app
    return wrapped
