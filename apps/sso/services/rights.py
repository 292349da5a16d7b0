"""Whoever rules an identity provider can become anybody: changes are for full administrators only."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from apps.accounts.services.roles import EVERYTHING, covers_or_refuse
from apps.core.access import may
from apps.core.errors import NotAllowed

CHANGE = "sso.change_identityprovider"


def sso_change_allow(by: Any) -> None:
    """Raises NotAllowed. ``by`` None: the system."""
    if by is None:
        return
    if not may(by, CHANGE):
        raise NotAllowed(_("You may not do this."))
    covers_or_refuse(by, {EVERYTHING})
