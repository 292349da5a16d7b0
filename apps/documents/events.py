"""What documents announce."""

from __future__ import annotations

from dataclasses import dataclass

from apps.core.events import Event


@dataclass(frozen=True)
class DocumentMoved(Event):
    """A transition ran: of whichever document, by whom (None: the system), from state to state."""

    name = "document.moved"
    kind: str
    record_id: int
    verb: str
    by_id: int | None
    owner_id: int | None
    from_state: str
    to_state: str


@dataclass(frozen=True)
class DocumentAssigned(Event):
    """A document got another responsible person."""

    name = "document.assigned"
    kind: str
    record_id: int
    owner_id: int
    by_id: int | None


@dataclass(frozen=True)
class CommentAdded(Event):
    """Somebody wrote a comment; ``mentioned`` are users who may see the record."""

    name = "comment.added"
    kind: str
    record_id: int
    comment_id: int
    by_id: int
    mentioned: tuple[int, ...]
    public: bool = False
