"""How a small picture of the organisation or the platform is answered to browsers."""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified


def png_answer(request: HttpRequest, digest: str, content: Callable[[], bytes | None]) -> HttpResponse:
    """The picture, asked for only when the browser hasn't this one already. Raises Http404 without one."""
    tag = f'"{digest}"'
    if digest and request.headers.get("If-None-Match") == tag:
        return HttpResponseNotModified(headers={"ETag": tag})
    found = content() if digest else None
    if found is None:
        raise Http404
    headers = {"ETag": tag, "Cache-Control": "private, max-age=300"}
    return HttpResponse(bytes(found), content_type="image/png", headers=headers)
