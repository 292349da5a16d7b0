"""The platform's operators: who may come in here, and how one of them is ended or helped.

They are made by ``bin/manage create_operator`` alone, which writes as the owner: no page lets one in.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.accounts.services.factors import factors_reset
from apps.accounts.services.sessions import sessions_end_all
from apps.core.errors import Refused
from apps.core.locks import lock_found
from apps.core.platform_log import platform_log
from apps.core.tenant import public_context
from apps.platform.models import Override
from apps.platform.services.override import LIVE, override_end


def operators() -> Any:
    """Everybody who may or might sign in on the platform's own host."""
    return User.objects.filter(is_superuser=True, deleted_at=None)


def operator_end(operator: User, *, by: Any = None) -> None:
    """Switch an operator off: signed out everywhere and out of every organisation at once. Ended twice is
    ended once. Raises Refused for oneself and for the last one.
    """
    if by is not None and by.pk == operator.pk:
        raise Refused(_("Ask another operator: nobody switches himself off."), code="own_rights")
    with public_context(), transaction.atomic():
        active = lock_found(operators().filter(is_active=True))
        if operator.pk not in {row.pk for row in active}:
            return
        if len(active) == 1:
            raise Refused(_("Somebody has to be able to run the platform."), code="last_operator")
        User.objects.filter(pk=operator.pk).untracked_update(is_active=False)  # the log below tells it
        sessions_end_all(operator, why="deactivated")
        platform_log("operator_ended", operator=operator.email)
    for visit in Override.objects.filter(operator_id=operator.pk, state__in=LIVE):
        override_end(visit, why="operator", by=str(by or ""))


def operator_factors_reset(operator: User, *, by: Any = None) -> None:
    """Take the second factors off an operator who lost them, and sign him out everywhere: his password
    leads him to set up a new one. Raises Refused for oneself.
    """
    with public_context(), transaction.atomic():
        factors_reset(user=operator, by=by)
        platform_log("operator_factors_reset", operator=operator.email)
