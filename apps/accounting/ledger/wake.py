"""Wakes the sealer after commit: entries are linked into their chain and deltas folded within a second."""

from __future__ import annotations

from apps.runtime.services.outbox import wake_after_commit


def wake_sealer() -> None:
    wake_after_commit()
