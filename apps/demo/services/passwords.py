"""Passwords of the demo's people."""

from __future__ import annotations

import secrets
import string

EACH = 6


def password_make() -> str:
    """A random password. Half of it are digits: as many random letters as a name has may happen to be its
    letters, and the rule against passwords like a name would then stop the whole load."""
    signs = [secrets.choice(string.ascii_letters) for _number in range(EACH)]
    signs += [secrets.choice(string.digits) for _number in range(EACH)]
    secrets.SystemRandom().shuffle(signs)
    return "".join(signs)
