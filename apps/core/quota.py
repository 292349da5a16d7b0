"""Limits of the organisation's plan, asked for by the apps that fill them and kept by ``tenancy``.

``quota_claim("users")`` stands in the transaction that adds one; it raises when the plan has no room, and
two at the same moment are let in one after the other. ``register_quota_source`` says how much is in use.
"""

from __future__ import annotations

from collections.abc import Callable

from apps.core.errors import BahiError

Claim = Callable[[str, int], None]
_claim: list[Claim] = []
_sources: dict[str, Callable[[], int]] = {}


class LimitReached(BahiError):
    """The plan of the organisation has no room for this (HTTP 403, 429 for calls). ``field``: the limit."""

    status = 403
    code = "limit_reached"

    def __init__(self, detail: str, *, limit: str, status: int = 403, retry_after: int = 0) -> None:
        super().__init__(detail, field=limit)
        self.status = status
        if retry_after:
            self.retry_after = retry_after


def register_quota_keeper(function: Claim) -> None:
    """Called once by ``tenancy``."""
    _claim[:] = [function]


def register_quota_source(metric: str, used: Callable[[], int]) -> None:
    """``used()`` counts what the organisation in use has now (of the current month for documents)."""
    _sources[metric] = used


def quota_claim(metric: str, add: int = 1) -> None:
    """Take room for ``add`` more, until the transaction ends. Raises LimitReached naming the limit."""
    if _claim:
        _claim[0](metric, add)


def quota_used(metric: str) -> int:
    """What is in use now; 0 for a metric that no app counts."""
    source = _sources.get(metric)
    return source() if source else 0
