"""Whether a person agreed to be written to for a purpose: asked by the mail queue, answered by ``privacy``.

DPDP Act 2023 s.6: consent is for a purpose, and is taken back as easily as it was given.
"""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext as _

from apps.core.errors import Refused

Answer = Callable[[str, str], str]
_answer: list[Answer] = []


def register_consent(function: Answer) -> None:
    """Called once by ``privacy``: ``function(purpose, email)`` gives the address of the page where this
    person takes his consent back, or an empty text when there is none."""
    _answer[:] = [function]


def consent_link(purpose: str, email: str) -> str:
    """Where the person takes his consent back. Raises Refused (``no_consent``) when he never gave it or took
    it back, and for a purpose that nobody declared."""
    link = _answer[0](purpose, email.strip().lower()) if _answer else ""
    if not link:
        raise Refused(_("%(mail)s has not agreed to this.") % {"mail": email}, code="no_consent", field="to")
    return link
