"""Text messages from layers below ``messaging``, which has the gateway."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext as _

from apps.core.errors import Refused

Sender = Callable[..., object]
_sender: list[Sender] = []


def register_text_sender(function: Sender) -> None:
    """Called once by ``messaging``: ``function(to=, text=, purpose=)`` puts a text message into its queue."""
    _sender[:] = [function]


def text_send(*, to: str, text: str, purpose: str = "code") -> None:
    """One text message to one phone. Raises Refused when this organisation has no gateway."""
    if not _sender:
        raise Refused(_("Text messages are not set up here."), code="no_gateway")
    _sender[0](to=to, text=text, purpose=purpose)
