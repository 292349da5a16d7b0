"""``/media/<id>/<name>``: a stored file for whoever may see the record that holds it."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from rest_framework.permissions import AllowAny
from rest_framework.views import APIView

from apps.core.errors import NotFound
from apps.core.file_answer import FileAnswer, NoSuchPart, no_such_part, part_answer, part_wanted, unchanged
from apps.files.access import file_readable
from apps.files.models import StoredFile
from apps.files.services.kinds import KINDS
from apps.files.services.links import file_link
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
        return unchanged(request, etag_of(file)) or _elsewhere(file, request) or file_response(file, request)


def etag_of(file: StoredFile) -> str:
    return f'"{file.sha256}"'


def _shown_inside(file: StoredFile, request: HttpRequest) -> bool:
    kind = KINDS.get(extension_of(file.name))
    return kind is not None and kind.inline and "download" not in request.GET


def _elsewhere(file: StoredFile, request: Any) -> HttpResponse | None:
    """A download that the browser takes from the bucket itself, where the installation has it so.

    Not what is shown in a page (its policy lets nothing in from other addresses), and not for programs that
    sign each call: many would send their token along to where they are sent.
    """
    if request.method != "GET" or request.headers.get("Authorization") or _shown_inside(file, request):
        return None
    link = file_link(file)
    if link is None:
        return None
    answer = HttpResponseRedirect(link)
    answer["Cache-Control"] = "private, no-store"
    answer["Referrer-Policy"] = "no-referrer"
    return answer


def file_response(file: StoredFile, request: HttpRequest) -> HttpResponse:
    """The answer that carries a stored file or a part of it, with the headers that keep a browser from
    running it."""
    try:
        part = part_wanted(request, file.size, etag_of(file))
    except NoSuchPart:
        return no_such_part(file.size)
    if part is None:
        response = FileAnswer(file_open(file), content_type=file.content_type)
        response["Content-Length"] = str(file.size)
    else:
        response = part_answer(file_open(file), *part, file.size, content_type=file.content_type)
    response["Accept-Ranges"] = "bytes"
    response["Content-Disposition"] = content_disposition_header(not _shown_inside(file, request), file.name)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-cache"
    response["ETag"] = etag_of(file)
    response._csp_replace = {"default-src": ["'none'"], "style-src": ["'unsafe-inline'"]}
    return response
