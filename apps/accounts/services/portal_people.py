"""Users of customers and vendors. Whose person somebody is, ``customer_portal`` knows."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from apps.accounts.choices import AccessEvent
from apps.accounts.models import Role, User
from apps.accounts.services.access_log import access_log_write
from apps.accounts.services.sessions import sessions_end_all
from apps.core.errors import InvalidInput
from apps.core.records import record_save
from apps.core.validation import clean_instance

ROLE = "customer_portal"


def portal_user_make(*, email: str, name: str, language: str = "en") -> User:
    """A person who can't sign in yet and holds the portal's role only; one who was ended comes back.

    He takes no place in the plan. Raises InvalidInput (``email``): no address, or one of somebody else here.
    """
    email = email.strip().lower()
    user = User.objects.filter(email=email).first()
    if user is not None and not (user.is_portal and not user.is_active):
        raise InvalidInput(_("This address can't be invited."), field="email", code="duplicate")
    user = user or User(email=email, is_portal=True, is_staff=False, language=language)
    user.name, user.is_active, user.deleted_at = name.strip()[:120] or email, True, None
    user.set_unusable_password()
    clean_instance(user)
    user.version += 0 if user.pk is None else 1
    user.save()
    user.roles.set(Role.objects.filter(code=ROLE))
    return user


def portal_user_end(user: User, *, by: Any) -> None:
    """Switch the person off: signed out everywhere at once, no link works any more."""
    saved: Any = record_save(user, values={"is_active": False}, version=user.version, by=by)
    sessions_end_all(saved, why="deactivated")
    access_log_write(AccessEvent.USER_DEACTIVATED, user=by, detail={"user": saved.email})
