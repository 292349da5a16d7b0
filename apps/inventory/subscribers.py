"""What inventory does when a lower app announces something."""

from __future__ import annotations

from apps.company.services.companies import CompanyCreated
from apps.core.events import subscribe
from apps.inventory.services.places import places_seed


@subscribe(CompanyCreated)
def give_places(event: CompanyCreated) -> None:
    """A new company gets its warehouse and the places of the outside world."""
    places_seed(event.company)
