"""API of bulk edits: choose records and see what would change, then have it done."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict
from django.urls import path as url_path
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.core.api.serializers import known_fields
from apps.core.api.transaction import api_write
from apps.core.errors import InvalidInput
from apps.core.keys import key_sent
from apps.core.registry import resources
from apps.datatools.importing.editing import EditTarget
from apps.datatools.importing.targets import resource_view
from apps.datatools.services.edits import MOST, edit_apply, edit_create, edit_find, edit_preview
from apps.datatools.services.imports import run_answer


class EditStartView(APIView):
    """``POST datatools/edits/`` {target, ids or filters, field, value}: keeps the choice and shows what would
    change; the records stay as they are."""

    made_status = 201

    def post(self, request: Request) -> Response:
        known_fields(request.data, {"target", "ids", "filters", "field", "value"})
        key, by = str(request.data.get("target", "")), request.user
        name, value = str(request.data.get("field", "")), request.data.get("value")
        target = EditTarget(key, name, value, by)

        def work() -> tuple[int, Any, str]:
            ids = _chosen(key, request)
            run = edit_create(target.model, ids, by=by)
            preview = edit_preview(run, name, value, by=by) if name else {"count": len(ids), "rows": []}
            return 201, {"id": run.pk, **preview}, ""

        return api_write(request, work)


def _chosen(key: str, request: Request) -> list[int]:
    """The ids of the call, or of all records that its filters leave."""
    ids, filters = request.data.get("ids"), request.data.get("filters")
    if (ids is None) == (filters is None):
        raise InvalidInput(_("Send either ids or filters."), field="ids", code="required")
    if ids is not None:
        if not isinstance(ids, list) or None in map(key_sent, ids):
            raise InvalidInput(_("Must be a list of ids."), field="ids")
        return list(dict.fromkeys(ids))
    if not isinstance(filters, dict):
        raise InvalidInput(_("Must be an object."), field="filters")
    params = QueryDict(mutable=True)
    params.update({str(name): str(value) for name, value in filters.items()})
    view = resource_view(resources()[key], request.user)
    view.request.query_params = params
    return list(view.listed(view.request).order_by("pk").values_list("pk", flat=True)[: MOST + 1])


class EditApplyView(APIView):
    """``POST datatools/edits/{id}/apply/`` {field, value}: a job writes it; taken back like an import."""

    answers_later = True

    def post(self, request: Request, pk: int) -> Response:
        run = edit_find(pk, request.user)
        known_fields(request.data, {"field", "value"})
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
