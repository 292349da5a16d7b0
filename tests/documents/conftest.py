from __future__ import annotations

from typing import Any

import pytest

from apps.parties.models import Party


@pytest.fixture
def party(db: None, administrator: Any) -> Party:
    return Party.objects.create(legal_name="Sharma Traders", display_name="Sharma", salesperson=administrator)


@pytest.fixture
def target(party: Party) -> str:
    return f"parties.party:{party.pk}"


@pytest.fixture
def deliver(db: None) -> Any:
    """Deliver the outbox as the worker does after commit."""
    from apps.runtime.services.outbox import outbox_deliver

    return outbox_deliver
