"""Ten codes for the day the phone is lost: shown once, kept hashed, each good once."""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.utils import timezone

from apps.accounts.choices import AccessEvent
from apps.accounts.models import BackupCode, User
from apps.accounts.services.access_log import access_log_write
from apps.accounts.services.sessions import session_second_factor
from apps.core.locks import lock_row

COUNT, PREFIX, REST = 10, 3, 8
LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # none that look alike


def backup_codes_make(user: User, *, request: Any = None) -> list[str]:
    """Ten new codes (``ABC-DEFG-HJKM``); the earlier ones end."""
    codes: dict[str, str] = {}
    while len(codes) < COUNT:
        codes[_random(PREFIX)] = _random(REST)
    rows = [
        BackupCode(user=user, prefix=prefix, code_hash=make_password(rest)) for prefix, rest in codes.items()
    ]
    with transaction.atomic():
        BackupCode.objects.filter(user=user).delete()
        BackupCode.objects.bulk_create(rows)
    access_log_write(AccessEvent.BACKUP_CODES_MADE, request=request, user=user)
    return [f"{prefix}-{rest[:4]}-{rest[4:]}" for prefix, rest in codes.items()]


def factor_added(request: Any, method: str) -> list[str]:
    """The person has set up a factor in this sign-in, which may go on. The first one brings ten codes, shown
    this once; empty where he has some."""
    session_second_factor(request, method)
    return [] if backup_codes_left(request.user) else backup_codes_make(request.user, request=request)


def backup_codes_left(user: User) -> int:
    """How many codes are still good."""
    return BackupCode.objects.filter(user=user, used_at=None).count()


def backup_code_use(user: User, code: str, *, request: Any = None) -> bool:
    """Whether the code is good; it is spent then. Must run in a transaction."""
    plain = "".join(letter for letter in code.upper() if letter.isalnum())
    found = BackupCode.objects.filter(user=user, prefix=plain[:PREFIX], used_at=None).first()
    row = lock_row(BackupCode, found.pk) if found else None
    if row is None or row.used_at is not None or not check_password(plain[PREFIX:], row.code_hash):
        return False
    row.used_at = timezone.now()
    row.save(update_fields=["used_at"])
    detail = {"left": backup_codes_left(user)}
    access_log_write(AccessEvent.BACKUP_CODE_USED, request=request, user=user, detail=detail)
    return True


def _random(length: int) -> str:
    return "".join(secrets.choice(LETTERS) for _place in range(length))
