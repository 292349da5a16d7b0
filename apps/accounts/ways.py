"""Ways to sign in besides password and passkey; an app above (``sso``) gives them, this app only asks.

On the platform's own host there are none: operators sign in with password and second factor.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from apps.accounts.models import SignInSession, User
from apps.core.errors import BahiError
from apps.core.tenant import is_public

VIA = "bahi_via"  # in the session, between the other way's proof and the end of the sign-in: {user, ref}


@dataclass(frozen=True)
class Button:
    """What the sign-in page offers."""

    name: str
    url: str


class OtherWay:
    """What the app above may answer; each does nothing by itself."""

    def buttons(self, page: str) -> list[Button]:
        """For the sign-in page; ``page``: where to go afterwards."""
        return []

    def is_for_all(self) -> bool:
        """Whether everybody has to come this way, so that the page shows the password last."""
        return False

    def local_refuse(self, user: User) -> None:
        """Raise where this person may not come in by password, passkey or link."""

    def factor_required(self, user: User) -> bool:
        """Whether this person must have a second factor, whatever the sign-in rules say."""
        return False

    def started(self, session: SignInSession, ref: int) -> None:
        """A browser came in by this way; ``ref`` is what the way kept in the session under ``VIA``."""

    def sign_out_page(self, session: SignInSession) -> str:
        """Where a browser goes after signing out, when it isn't the sign-in page."""
        return ""

    def confirm_page(self, session: SignInSession, page: str) -> str:
        """Where a person of this way proves himself again; empty: by our own means."""
        return ""

    def rights_changed(self) -> None:
        """Raise where a change of rights just made would leave nobody who can come in without this way."""


_way: list[OtherWay] = [OtherWay()]
_NONE = OtherWay()


def register_way(way: OtherWay) -> None:
    _way[:] = [way]


def other_way() -> OtherWay:
    return _NONE if is_public() else _way[0]


def local_allowed(user: User) -> bool:
    """Whether this person may come in by password, passkey or link."""
    try:
        other_way().local_refuse(user)
    except BahiError:
        return False
    return True


def sign_in_choices(page: str) -> dict[str, Any]:
    """What the sign-in page needs besides its form: buttons, and whether the password comes last."""
    way = other_way()
    buttons = way.buttons(page)
    return {"ways": buttons, "password_last": bool(buttons) and way.is_for_all()}


def came_by_other_way(request: Any, user: User) -> bool:
    """Whether this very person has just been vouched for in this browser."""
    return request.session.get(VIA, {}).get("user") == user.pk
