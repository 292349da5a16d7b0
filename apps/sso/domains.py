"""E-mail domains as people type them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.utils.translation import gettext as _

from apps.core.errors import ErrorList

_DOMAIN = re.compile(r"^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$")


def domains_clean(given: Iterable[str], *, field: str, required: bool = False) -> list[str]:
    """In small letters, sorted, each once, without ``@``. Raises InvalidInput naming ``field``."""
    found = {str(item).strip().lower().removeprefix("@") for item in given} - {""}
    errors = ErrorList()
    for domain in sorted(found):
        if not _DOMAIN.fullmatch(domain):
            errors.add(field, _("This is no domain: %(d)s.") % {"d": domain[:80]})
    if required and not found:
        errors.add(field, _("Name at least one domain."), "required")
    errors.raise_if_any()
    return sorted(found)
