"""The limit of a request's body where no Content-Length tells it: a body that comes in pieces is counted."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings

Message = dict[str, Any]


class BodyLimit:
    """ASGI application around another: once more than the limit came in, reading ends and the answer is 413.

    Django spools a whole body before it looks at the request, so this has to be outside of it.
    """

    def __init__(self, application: Any) -> None:
        self.application = application

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        limit, seen = _limit_of(scope), 0

        async def counted() -> Message:
            nonlocal seen
            message: Message = await receive()
            seen += len(message.get("body", b""))
            return message if seen <= limit else {"type": "http.disconnect"}

        await self.application(scope, counted, send)
        if seen > limit:
            await _refuse(send, limit)


def _limit_of(scope: Any) -> int:
    kind = dict(scope["headers"]).get(b"content-type", b"")
    is_upload = kind.startswith(b"multipart/")
    return int(settings.MAX_UPLOAD_BYTES if is_upload else settings.MAX_BODY_BYTES)


async def _refuse(send: Any, limit: int) -> None:
    detail = f"The request is larger than {limit // (1024 * 1024)} MB."
    errors = [{"field": "", "code": "too_large", "detail": detail}]
    body = {"success": False, "message": detail, "errors": errors, "meta": {"request_id": ""}}
    headers = [(b"content-type", b"application/json"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(body).encode()})
