"""Which company bills a party: set by its first confirmed order or posted document, released by an
administrator only."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from apps.core.access import may
from apps.core.errors import InvalidInput, NotAllowed, Refused
from apps.core.locks import lock_row
from apps.core.scope import record_open_or_refuse
from apps.documents.services.timeline import timeline_add
from apps.parties.models import Party


def billing_company_release(*, party: Party, reason: str, by: Any) -> Party:
    """Untie a party from the company that bills it, so that another one may; the reason goes to its history.

    Raises NotAllowed without ``company.release_lock`` or to whom the party was only shown, InvalidInput
    without a reason, Refused when the party is free already.
    """
    if by is not None and not may(by, "company.release_lock"):
        raise NotAllowed(_("You are not allowed to release the billing company."))
    if not reason.strip():
        raise InvalidInput(_("Please give a reason."), field="reason", code="required")
    row = lock_row(Party, party.pk)
    record_open_or_refuse(row, by)
    if row.billing_company_id is None:
        raise Refused(
            _("No company bills this party yet."), code="invalid_transition", field="billing_company"
        )
    company = row.billing_company
    row.billing_company = None
    row.version += 1
    row._change_reason = reason.strip()[:100]
    row.save()
    timeline_add(
        row,
        "billing_company_released",
        text=_("Released from %(company)s: %(reason)s") % {"company": company, "reason": reason.strip()},
    )
    return row
