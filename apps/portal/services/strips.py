"""Keeping quick-create strips: a person's own, and the one that a role brings."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

from django.utils.translation import gettext as _

from apps.accounts.models import Role, User
from apps.core.errors import ErrorList
from apps.portal.models import RoleStrip
from apps.portal.models.strip import PLACES


def quick_create_choose(user: User, keys: list[str], *, choices: Container[str], by: Any) -> None:
    """Keep a person's own strip of ``choices``; without any he has again what his roles bring."""
    user.quick_create = _clean(keys, choices)
    user.save(update_fields=["quick_create"])


def role_strip_save(role: Role, keys: list[str], *, choices: Container[str], by: Any) -> RoleStrip | None:
    """Give a role its strip of ``choices`` (what the role lets create); without any it has none."""
    places = _clean(keys, choices)
    if not places:
        role_strip_remove(role, by=by)
        return None
    strip, _made = RoleStrip.objects.update_or_create(role=role, defaults={"places": places})
    return strip


def role_strip_remove(role: Role, *, by: Any) -> None:
    """The role brings no strip any more."""
    for strip in RoleStrip.objects.filter(role=role):
        strip.delete()


def _clean(keys: list[str], choices: Container[str]) -> list[str]:
    """Each entry once, empty places left out. Raises InvalidInput naming ``places`` or ``places.<n>``."""
    errors = ErrorList()
    for index, key in enumerate(keys):
        if key and key not in choices:
            errors.add(f"places.{index}", _("This can't be created: %(key)s.") % {"key": key[:60]}, "unknown")
    wanted = list(dict.fromkeys(key for key in keys if key))
    if len(wanted) > PLACES:
        errors.add("places", _("At most %(n)d entries.") % {"n": PLACES}, "too_many")
    errors.raise_if_any()
    return wanted
