"""What one party is shown otherwise than the settings say."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from apps.core.errors import InvalidInput
from apps.core.records import record_save
from apps.core.scope import record_open_or_refuse
from apps.customer_portal.models import PortalFirm
from apps.customer_portal.settings import FEATURES


def firm_save(instance: PortalFirm, *, values: dict[str, Any], by: Any) -> Any:
    """Create or change an exception. Raises InvalidInput (``features``: one that doesn't exist); NotAllowed:
    ``by`` was only given to see the party."""
    parties = [values.get("party"), instance.party if instance.party_id else None]
    for party in parties if by is not None else ():
        if party is not None:
            record_open_or_refuse(party, by)
    known = [key for key, _label in FEATURES]
    asked = values.get("features", instance.features)
    unknown = sorted(set(asked) - set(known))
    if unknown:
        raise InvalidInput(
            _("There is no feature %(name)s.") % {"name": unknown[0][:40]}, field="features", code="unknown"
        )
    return record_save(instance, values={**values, "features": [k for k in known if k in asked]}, by=by)
