"""What accounts announces about people of customers and vendors, inside the transaction of its cause."""

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
