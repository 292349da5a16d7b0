"""A browser that signs out loses its sockets at once."""

from __future__ import annotations

from typing import Any

from apps.core.live import close_session_sockets
from apps.core.tenant import is_public


def sockets_close_on_sign_out(sender: Any, request: Any = None, **_kwargs: Any) -> None:
    """Receiver of Django's ``user_logged_out`` (sent before the session is emptied)."""
    key = getattr(getattr(request, "session", None), "session_key", None)
    if key and not is_public():
        close_session_sockets(key)
