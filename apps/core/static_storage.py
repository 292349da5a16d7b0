"""Static files: their hash in the name, also where one script imports another; sent in pieces."""

from typing import Any

from django.http import HttpRequest
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.storage import CompressedManifestStaticFilesStorage

from apps.core.file_answer import FileAnswer


class StaticStorage(CompressedManifestStaticFilesStorage):
    """ES modules name each other by relative path: those get the hash too, else browsers keep old parts."""

    support_js_module_import_aggregation = True
    max_post_process_passes = 30  # a chain of imports needs as many as it is long: now eleven


class _StaticAnswer(FileAnswer):
    def set_headers(self, filelike: Any) -> None:
        """None of Django's: WhiteNoise says all that there is to say of a file."""


class StaticMiddleware(WhiteNoiseMiddleware):
    """WhiteNoise's own answer is read into memory as a whole, with a warning, under an ASGI server."""

    @staticmethod
    def serve(static_file: Any, request: HttpRequest) -> FileAnswer:
        found = static_file.get_response(request.method, request.META)
        answer = _StaticAnswer(found.file or (), status=int(found.status))
        del answer["Content-Type"]
        for name, value in found.headers:
            answer[name] = value
        return answer
