"""What messaging announces."""

from __future__ import annotations

from dataclasses import dataclass

from apps.core.events import Event


@dataclass(frozen=True)
class OwnerToBeTold(Event):
    """Somebody else moved a person's document on: tell its owner, after commit."""

    name = "owner.to_be_told"
    kind: str
    record_id: int
    verb: str
    owner_id: int
    by_id: int


@dataclass(frozen=True)
class DocumentMailed(Event):
    """A mail about a record was entered. Announced inside the transaction only."""

    name = "document.mailed"
    addresses: tuple[str, ...]
    target_kind: str
    target_id: int
