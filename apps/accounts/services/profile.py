"""What a person may change about himself without any permission."""

from __future__ import annotations

from typing import Any

from apps.accounts.models import User
from apps.core.locks import lock_row
from apps.core.tenant import is_public
from apps.core.validation import clean_instance

OWN_FIELDS = ("name", "phone", "language", "time_zone", "theme", "density", "quick_create", "favourites")


def profile_save(*, user: User, values: dict[str, Any]) -> User:
    """Change one's own name, phone, language, theme, density, strip and favourites. Raises InvalidInput."""
    row = lock_row(User, user.pk)
    given = [name for name in OWN_FIELDS if name in values]
    for name in given:
        setattr(row, name, values[name])
    clean_instance(row)
    row.version += 1
    if is_public():  # an operator's: he has no history there
        found = User.objects.filter(pk=row.pk)
        found.untracked_update(**{name: getattr(row, name) for name in (*given, "version")})
        return row
    row.save()
    return row
