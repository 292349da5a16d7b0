"""Refusals. Every service raises one of these; every surface turns them into the same clear answer.

A refusal carries a machine code, a sentence for a person and, where it has one, the name of the field
(``lines.0.quantity`` for a field of the first line).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class FieldError:
    """One thing that is wrong with the input."""

    field: str
    detail: str
    code: str = "invalid"

    def as_dict(self) -> dict[str, str]:
        return {"field": self.field, "code": self.code, "detail": self.detail}


class BahiError(Exception):
    """Base of all refusals. ``status`` is the HTTP status that says the same."""

    status = 409
    code = "refused"

    def __init__(
        self,
        detail: str,
        *,
        code: str | None = None,
        field: str = "",
        data: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code or self.code
        self.field = field
        self.data = data or {}

    @property
    def errors(self) -> list[FieldError]:
        return [FieldError(self.field, str(self.detail), self.code)]


class InvalidInput(BahiError):
    """The input breaks a rule that can be told from the input alone (HTTP 400)."""

    status = 400
    code = "invalid"

    def __init__(self, errors: Iterable[FieldError] | str, *, field: str = "", code: str = "invalid") -> None:
        if isinstance(errors, str):
            errors = [FieldError(field, errors, code)]
        self._errors = list(errors)
        first = self._errors[0] if self._errors else FieldError("", "Invalid input.", code)
        super().__init__(first.detail, code=first.code, field=first.field)

    @property
    def errors(self) -> list[FieldError]:
        return self._errors


class Refused(BahiError):
    """A rule of the business refuses what was asked (HTTP 409)."""


class NotAllowed(BahiError):
    """The record may be seen, but this user may not do that with it (HTTP 403)."""

    status = 403
    code = "permission_denied"


class NotFound(BahiError):
    """The record does not exist or may not be seen (HTTP 404)."""

    status = 404
    code = "not_found"


class Locked(BahiError):
    """A closed period or a locked record (HTTP 423)."""

    status = 423
    code = "locked"


class Busy(BahiError):
    """Somebody else holds what is needed; the same call may go through a moment later (HTTP 409)."""

    code = "busy"
    retry_after = 1


class Unavailable(BahiError):
    """Something outside that is needed for this gives no answer; the same call may go through later."""

    status = 503
    code = "unavailable"


class VersionConflict(BahiError):
    """The record was changed since it was read (HTTP 409)."""

    code = "version_conflict"


class TenantMissing(RuntimeError):
    """Code that needs an organisation ran without one: a fault of ours, never an answer."""


@dataclass
class ErrorList:
    """Collects field errors so that one answer names them all."""

    items: list[FieldError] = field(default_factory=list)

    def add(self, field_name: str, detail: str, code: str = "invalid") -> None:
        self.items.append(FieldError(field_name, str(detail), code))

    def raise_if_any(self) -> None:
        if self.items:
            raise InvalidInput(self.items)
