"""The door of the portal: people of customers and vendors come to their own addresses, to no others.

Whatever an address checks by itself, this is asked before it: of pages and sessions by the middleware, of API
tokens and keys where they are read. An address that nobody opened to them (``core.surfaces``) is closed.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.permissions import SAFE_METHODS

from apps.core.surfaces import access_of_address


def door_open(user: Any, match: Any, method: str) -> bool:
    """Whether this person may come to the resolved address at all."""
    if not getattr(user, "is_portal", False):
        return True
    if match is None:
        return False
    declared = access_of_address(match.url_name, match.func, method.lower())
    return declared is not None and declared.portal


def door_or_refuse(user: Any, request: Any) -> None:
    """The same for a request of the API that brought a token or key. Raises PermissionDenied."""
    plain = request._request
    if not door_open(user, plain.resolver_match, plain.method or "get"):
        raise exceptions.PermissionDenied(_("This is not open to customers and vendors."))


def reading_or_refuse(request: Any) -> None:
    """For a key that only reads: what changes something is closed to it, also where no permission is asked
    for (a comment, a mark as read). Where one is, the key's rights decide. Raises PermissionDenied."""
    plain = request._request
    if plain.method in SAFE_METHODS:
        return
    match = plain.resolver_match
    declared = access_of_address(match.url_name, match.func, plain.method.lower()) if match else None
    if declared is None or declared.kind != "codes":
        raise exceptions.PermissionDenied(_("This key may only read."))


def home_of(user: Any, wanted: str) -> str:
    """Where a person goes after signing in: people of customers never to a page that is closed to them."""
    if not user.is_portal:
        return wanted
    inside = wanted.startswith((settings.PORTAL_HOME, "/accounts/"))
    return wanted if inside else settings.PORTAL_HOME
