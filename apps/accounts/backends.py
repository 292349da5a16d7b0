"""Sign-in by e-mail; rights by roles."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import BaseBackend

from apps.accounts.models import User
from apps.accounts.selectors import user_read


class RoleBackend(BaseBackend):
    def authenticate(
        self, request: Any, username: str | None = None, password: str | None = None, **_: Any
    ) -> Any:
        """The active user with this e-mail and password. Costs the same time for an unknown e-mail."""
        email = (username or "").strip().lower()
        if not email or password is None:
            return None
        user = User.objects.filter(email=email).first()
        if user is None:
            User().set_password(password)
            return None
        return user if user.check_password(password) and self.user_can_authenticate(user) else None

    @staticmethod
    def user_can_authenticate(user: User) -> bool:
        return user.is_active and user.deleted_at is None

    def get_user(self, user_id: int) -> User | None:
        """The user of a session. A switched-off user's session ends at once."""
        user = user_read(user_id)
        return user if user and self.user_can_authenticate(user) else None

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        return user_obj.is_active and user_obj.access.has(perm)
