"""The ASGI side of ``/ws/``: which consumer serves it is registered by ``messaging``."""

from __future__ import annotations

from typing import Any

from channels.routing import URLRouter
from django.urls import path

_consumer: list[Any] = []


def register_socket(application: Any) -> None:
    """Called once by ``messaging``."""
    _consumer[:] = [application]


def socket_application() -> Any:
    return URLRouter([path("ws/", consumer) for consumer in _consumer])
