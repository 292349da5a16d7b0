"""What changes a sign-in itself asks for a fresh proof, over the API too."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from apps.accounts.services.sessions import lately_confirmed
from apps.core.errors import NotAllowed


class ConfirmationRequired(NotAllowed):
    """The last proof is too old (HTTP 403): ``POST auth/confirm/``, then call again."""

    code = "confirmation_required"


def confirmed_or_refuse(request: Any) -> None:
    """Raises ConfirmationRequired when the person didn't prove himself a short while ago.

    Never true for a key.
    """
    if not lately_confirmed(request):
        raise ConfirmationRequired(_("Please confirm first that it is you."))
