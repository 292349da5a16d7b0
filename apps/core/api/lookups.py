"""How a record is found by typing: what forms, filters of lists and reports hand to the browser's look-up."""

from __future__ import annotations

from typing import Any

LABEL_FIELDS = ("display_name", "name", "trade_name", "number", "label", "code")


def lookup_of(view: Any, query: str = "") -> dict[str, Any]:
    """The look-up through an API resource, as docs/frontend.md describes it; ``query`` narrows it."""
    return {
        "url": f"/api/v1/{view.path}/" + (f"?{query}" if query else ""),
        "label": next((name for name in LABEL_FIELDS if name in view.fields), "id"),
        "sub": [name for name in view.lookup_sub if name in view.fields],
        "code": "code" if "code" in view.fields else "number",
    }
