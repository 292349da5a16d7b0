"""What an organisation decides about the platform."""

from __future__ import annotations

from django.utils.translation import gettext as _

from apps.accounts.choices import AccessEvent
from apps.accounts.services.access_log import access_log_write
from apps.core.errors import InvalidInput
from apps.core.platform_log import platform_log
from apps.platform.choices import OverrideState
from apps.platform.models import Override
from apps.platform.services.override import override_end
from apps.tenancy.choices import OperatorAccess
from apps.tenancy.hosts import forget_hosts
from apps.tenancy.models import Organisation


def operator_access_set(organisation: Organisation, access: str) -> None:
    """Whether operators may enter. Forbidding it ends the visit that is going on. Raises InvalidInput."""
    if access not in OperatorAccess.values:
        raise InvalidInput(_("Please choose one."), field="access")
    organisation.operator_access = access
    organisation.save(update_fields=["operator_access", "updated_at"])
    access_log_write(AccessEvent.OPERATOR, detail={"action": "access", "access": access})
    platform_log("operator_access", organisation=organisation, access=access)
    forget_hosts()
    if access == OperatorAccess.FORBID:
        for visit in Override.objects.filter(
            organisation=organisation,
            state__in=(OverrideState.OPEN, OverrideState.GRANTED, OverrideState.ASKED),
        ):
            override_end(visit, why="forbidden")
