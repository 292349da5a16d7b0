"""What the portal announces to itself, for after the commit."""

from __future__ import annotations

from dataclasses import dataclass

from apps.core.events import Event


@dataclass(frozen=True)
class PortalNews(Event):
    """A transition of which the people of a document's firm are told."""

    name = "portal.news"
    kind: str
    record_id: int
    verb: str
