"""Who is behind a socket. Plain functions on the database, called in a thread by the consumer."""

from __future__ import annotations

from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user
from django.db import connection
from django.http import HttpRequest
from rest_framework.exceptions import APIException
from rest_framework_simplejwt.exceptions import TokenError

from apps.accounts.authentication import TenantJWTAuthentication
from apps.accounts.services.sessions import MUST_ENROL, session_over
from apps.core.tenant import current_schema
from apps.messaging.services.notifications import (
    notification_data,
    notifications_missed,
    unread_counts,
)
from apps.tenancy.choices import OrganisationState
from apps.tenancy.hosts import host_reached
from apps.tenancy.models import Organisation
from apps.tenancy.services.maintenance import maintenance_of


@dataclass(frozen=True)
class Visitor:
    """A known person, and what he showed: a browser session or an access token."""

    user_id: int
    session_key: str = ""
    token: str = field(default="", repr=False)


def schema_of_host(host: str) -> str:
    """Schema of the organisation that this Host header opens; empty when none is served there."""
    name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
    try:
        found = host_reached(name.lower())
    finally:
        connection.set_schema_to_public()
    organisation = found.organisation
    if organisation is None or organisation.state != OrganisationState.ACTIVE or maintenance_of(organisation):
        return ""
    return organisation.schema_name


def visitor_of_cookie(header: str) -> Visitor | None:
    """The person whose session the Cookie header names, in the organisation in use."""
    key = _session_key(header)
    return visitor_of_session(key) if key else None


def _session_key(header: str) -> str:
    try:
        cookie = SimpleCookie(header).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        return ""
    return cookie.value if cookie is not None else ""


def visitor_of_session(key: str) -> Visitor | None:
    """Checks the session as the request middleware does: neither idle nor open for too long, password
    unchanged, user active, no second factor that is still missing.
    """
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(key)
    user: Any = get_user(request)
    if not user.is_authenticated or user.is_portal or request.session.get(MUST_ENROL):
        return None
    if session_over(request.session):
        return None  # a page left open asks for nothing, so nothing else would end it
    return Visitor(user.pk, session_key=key)


def visitor_of_token(raw: str) -> Visitor | None:
    """The person of an access token of the organisation in use."""
    check = TenantJWTAuthentication()
    try:
        token = check.get_validated_token(raw.encode())
        user = check.get_user(token)
    except (APIException, TokenError):
        return None
    return None if user.is_portal else Visitor(user.pk, token=raw)


def still_valid(visitor: Visitor) -> bool:
    """Whether this socket may stay open."""
    served = Organisation.objects.filter(schema_name=current_schema(), state=OrganisationState.ACTIVE).first()
    if served is None or maintenance_of(served):
        return False
    if visitor.session_key:
        return visitor_of_session(visitor.session_key) is not None
    return visitor_of_token(visitor.token) is not None


def unread_count(user_id: int) -> int:
    return unread_counts([user_id])[user_id]


def missed(user_id: int, since: str) -> tuple[list[dict[str, Any]], int]:
    """Notifications after a message id, and how many are unread."""
    unread = unread_count(user_id)
    rows = [
        {**notification_data(row), "unread_count": unread} for row in notifications_missed(user_id, since)
    ]
    return rows, unread
