"""How what an import posted without a document of its own is taken back: by the service of its app."""

from __future__ import annotations

from collections.abc import Callable

from django.db import models

Reverse = Callable[..., None]
_reversals: dict[type[models.Model], Reverse] = {}


def register_reversal(model: type[models.Model], reverse: Reverse) -> None:
    """``reverse(row, by=user)`` posts the opposite of a ledger record that an import wrote, or raises what
    says why it may not. It holds what it needs: ledger rows are never locked, for they never change."""
    _reversals[model] = reverse


def reversal_of(model: type[models.Model]) -> Reverse | None:
    """The service that reverses records of this kind; None for kinds that are deleted or cancelled."""
    return _reversals.get(model)
