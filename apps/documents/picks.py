"""What a customer picks of an offer on a page: one of each group of alternatives, and optional lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from apps.core.keys import key_read


@dataclass(frozen=True)
class Picks:
    """Ids of lines as they were sent, None for what is no id. ``options`` None: there was nothing to tick."""

    chosen: tuple[int | None, ...] = ()
    options: tuple[int | None, ...] | None = None


def picks_read(posted: Any) -> Picks:
    """From a form with radio buttons ``chosen-…``, one name for each group, and ticks ``option``; the hidden
    field ``options`` tells no tick from no question. Ids are not checked: whoever uses them knows the offer.
    """
    chosen = tuple(key_read(posted[name]) for name in posted if name.startswith("chosen-"))
    options = tuple(key_read(text) for text in posted.getlist("option"))
    return Picks(chosen, options if "options" in posted else None)
