"""Pages that a user keeps at the top of his menu."""

from __future__ import annotations

from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.errors import InvalidInput

MOST = 12


def favourite_toggle(user: User, path: str, title: str, *, by: User) -> bool:
    """Pin ``path`` (of this organisation, without query) or take it off; → pinned? At most twelve."""
    if len(path) > 200 or not path.startswith("/") or path.startswith("//"):
        raise InvalidInput(_("This is no page of ours."), field="path")
    try:
        resolve(path)
    except Resolver404 as error:
        raise InvalidInput(_("This is no page of ours."), field="path") from error
    kept = [item for item in user.favourites if item.get("path") != path]
    pinned = len(kept) == len(user.favourites)
    if pinned:
        if len(kept) >= MOST:
            raise InvalidInput(_("At most %(n)d pages can be pinned.") % {"n": MOST}, field="path")
        kept.append({"path": path, "title": title.strip()[:60] or path})
    user.favourites = kept
    user.save(update_fields=["favourites"])
    return pinned
