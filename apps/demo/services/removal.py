"""Removing the demo from within: asked by its administrator, done by the owner's process."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from apps.core.access import may
from apps.core.errors import InvalidInput, NotAllowed
from apps.core.tenant import current_organisation
from apps.tenancy.services.owner_jobs import deletion_start
from apps.tenancy.services.provisioning import removal_begin

PERMISSION = "demo.remove_demo"


def is_demo_here() -> bool:
    """Whether the organisation in use is a demo."""
    return bool(current_organisation().is_demo)


def demo_removal_ask(*, typed: str, by: Any) -> None:
    """Close this demo organisation and queue its deletion; from then on its address shows the progress.

    ``typed`` must be the organisation's name. Raises NotAllowed, InvalidInput (``confirm``), Refused when
    the organisation is no demo. Nothing can bring it back but loading a new demo.
    """
    organisation = current_organisation()
    if not may(by, PERMISSION):
        raise NotAllowed(_("Only an administrator can remove the demo."))
    if typed.strip() != organisation.name:
        raise InvalidInput(
            _("Type the name of the organisation to confirm."), field="confirm", code="confirm"
        )
    removal_begin(organisation)
    deletion_start(organisation)
