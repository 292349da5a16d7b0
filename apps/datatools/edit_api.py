"""API of bulk edits: choose records and see what would change, then have it done."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from django.http import QueryDict
from django.urls import path as url_path
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.core.api.rendering import envelope
from apps.core.api.transaction import api_write
from apps.core.errors import InvalidInput, NotFound
from apps.core.registry import resources
from apps.core.uow import run_in_unit_of_work
from apps.datatools.importing.editing import EditTarget
from apps.datatools.models import ImportRun
from apps.datatools.models.imports import Origin
from apps.datatools.services.edits import MOST, edit_apply, edit_create, edit_preview
from apps.datatools.services.imports import run_answer


class EditStartView(APIView):
    """``POST datatools/edits/`` {target, ids or filters, field, value}: what would change; writes nothing."""

    made_status = 201

    def post(self, request: Request) -> Response:
        key = str(request.data.get("target", ""))
        EditTarget(key, "", None, request.user)
        ids = _chosen(key, request)
        model = resources()[key].model
        run = run_in_unit_of_work(lambda: edit_create(model, ids, by=request.user))
        name, value = str(request.data.get("field", "")), request.data.get("value")
        preview = edit_preview(run, name, value, by=request.user) if name else {"count": len(ids), "rows": []}
        return Response(envelope({"id": run.pk, **preview}), status=201)


def _chosen(key: str, request: Request) -> list[int]:
    """The ids of the call, or of all records that its filters leave."""
    ids, filters = request.data.get("ids"), request.data.get("filters")
    if (ids is None) == (filters is None):
        raise InvalidInput(_("Send either ids or filters."), field="ids", code="required")
    if ids is not None:
        if not isinstance(ids, list) or not all(type(pk) is int and 0 < pk < 2**63 for pk in ids):
            raise InvalidInput(_("Must be a list of ids."), field="ids")
        return list(dict.fromkeys(ids))
    if not isinstance(filters, dict):
        raise InvalidInput(_("Must be an object."), field="filters")
    params = QueryDict(mutable=True)
    params.update({str(name): str(value) for name, value in filters.items()})
    view = resources()[key]()
    view.request = SimpleNamespace(user=request.user, headers={}, query_params=params)
    return list(view.listed(view.request).order_by("pk").values_list("pk", flat=True)[: MOST + 1])


class EditApplyView(APIView):
    """``POST datatools/edits/{id}/apply/`` {field, value}: a job writes it; taken back like an import."""

    answers_later = True

    def post(self, request: Request, pk: int) -> Response:
        run = ImportRun.objects.filter(owner_id=request.user.pk, origin=Origin.EDIT, pk=pk).first()
        if run is None:
            raise NotFound(_("Not found."))
        name, value = str(request.data.get("field", "")), request.data.get("value")

        def work() -> tuple[int, Any, str]:
            return 202, run_answer(edit_apply(run, name, value, by=request.user)), ""

        return api_write(request, work)


def edit_routes() -> list[Any]:
    """Addresses below ``api/v1/``."""
    return [
        url_path("datatools/edits/", EditStartView.as_view(), name="bulk_edit_start_api"),
        url_path("datatools/edits/<int:pk>/apply/", EditApplyView.as_view(), name="bulk_edit_apply_api"),
    ]
