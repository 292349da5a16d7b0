"""Hooks by which layers below ``accounts`` ask it for people, without importing it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_first_administrator: list[Callable[..., str]] = []


def register_first_administrator(function: Callable[..., str]) -> None:
    """Called once by ``accounts``."""
    _first_administrator[:] = [function]


def first_administrator_create(*, email: str, organisation: Any, password: str = "", name: str = "") -> str:
    """Make the first administrator of the organisation in use; returns the password."""
    return _first_administrator[0](email=email, organisation=organisation, password=password, name=name)
