"""Corrections of the theme's list page, which works its column headers out again for every row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def apply_theme_patches() -> None:
    """Keep the headers of a list on its change list: they depend on nothing else."""
    from unfold.templatetags import unfold_list

    original = unfold_list.result_headers

    def result_headers(cl: Any) -> Iterator[dict[str, Any]]:
        kept = cl.__dict__.get("bahi_headers")
        if kept is None:
            kept = cl.bahi_headers = list(original(cl))
        return iter(kept)

    unfold_list.result_headers = result_headers
