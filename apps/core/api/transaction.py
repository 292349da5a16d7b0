"""A writing API call: one unit of work that holds the idempotency key, the effect and its kept answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.response import Response

from apps.core.api.rendering import Envelope, envelope, to_json
from apps.core.errors import InvalidInput
from apps.core.uow import run_in_unit_of_work


@dataclass(frozen=True)
class IdempotencyGuard:
    """claim(user_id, method, path, key, body) → claim; keep(row, status, answer). Set by ``runtime``."""

    claim: Callable[..., Any]
    keep: Callable[..., None]


_guard: list[IdempotencyGuard] = []
_write_logs: list[Callable[[Any, int], None]] = []


def register_write_log(function: Callable[[Any, int], None]) -> None:
    """``function(request, status)`` runs in the transaction of every call that wrote. Called by ``audit``."""
    _write_logs[:] = [function]


def register_idempotency(guard: IdempotencyGuard) -> None:
    """Called once by ``runtime``."""
    _guard[:] = [guard]


def api_write(request: Any, work: Callable[[], tuple[int, Any, str]]) -> Response:
    """Run ``work`` → (status, data, message) in a unit of work and answer with its envelope.

    With an ``Idempotency-Key`` the first 2xx answer is kept in the same transaction and given again.
    """
    key = idempotency_key(request)
    status, body = run_in_unit_of_work(lambda: _once(request, key, work))
    return Response(body, status=status)


def _once(request: Any, key: str, work: Callable[[], tuple[int, Any, str]]) -> tuple[int, Any]:
    claim = None
    if key and request.method == "POST" and _guard:
        claim = _guard[0].claim(
            user_id=request.user.pk or 0,
            method=request.method,
            path=request.path,
            key=key,
            body=raw_body(request),
        )
        if claim.row is None:
            return claim.status, claim.answer
    status, data, message = work()
    for function in _write_logs:
        function(request, status)
    body = data if isinstance(data, Envelope) else envelope(data, message=message)
    if claim is None:
        return status, body
    answer = to_json(body)
    if status < 300:
        _guard[0].keep(claim.row, status=status, answer=answer)
    return status, answer


def idempotency_key(request: Any) -> str:
    """The key of the call, or "". Raises InvalidInput when it can't be kept."""
    key: str = request.headers.get("Idempotency-Key", "")
    if len(key) > 120 or not key.isprintable():
        raise InvalidInput(_("At most 120 printable characters."), field="Idempotency-Key")
    return key


def work_claim(request: Any, body: bytes, begin: Callable[[], bytes]) -> bytes | None:
    """For work that has transactions of its own (an import): ``begin`` writes what the work starts with and
    gives its mark, in one unit of work with the key. None: go on; else the mark of the first call.

    Raises Refused (idempotency_conflict) when the key was used with another body.
    """
    key = idempotency_key(request)

    def work() -> bytes | None:
        if not key or not _guard:
            begin()
            return None
        claim = _guard[0].claim(
            user_id=request.user.pk or 0, method=request.method, path=request.path, key=key, body=body
        )
        if claim.row is None:
            return bytes(claim.answer)
        _guard[0].keep(claim.row, status=200, answer=begin())
        return None

    return run_in_unit_of_work(work)


def raw_body(request: Any) -> bytes:
    """The raw body (kept by the parser), for hashing."""
    assert request.data is not None  # noqa: S101 - reading it makes the parser keep the body
    kept = getattr(request._request, "bahi_raw_body", None)
    return kept if kept is not None else b""
