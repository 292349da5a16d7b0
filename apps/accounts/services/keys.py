"""Personal API keys: made (shown once), found, used, revoked."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from typing import Any

from django.core.cache import cache
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from apps.accounts.choices import AccessEvent
from apps.accounts.models import ApiKey, User
from apps.accounts.selectors import is_stand_in
from apps.accounts.services.access_log import access_log_write
from apps.core.access import Access
from apps.core.address import client_address
from apps.core.errors import ErrorList, NotAllowed, NotFound
from apps.core.permissions import all_permissions
from apps.core.tenant import current_schema

START = "bahi_"
EVERYTHING, READ = "*", "read"
MAX_DAYS, MAX_OPEN, MAX_PER_MINUTE = 366, 20, 6000
USED_SECONDS = 60


def _hash(text: str) -> str:
    """Bound to the organisation; the key itself has 256 random bits, so a plain hash is enough."""
    return hashlib.sha256(f"{current_schema()}:key:{text}".encode()).hexdigest()


def key_make(
    *, user: User, name: str, scopes: Sequence[str], days: int, per_minute: int = 600, request: Any = None
) -> tuple[ApiKey, str]:
    """(the key's row, its text, which is never shown again). Raises InvalidInput naming the field, NotAllowed
    for the operator's stand-in: a key would outlast his visit."""
    if is_stand_in(user):
        raise NotAllowed(_("The operator may not do this."))
    errors = ErrorList()
    if not name.strip():
        errors.add("name", _("This field is required."), "required")
    unknown = [scope for scope in scopes if not scope_known(scope)]
    if unknown:
        errors.add("scopes", _("“%(s)s” is not a scope.") % {"s": unknown[0][:80]})
    elif not scopes:
        errors.add("scopes", _("Choose at least one scope."), "required")
    if not 1 <= days <= MAX_DAYS:
        errors.add("days", _("Between 1 and %(n)d days.") % {"n": MAX_DAYS})
    if not 1 <= per_minute <= MAX_PER_MINUTE:
        errors.add("per_minute", _("Between 1 and %(n)d calls a minute.") % {"n": MAX_PER_MINUTE})
    if keys_open(user).count() >= MAX_OPEN:
        errors.add("", _("At most %(n)d keys: revoke one first.") % {"n": MAX_OPEN}, "too_many")
    errors.raise_if_any()
    prefix = secrets.token_hex(5)
    text = f"{START}{prefix}_{secrets.token_urlsafe(32)}"
    row = ApiKey.objects.create(
        user=user,
        name=name.strip()[:80],
        prefix=prefix,
        key_hash=_hash(text),
        scopes=sorted(set(scopes)),
        per_minute=per_minute,
        expires_at=timezone.now() + timedelta(days=days),
    )
    detail = {"key": row.prefix, "name": row.name, "scopes": row.scopes}
    access_log_write(AccessEvent.KEY_MADE, request=request, user=user, detail=detail)
    return row, text


def keys_open(user: User) -> Any:
    """The person's keys that still work."""
    return ApiKey.objects.filter(user=user, revoked_at=None, expires_at__gt=timezone.now())


def key_revoke(key: ApiKey, *, by: Any, request: Any = None) -> ApiKey:
    """End a key at once. Repeated: nothing."""
    if key.revoked_at is None:
        key.revoked_at = timezone.now()
        key.save(update_fields=["revoked_at"])
        detail = {"key": key.prefix, "name": key.name, "user": key.user_id}
        access_log_write(AccessEvent.KEY_REVOKED, request=request, user=by, detail=detail)
    return key


def key_find(text: str) -> ApiKey | None:
    """The key with this text if it is good and its user may sign in."""
    start, _bar, rest = text.removeprefix(START).partition("_")
    if not text.startswith(START) or not rest or len(text) > 200:
        return None
    key = ApiKey.objects.select_related("user").filter(prefix=start).first()
    if key is None or not constant_time_compare(key.key_hash, _hash(text)):
        return None
    over = key.revoked_at is not None or key.expires_at <= timezone.now()
    gone = not key.user.is_active or key.user.deleted_at is not None or is_stand_in(key.user)
    return None if over or gone else key


def key_seen(key: ApiKey, request: Any) -> None:
    """Note the use, once a minute."""
    if cache.add(f"key-seen:{key.pk}", 1, USED_SECONDS):
        ApiKey.objects.filter(pk=key.pk).untracked_update(
            last_used_at=timezone.now(), last_address=client_address(request)
        )


def own_key(user: User, pk: int) -> ApiKey:
    """One of the person's keys. Raises NotFound."""
    key = ApiKey.objects.filter(user=user, pk=pk).first()
    if key is None:
        raise NotFound(_("Not found."))
    return key


# --- scopes ---------------------------------------------------------------------------------------


def scope_known(scope: str) -> bool:
    """``*``, ``read``, ``sales.*`` or the code of a permission."""
    if scope in (EVERYTHING, READ):
        return True
    return scope in _codes() or any(f"{code.split('.', 1)[0]}.*" == scope for code in _codes())


@lru_cache(maxsize=1)
def _codes() -> frozenset[str]:
    return frozenset(all_permissions())


@lru_cache(maxsize=1)
def _reading() -> frozenset[str]:
    return frozenset(code for code in _codes() if code.split(".", 1)[1].startswith("view_"))


def scopes_only_read(scopes: Iterable[str]) -> bool:
    """Whether a key with these scopes was made to look only."""
    return all(scope == READ or scope in _reading() for scope in scopes)


def access_within(access: Access, scopes: Iterable[str]) -> Access:
    """What remains of a person's access for a key: never more than he holds, never more than the scopes
    say.
    """
    wanted = frozenset(scopes)
    if EVERYTHING in wanted:
        return access
    if READ in wanted:
        wanted = (wanted - {READ}) | _reading()
    roles = tuple(replace(role, permissions=_both(role.permissions, wanted)) for role in access.roles)
    return replace(access, permissions=_both(access.permissions, wanted), roles=roles, _levels={})


def _both(held: frozenset[str], wanted: frozenset[str]) -> frozenset[str]:
    """Codes and patterns that both sets cover."""
    return frozenset(one for one in held if _covered(one, wanted)) | frozenset(
        one for one in wanted if _covered(one, held)
    )


def _covered(code: str, patterns: frozenset[str]) -> bool:
    return code in patterns or EVERYTHING in patterns or f"{code.split('.', 1)[0]}.*" in patterns
