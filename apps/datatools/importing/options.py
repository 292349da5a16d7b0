"""Options of an import that targets share, read and checked."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from apps.company.models import Company
from apps.core.access import access_of
from apps.core.errors import InvalidInput


def company_option(options: dict[str, Any], by: Any) -> Company:
    """The company of an import: named by its code, or the only one that the user may see.

    Raises InvalidInput naming ``options.company``.
    """
    code = str(options.get("company") or "").strip()
    rows = Company.objects.filter(deleted_at=None).select_related("currency")
    limit = access_of(by).company_ids
    if limit is not None:
        rows = rows.filter(pk__in=limit)
    found = list(rows.filter(code__iexact=code) if code else rows[:2])
    if len(found) != 1:
        text = _("There is no company %(c)s.") % {"c": code} if code else _("Say which company.")
        raise InvalidInput(text, field="options.company")
    return found[0]
