"""A restored organisation brings back who could come in when the backup was made."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import ApiKey, SignInSession
from apps.accounts.selectors import users_active


def sign_ins_end() -> list[str]:
    """End every sign-in that came with the backup: browsers know none of them any more, and a refresh token
    that was given up since must not count again. Tells who can come in: some may have been switched off, some
    keys revoked, since."""
    now = timezone.now()
    SignInSession.objects.filter(ended_at=None).untracked_update(ended_at=now, ended_why="restored")
    keys = ApiKey.objects.filter(revoked_at=None, expires_at__gt=now, user__is_active=True).count()
    text = _("As when the backup was made, %(people)d people may sign in and %(keys)d API keys are good.")
    return [text % {"people": users_active(), "keys": keys}]
