"""Passwords that others would try first: common ones in disguise, words of the organisation, known leaks.

All of it works offline. Django's list of 20,000 common passwords is built in; a list of leaked ones (SHA-1
hashes in rising order, one a line, a count after a colon allowed: the form in which such lists are given out)
may be laid beside it by ``BAHI_BREACHED_PASSWORDS``.
"""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from apps.core.tenant import current_organisation, is_public

DISGUISES = str.maketrans("@4301!$57", "aaeoiisst")
PRODUCT_WORDS = frozenset({"bahi", "erp", "admin", "administrator", "accounts", "welcome", "password"})
LEFT_AT_LEAST = 6  # characters that aren't a word of the organisation


@lru_cache(maxsize=1)
def _common() -> set[str]:
    return CommonPasswordValidator().passwords


class GuessablePasswordValidator:
    """In AUTH_PASSWORD_VALIDATORS. Raises ValidationError with a sentence that says what to do instead."""

    def validate(self, password: str, user: Any = None) -> None:
        if any(stem in _common() for stem in _stems(password)):
            text = _("This is a well-known password with a little added. Please choose another one.")
            raise ValidationError(text, code="password_too_common")
        if _rest_without_context(password) < LEFT_AT_LEAST:
            text = _("This is little more than the name of your organisation or of this program.")
            raise ValidationError(text, code="password_context")
        if settings.BREACHED_PASSWORDS_FILE and is_breached(password, Path(settings.BREACHED_PASSWORDS_FILE)):
            text = _("This password was in a leak: others will try it. Please choose another one.")
            raise ValidationError(text, code="password_breached")

    def get_help_text(self) -> str:
        return _("Well-known, leaked and easily guessed passwords are refused.")


def _stems(password: str) -> set[str]:
    """What remains of a password without what people add to a common one: capitals, figures, signs, twice."""
    found = set()
    for text in {password.lower(), password.lower().translate(DISGUISES)}:
        bare = re.sub(r"^[^a-z]+|[^a-z]+$", "", text)
        half = len(bare) // 2
        found |= {bare, bare[:half] if bare == bare[:half] * 2 else bare}
    bare_of_tail = re.sub(r"[^a-z]+$", "", password.lower()).translate(DISGUISES)
    return {stem for stem in found | {bare_of_tail} if len(stem) >= 4}


def _context_words() -> set[str]:
    name = "" if is_public() else f"{current_organisation().name} {current_organisation().slug}"
    return PRODUCT_WORDS | {word for word in re.split(r"\W+", name.lower()) if len(word) >= 3}


def _rest_without_context(password: str) -> int:
    rest = password.lower()
    for word in sorted(_context_words(), key=len, reverse=True):
        rest = rest.replace(word, "")
    return len(rest)


def is_breached(password: str, path: Path) -> bool:
    """Whether the file of hashes knows the password: a binary search, some thirty short reads."""
    wanted = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
    with path.open("rb") as file:
        low, high = 0, path.stat().st_size  # the line, if it is there, begins in [low, high)
        while low < high:
            middle = (low + high) // 2
            file.seek(max(middle - 1, 0))
            if middle:
                file.readline()  # on to the first line that begins at the middle or later
            start = file.tell()
            found = file.readline()[:40].upper()
            if start >= high or found > wanted:
                high = middle
            elif found < wanted:
                low = file.tell()
            else:
                return True
    return False
