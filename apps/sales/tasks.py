"""Jobs of sales."""

from __future__ import annotations

import logging
from datetime import time

from apps.company.selectors import company_today
from apps.core.errors import BahiError
from apps.core.uow import run_in_unit_of_work
from apps.documents.lifecycle import transition_run
from apps.runtime.services.schedule import scheduled
from apps.sales.models import Quotation
from apps.sales.selectors import quotations_due

logger = logging.getLogger(__name__)


@scheduled(at=time(0, 10))
def expire_quotations() -> int:
    """End every offer whose last day has passed, each on its own. Returns how many were ended."""
    ended = 0
    for pk in quotations_due(company_today()):
        try:
            run_in_unit_of_work(lambda pk=pk: transition_run(Quotation(pk=pk), "expire", by=None))  # type: ignore[misc]  # mypy infers no lambda with a default
        except BahiError as error:  # answered or revised in the same instant
            logger.info("quotation %s stays as it is: %s", pk, error)
        else:
            ended += 1
    return ended
