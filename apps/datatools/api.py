"""API of the data tools: export and import beside every resource, import runs, global search, saved views."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.urls import path as url_path
from django.utils.translation import gettext as _
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.core.api.rendering import StrictJSONParser, envelope
from apps.core.api.resource import ResourceViewSet
from apps.core.api.routes import register_resource_routes, register_routes
from apps.core.api.transaction import api_write, work_claim
from apps.core.errors import InvalidInput
from apps.core.file_answer import FileAnswer
from apps.core.registry import register_resource
from apps.datatools.edit_api import edit_routes
from apps.datatools.export_pages import export_download
from apps.datatools.exporting import export_answer, export_columns, form_check
from apps.datatools.importing.engine import mapping_suggest
from apps.datatools.importing.reading import table_read
from apps.datatools.importing.targets import target_find
from apps.datatools.models import ExportFile, ImportRun
from apps.datatools.models.exports import ExportSource
from apps.datatools.models.imports import UndoState
from apps.datatools.pdf_list import pdf_check
from apps.datatools.reports.api import api_routes
from apps.datatools.search import search_run
from apps.datatools.selectors import run_of
from apps.datatools.services.exports import export_begin, export_find, is_large
from apps.datatools.services.imports import (
    corrections_read,
    import_start,
    mapping_read,
    options_read,
    run_answer,
)
from apps.datatools.services.records import export_record
from apps.datatools.services.undo import undo_answer, undo_preview, undo_start
from apps.files.services.storage import file_store


class ExportMixin:
    """``GET …/export/?format=csv`` with the filters of the list; a large one is made by a job (202)."""

    def export(self: Any, request: Request) -> HttpResponse | Response:
        self.require("view")
        self.require("export")
        form = request.query_params.get("format", "csv")
        wanted = request.query_params.get("columns", "")
        form_check(form)
        queryset = self.listed(request)
        if not is_large(queryset) and not _background(request):
            answer = export_answer(self, queryset, form=form, wanted=wanted)
            export_record(self.model, form, request)
            return answer
        pdf_check(form, queryset)
        export_columns(self, wanted)  # a wrong name is told now
        title = str(self.model._meta.verbose_name_plural).capitalize()
        asked = {"query": request.query_params.urlencode(), "columns": wanted}

        def work() -> tuple[int, Any, str]:
            row = export_begin(ExportSource.API, self.path, form, asked, title=title, by=request.user)
            export_record(self.model, form, request)
            return 202, {"job": row.job_id, "export": row.pk}, _("Started in the background.")

        return api_write(request, work)


def _background(request: Request) -> bool:
    """Whether the caller wants a job however few the rows are (``?background=true``)."""
    asked = request.query_params.get("background", "false")
    if asked not in ("true", "false"):
        raise InvalidInput(_("Must be true or false."), field="background")
    return asked == "true"


class ImportMixin:
    """``POST …/import/`` with file, mapping, mode and dry_run."""

    parser_classes = (MultiPartParser, StrictJSONParser)

    def import_file(self: Any, request: Request) -> Response:
        run = start_from_request(self.path, request)
        status = 202 if run.job_id else 200
        return Response(envelope(run_answer(run)), status=status)


def _uploaded(request: Request) -> Any:
    """The file of the request. Raises InvalidInput naming ``file``."""
    uploaded = request.FILES.get("file")
    if uploaded is None:
        raise InvalidInput(_("Send the file as “file”."), field="file", code="required")
    if uploaded.size > settings.MAX_UPLOAD_BYTES:
        raise InvalidInput(_("The file is too large."), field="file", code="too_large")
    return uploaded


def start_from_request(target_key: str, request: Request) -> ImportRun:
    """Start the import of a request. A repeated ``Idempotency-Key`` answers with the first run."""
    target_find(target_key).require(request.user)
    uploaded = _uploaded(request)
    content = uploaded.read()
    uploaded.seek(0)
    stored = file_store(uploaded, by=request.user, purpose="table")

    def begin(run: ImportRun) -> ImportRun | None:
        def save() -> bytes:
            run.save()
            return str(run.pk).encode()

        mark = work_claim(request, sent, save)
        return ImportRun.objects.get(pk=int(mark)) if mark is not None else None

    sent = json.dumps(sorted((name, str(request.data[name])) for name in request.data)).encode() + content
    return import_start(
        target_key=target_key,
        content=content,
        file_name=uploaded.name,
        mapping=mapping_read(request.data.get("mapping")),
        options=options_read(request.data.get("options")),
        mode=request.data.get("mode", "all_or_nothing"),
        dry_run=str(request.data.get("dry_run", "false")).lower() in ("true", "1", "yes", "on"),
        by=request.user,
        file=stored,
        corrections=corrections_read(request.data.get("corrections")),
        begin=begin,
    )


def _resource_routes(view: type[ResourceViewSet]) -> list[Any]:
    name = view.path.replace("/", "_")
    attrs = {"bahi_app": view.model._meta.app_label, "path": view.path, "__module__": view.__module__}
    params = frozenset({*view.extra_params, "format", "columns", "background"})
    exporter = type(f"{view.__name__}Export", (ExportMixin, view), {**attrs, "extra_params": params})
    routes = [url_path("export/", exporter.as_view({"get": "export"}), name=f"{name}_export")]
    if view.writable:
        importer = type(f"{view.__name__}Import", (ImportMixin, view), dict(attrs))
        routes.append(url_path("import/", importer.as_view({"post": "import_file"})))
    return routes


register_resource_routes(_resource_routes)


class SearchView(APIView):
    """``GET search/?q=&kind=``"""

    def get(self, request: Request) -> Response:
        text = request.query_params.get("q", "")
        found = search_run(text, user=request.user, kind=request.query_params.get("kind", ""))
        return Response(envelope({"results": found}))


class ImportTargetView(APIView):
    """``GET datatools/import-targets/?target=`` fields of a target; ``POST`` with a file suggests the map."""

    parser_classes = (MultiPartParser, StrictJSONParser)

    def get(self, request: Request) -> Response:
        target = target_find(request.query_params.get("target", ""))
        target.require(request.user)
        fields = [
            {"path": f.path, "label": f.label, "kind": f.kind, "required": f.required}
            for f in target.fields()
        ]
        return Response(envelope({"target": target.key, "title": target.title, "fields": fields}))

    def post(self, request: Request) -> Response:
        target = target_find(request.data.get("target", ""))
        target.require(request.user)
        uploaded = _uploaded(request)
        table = table_read(uploaded.read(), uploaded.name)
        sample = [cells for _number, cells in table.rows[:5]]
        data = {
            "headers": table.headers,
            "suggested": mapping_suggest(target, table.headers),
            "sample": sample,
        }
        return Response(envelope(data))


class RunImportView(APIView):
    """``POST datatools/imports/start/`` for targets that are not resources (``target`` in the form)."""

    parser_classes = (MultiPartParser, StrictJSONParser)

    def post(self, request: Request) -> Response:
        run = start_from_request(str(request.data.get("target", "")), request)
        return Response(envelope(run_answer(run)), status=202 if run.job_id else 200)


class ImportUndoView(APIView):
    """``GET datatools/imports/{id}/undo/`` what taking the import back would do; ``POST`` starts it."""

    answers_later = True

    def get(self, request: Request, pk: int) -> Response:
        run = run_of(pk, request.user)
        if run.undo_state in (UndoState.RUNNING, UndoState.DONE):
            return Response(envelope(undo_answer(run, by=request.user)))
        preview = undo_preview(run, by=request.user)
        return Response(envelope({**undo_answer(run, by=request.user), "preview": preview}))

    def post(self, request: Request, pk: int) -> Response:
        run = run_of(pk, request.user)

        def work() -> tuple[int, Any, str]:
            return 202, undo_answer(undo_start(run, by=request.user), by=request.user), ""

        return api_write(request, work)


@register_resource
class ImportRunApi(ResourceViewSet):
    model, path = ImportRun, "datatools/imports"
    fields = (
        "id", "target", "origin", "file_name", "mode", "dry_run", "state", "record_count", "done_count",
        "created_count", "updated_count", "skipped_count", "errors", "notes", "corrections", "job_id",
        "owner", "created_at", "finished_at", "undo_state", "undo_job_id", "undone_by", "undone_at",
    )  # fmt: skip
    filters = {"target": "target", "origin": "origin", "state": "state", "created_at": "created_at"}
    writable = False


@register_resource
class ExportFileApi(ResourceViewSet):
    """One's own large exports; ``file/`` gives the content as long as it is kept."""

    model, path = ExportFile, "datatools/exports"
    fields = (
        "id", "title", "source", "key", "format", "rows", "size", "job", "created_at", "ready_at",
        "expires_at",
    )  # fmt: skip
    read_only = fields
    rename = {"format": "form", "rows": "row_count", "job": "job_id"}
    filters = {"source": "source", "key": "key", "job": "job_id", "created_at": "created_at"}
    writable = False
    personal = True
    reads = {"file": "file"}

    def require(self, action: str) -> None:
        """Everybody has his own exports, and nobody those of others; the file asks for its rights."""

    def queryset(self, action: str = "view") -> Any:
        return ExportFile.objects.filter(owner_id=self.request.user.pk)

    def file(self, request: Request, pk: int) -> FileAnswer:
        return export_download(export_find(pk, request.user), request)


register_routes(
    [
        url_path("search/", SearchView.as_view(), name="search"),
        url_path("datatools/import-targets/", ImportTargetView.as_view(), name="import_targets"),
        url_path("datatools/imports/start/", RunImportView.as_view(), name="import_start"),
        url_path("datatools/imports/<int:pk>/undo/", ImportUndoView.as_view(), name="import_undo_api"),
    ]
)
register_routes(edit_routes())
register_routes(api_routes())
