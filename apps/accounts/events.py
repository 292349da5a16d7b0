"""What accounts announces about people, inside the transaction of its cause."""

from __future__ import annotations

from dataclasses import dataclass

from apps.core.events import Event


@dataclass(frozen=True)
class PortalInvitationAccepted(Event):
    name = "portal.invitation_accepted"
    user_id: int


@dataclass(frozen=True)
class PortalSignedIn(Event):
    name = "portal.signed_in"
    user_id: int
    how: str


@dataclass(frozen=True)
class GrantGiven(Event):
    """A single record was opened to a person."""

    name = "access.grant_given"
    kind: str
    record_id: int
    user_id: int
    by_id: int | None
