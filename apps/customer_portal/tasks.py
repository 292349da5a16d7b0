"""Jobs of the customer portal."""

from __future__ import annotations

from datetime import time

from apps.core.uow import run_in_unit_of_work
from apps.customer_portal.services.requests import requests_clean
from apps.runtime.services.schedule import scheduled


@scheduled(at=time(2, 40))
def clean_portal_requests() -> int:
    """Forget registrations whose address nobody proved, and decided ones past their keeping."""
    return run_in_unit_of_work(requests_clean)
