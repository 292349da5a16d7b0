"""Tags of our pages."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.translation import get_language

register = template.Library()


@register.inclusion_tag("core/list_table.html")
def list_table(changelist: Any) -> dict[str, Any]:
    """The records of a list of the back office with their heads."""
    from unfold.templatetags import unfold_list  # loading the theme draws a box, which loads all tags

    from apps.core.admin.rows import rows_of

    headers = list(unfold_list.result_headers(changelist))
    return {
        "cl": changelist,
        "result_headers": headers,
        "num_sorted_fields": sum(1 for head in headers if head["sortable"] and head["sorted"]),
        "rows": rows_of(changelist),
    }


@register.simple_tag
def script_texts() -> str:
    """The texts of the scripts, once per page, before ``bahi/js/app.js``."""
    return _script_texts(get_language())


@lru_cache(maxsize=16)
def _script_texts(_language: str | None) -> str:
    """They hold nothing but translations: drawn once for a language."""
    return render_to_string("bahi/config.html")
