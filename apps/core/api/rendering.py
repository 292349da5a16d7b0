"""JSON in and out: one envelope for every answer, strict and bounded input."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import orjson
from django.utils.encoding import force_str
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer

from apps.core.logs import request_id_var

MAX_DEPTH = 20


def to_json(value: Any) -> bytes:
    """JSON of an answer; decimals, dates and lazy texts become text."""
    return orjson.dumps(value, default=_fallback, option=orjson.OPT_NON_STR_KEYS | orjson.OPT_UTC_Z)


def _fallback(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value, "f")
    return force_str(value)


class Envelope(dict):
    """Marks data that already has the shape of an answer."""


def envelope(
    data: Any,
    *,
    message: str = "",
    pagination: dict[str, Any] | None = None,
    warnings: list[str] | None = None,
) -> Envelope:
    """The answer to a call that went well; ``warnings`` are texts for its user (``core.remarks``)."""
    meta: dict[str, Any] = {"request_id": request_id_var.get()}
    if warnings:
        meta["warnings"] = warnings
    if pagination is not None:
        meta["pagination"] = pagination
    return Envelope(success=True, message=message, data=data, meta=meta)


class EnvelopeRenderer(BaseRenderer):
    media_type = "application/json"
    format = "json"
    charset = None

    def render(self, data: Any, accepted_media_type: Any = None, renderer_context: Any = None) -> bytes:
        if isinstance(data, bytes):
            return data
        if data is None and renderer_context and renderer_context["response"].status_code == 204:
            return b""
        return to_json(data if isinstance(data, Envelope) else envelope(data))


class StrictJSONParser(BaseParser):
    """UTF-8 JSON objects; NaN, Infinity, deep nesting and broken text get a clear 400."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        raw = stream.read()
        request = (parser_context or {}).get("request")
        if request is not None:
            request._request.bahi_raw_body = raw  # hashed for idempotent POSTs
        if not raw:
            return {}
        try:
            data = orjson.loads(raw)
        except orjson.JSONDecodeError as error:
            raise ParseError(f"The body is not valid JSON: {error}") from error
        if not isinstance(data, dict):
            raise ParseError("The body must be a JSON object.")
        _check_depth(data)
        return data


def _check_depth(value: Any, depth: int = 0) -> None:
    if depth > MAX_DEPTH:
        raise ParseError("The body is nested too deeply.")
    if isinstance(value, dict):
        for item in value.values():
            _check_depth(item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            _check_depth(item, depth + 1)
    elif isinstance(value, str) and "\x00" in value:
        raise ParseError("Texts may not contain the NUL character.")
