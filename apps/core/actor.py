"""Who acts now: one context variable, set by the middleware, the token authentication and the job runner."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Actor:
    """kind: user, api, job, operator or system; label is what history shows when the user is gone.

    ``scopes``: of the API key that began a job, whose rights are no wider than the key's. ``visit``: in which
    the platform's operator acts; a job that he began in it acts within it.
    """

    kind: str = "system"
    user: Any = None
    label: str = "System"
    address: str = ""
    request_id: str = ""
    path: str = ""
    scopes: tuple[str, ...] | None = None
    visit: int | None = None

    @property
    def user_id(self) -> int | None:
        return getattr(self.user, "pk", None)


_SYSTEM = Actor()
_actor: ContextVar[Actor] = ContextVar("bahi_actor", default=_SYSTEM)  # frozen, so safe to share


def current_actor() -> Actor:
    """Who acts in this request, job or command."""
    return _actor.get()


def scopes_of_job(user_id: int | None) -> tuple[str, ...] | None:
    """The scopes within which a job works for its owner; None outside of jobs and where no key began it."""
    actor = _actor.get()
    ours = type(actor) is Actor and actor.kind == "job" and actor.user_id == user_id
    return actor.scopes if ours else None


def visit_of_job(user_id: int | None) -> int | None:
    """The operator's visit in which a job works for its owner; None outside of such jobs."""
    actor = _actor.get()
    ours = type(actor) is Actor and actor.kind == "operator" and actor.user_id == user_id
    return actor.visit if ours else None


def set_actor(actor: Actor) -> Any:
    """Set the actor; returns the token for ``reset_actor``."""
    return _actor.set(actor)


def reset_actor(token: Any) -> None:
    _actor.reset(token)


@contextmanager
def acting_as(user: Any, *, kind: str = "user") -> Iterator[None]:
    """Act as this user inside the block (commands, jobs, tests)."""
    token = _actor.set(Actor(kind=kind, user=user, label=str(user) if user else "System"))
    try:
        yield
    finally:
        _actor.reset(token)
