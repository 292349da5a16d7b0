"""``/media/<id>/<name>``: a stored file for whoever may see the record that holds it."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import FileResponse, HttpRequest, HttpResponseNotModified
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from rest_framework.permissions import AllowAny
from rest_framework.views import APIView

from apps.core.errors import NotFound
from apps.core.sealed_stream import CHUNK
from apps.files.access import file_readable
from apps.files.models import StoredFile
from apps.files.services.kinds import KINDS
from apps.files.services.names import extension_of
from apps.files.services.storage import file_open


class MediaView(APIView):
    bahi_app = "files"
    permission_classes = [AllowAny]  # asked for each file below
    schema = None

    def get(self, request: Any, pk: int, name: str = "") -> Any:
        """The file; 404 also for what may not be seen. HTML, SVG and the like are only ever downloads."""
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        file = StoredFile.objects.filter(pk=pk).first()
        if file is None or not file_readable(file, request.user):
            raise NotFound(_("Not found."))
        tag = f'"{file.sha256}"'
        if request.headers.get("If-None-Match") == tag:
            return HttpResponseNotModified()
        return file_response(file, request)


def file_response(file: StoredFile, request: HttpRequest) -> FileResponse:
    """The answer that carries a stored file, with the headers that keep a browser from running it."""
    kind = KINDS.get(extension_of(file.name))
    inline = kind is not None and kind.inline and "download" not in request.GET
    response = FileResponse(file_open(file), content_type=file.content_type)
    response.block_size = CHUNK
    response["Content-Length"] = str(file.size)
    response["Content-Disposition"] = content_disposition_header(not inline, file.name)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-cache"
    response["ETag"] = f'"{file.sha256}"'
    response._csp_replace = {"default-src": ["'none'"], "style-src": ["'unsafe-inline'"]}
    return response
