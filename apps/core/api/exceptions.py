"""Every refusal in one shape; bad input never becomes a 5xx."""

from __future__ import annotations

import logging
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DataError, IntegrityError
from django.db.models import ProtectedError
from django.http import Http404
from django.utils.translation import gettext as _
from psycopg import errors as pg
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from apps.core.api.rendering import Envelope
from apps.core.errors import BahiError, FieldError, VersionConflict
from apps.core.logs import request_id_var
from apps.core.validation import field_errors

logger = logging.getLogger(__name__)


def error_body(message: str, errors: list[FieldError], data: Any = None) -> Envelope:
    body = Envelope(
        success=False,
        message=message,
        errors=[error.as_dict() for error in errors],
        meta={"request_id": request_id_var.get()},
    )
    if data is not None:
        body["data"] = data
    return body


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """The answer to a fault of the request; None (a 500) for faults of ours."""
    set_rollback()
    for kinds, answer in _ANSWERS:
        if isinstance(error, kinds):
            return answer(error)
    return None


def _plain(status: int, code: str, text: str) -> Response:
    return Response(error_body(text, [FieldError("", text, code)]), status=status)


def _validation(error: ValidationError) -> Response:
    found = field_errors(error)
    return Response(error_body(_summary(found), found), status=400)


def _summary(errors: list[FieldError]) -> str:
    if len(errors) == 1:
        return errors[0].detail
    return _("%(count)d fields need correction") % {"count": len(errors)}


def _bahi(error: BahiError) -> Response:
    data = error.data or None
    response = Response(error_body(_summary(error.errors), error.errors, data), status=error.status)
    retry_after = getattr(error, "retry_after", None)
    if retry_after is not None:
        response["Retry-After"] = str(retry_after)
    if error.status == 401:
        response["WWW-Authenticate"] = "Bearer"
    if isinstance(error, VersionConflict) and error.code == "version_conflict" and error.data.get("if_match"):
        response.status_code = 412
    return response


def _api(error: exceptions.APIException) -> Response:
    found = flatten(error.detail)
    response = Response(error_body(_summary(found), found), status=error.status_code)
    if isinstance(error, exceptions.Throttled) and error.wait:
        response["Retry-After"] = str(int(error.wait) + 1)
    if error.status_code == 401:
        response["WWW-Authenticate"] = getattr(error, "auth_header", "Bearer")
    return response


def flatten(detail: Any, path: str = "") -> list[FieldError]:
    """DRF's nested errors as a flat list with paths such as ``lines.0.quantity``."""
    if isinstance(detail, dict):
        if set(detail) >= {"detail", "code"} and not path:
            return [FieldError("", str(detail["detail"]), str(detail["code"]))]
        found = []
        for name, value in detail.items():
            part = "" if name == "non_field_errors" else str(name)
            found.extend(flatten(value, ".".join(p for p in (path, part) if p)))
        return found
    if isinstance(detail, list):
        found = []
        for index, value in enumerate(detail):
            nested = isinstance(value, (dict, list))
            found.extend(flatten(value, f"{path}.{index}" if nested else path))
        return found
    return [FieldError(path, str(detail), str(getattr(detail, "code", "invalid")))]


def _database(error: Exception) -> Response:
    """A guard of the database refused: say which, without its internals."""
    cause = error.__cause__
    name = getattr(getattr(cause, "diag", None), "constraint_name", "") or ""
    logger.warning("database refused: %s", cause)
    if isinstance(cause, pg.UniqueViolation):
        text = _("There is already such a record.")
        return Response(error_body(text, [FieldError("", f"{text} ({name})", "duplicate")]), status=409)
    if isinstance(cause, pg.ForeignKeyViolation):
        text = _("A record that this one needs is missing or in use.")
        return Response(error_body(text, [FieldError("", text, "in_use")]), status=409)
    text = _("The database refuses these values.")
    return Response(
        error_body(text, [FieldError("", f"{text} ({name})" if name else text, "invalid")]), status=400
    )


_ANSWERS: list[tuple[Any, Any]] = [
    (BahiError, _bahi),
    (ValidationError, _validation),
    (exceptions.APIException, _api),
    (Http404, lambda error: _plain(404, "not_found", _("Not found."))),
    (PermissionDenied, lambda error: _plain(403, "permission_denied", _("Not allowed."))),
    (ProtectedError, lambda error: _plain(409, "in_use", _("It is used by other records."))),
    ((IntegrityError, DataError), _database),
]
