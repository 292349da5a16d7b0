"""Personal data of users, and what becomes of it."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.hashers import make_password
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.personal import (
    BLANK,
    EMAIL,
    EMPTY,
    NAME,
    SWEPT,
    Holding,
    Subject,
    register_erasure_guard,
    register_holding,
    register_subject,
)
from apps.core.scope import ScopedQuerySet

USER = "accounts.user"


def _switched_off() -> dict[str, Any]:
    return {
        "is_active": False,
        "is_staff": False,
        "deleted_at": timezone.now(),
        "password": make_password(None),
    }


def _staff_and_portal(user: Any) -> Any:
    """Users that this one may see, and the people of customers and vendors, whom other lists leave out."""
    from apps.accounts.models import User

    return ScopedQuerySet.for_user(User.objects.all(), user)


register_subject(
    Subject(
        USER,
        gettext_lazy("User"),
        names=("name",),
        emails=("email",),
        phones=("phone",),
        switch=_switched_off,
        visible=_staff_and_portal,
    )
)
register_holding(
    Holding(
        USER,
        USER,
        "pk",
        {"name": NAME, "email": EMAIL, "phone": BLANK, "favourites": EMPTY, "quick_create": EMPTY},
        ("password", "language", "theme", "density", "time_zone"),
    ),
    Holding(
        "accounts.accesslog",
        USER,
        "user_id",
        {"label": NAME, "address": BLANK, "agent": BLANK, "detail": SWEPT},
        ("event", "path"),
    ),
    Holding(
        "accounts.signinsession",
        USER,
        "user_id",
        {"address": BLANK, "agent": BLANK},
        (
            "session_kind", "session_key", "token_id", "provider", "second_factor", "ended_why",
        ),
        removed=True,
    ),
    Holding(
        "accounts.secondfactor",
        USER,
        "user_id",
        {"phone": BLANK, "label": BLANK},
        ("method", "secret", "host", "credential_id", "credential"),
        removed=True,
    ),
    Holding("accounts.backupcode", USER, "user_id", {}, ("prefix", "code_hash"), removed=True),
    Holding(
        "accounts.signinchallenge",
        USER,
        "user_id",
        {"phone": BLANK},
        ("purpose", "token_hash", "method", "code_hash", "state"),
        removed=True,
    ),
    Holding(
        "accounts.accesslink",
        USER,
        "user_id",
        {"new_email": BLANK},
        ("purpose", "token_hash"),
        removed=True,
    ),
    Holding(
        "accounts.apikey",
        USER,
        "user_id",
        {"name": BLANK, "last_address": BLANK},
        ("prefix", "key_hash", "scopes"),
        removed=True,
    ),
)  # fmt: skip


def _may_still_sign_in(pk: int) -> list[str]:
    """Erasing is not the way to throw somebody out: he is switched off first, on the page of users."""
    from apps.accounts.models import User

    if User.objects.filter(pk=pk, is_active=True).exists():
        return [_("The user is active: switch the user off first.")]
    return []


register_erasure_guard(USER, _may_still_sign_in)
