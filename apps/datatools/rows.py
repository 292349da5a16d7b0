"""What an export was asked for, found again later as its owner may see it then."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from django.contrib.admin.options import IncorrectLookupParameters
from django.core.cache import cache
from django.core.exceptions import EmptyResultSet, SuspiciousOperation
from django.db.models import Model
from django.http import QueryDict
from django.utils.translation import gettext as _

from apps.accounts.services.grants import grantable_models
from apps.core.access import access_of, may
from apps.core.admin.lists import company_narrowing, listed_rows
from apps.core.admin.looks import key_parts
from apps.core.admin.site import admin_site
from apps.core.errors import NotAllowed
from apps.core.registry import resource_of, resources
from apps.core.scope import WIDE, grant_model, kind_of
from apps.datatools.importing.targets import resource_view
from apps.datatools.models import ExportFile
from apps.datatools.models.exports import ExportSource
from apps.datatools.permissions import EXPORT_REPORT
from apps.datatools.reports.definition import report_allowed, reports
from apps.datatools.services.views import views_for

MOST_COUNTED = 9_999
COUNTED_FOR = 30  # seconds
OWN_PARAMS = ("format", "columns", "background")


def view_of(row: ExportFile, by: Any) -> Any:
    """The resource that writes the rows, as this user. Raises NotAllowed."""
    if row.source == ExportSource.API:
        view_class = resources().get(row.key)
    else:
        view_class = resource_of(_model_admin(row.key).model)
    if view_class is None:
        raise NotAllowed(_("You may not do this."))
    params = QueryDict(row.asked.get("query", ""), mutable=True)
    for name in OWN_PARAMS:
        params.pop(name, None)
    view = resource_view(view_class, by)
    view.request.query_params = params
    for action in ("view", "export"):
        view.require(action)
    return view


def rows_of(row: ExportFile, view: Any, by: Any) -> Any:
    """The rows that the filters leave, of those that this user may see."""
    if row.source == ExportSource.API:
        return view.listed(view.request)
    params = QueryDict(row.asked.get("query", ""))
    return listed_rows(_model_admin(row.key), by, params, row.asked.get("company"))


def _model_admin(kind: str) -> Any:
    return next(item for model, item in admin_site._registry.items() if kind_of(model) == kind)


def report_of(row: ExportFile, by: Any) -> Any:
    """The report of an export. Raises NotAllowed."""
    report = reports().get(row.key)
    if report is None or not report_allowed(report, by) or not may(by, EXPORT_REPORT):
        raise NotAllowed(_("You may not do this."))
    return report


def rights_of(row: ExportFile, by: Any) -> str:
    """A hash of what bears on the content: whoever sees less or more since then has another one. Raises
    NotAllowed when the owner may not export this at all any more."""
    if row.source == ExportSource.REPORT:
        report_of(row, by)
        models = grantable_models()
    else:
        models = [view_of(row, by).model]
    parts = [*_access_parts(by), *_shared_parts(models, by)]
    return hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()


def _shared_parts(models: Sequence[type[Model]], by: Any) -> list[Any]:
    """The single records of these kinds that only a grant shows the person."""
    access = access_of(by)
    found: list[Any] = []
    for model in models:
        table = grant_model(model)
        if table is not None and access.level_of(kind_of(model)) not in WIDE:
            ids = table._default_manager.filter(user=by).values_list("content_object_id", flat=True)
            found.append((kind_of(model), sorted(ids)))
    return found


def view_counts(list_kind: str, user: Any) -> dict[int, int]:
    """How many rows each saved view has for this person, counted no further than ``MOST_COUNTED`` + 1. Kept
    for half a minute under the very statement, which holds the filters and what he may see."""
    kind, _look = key_parts(list_kind)
    found: dict[int, int] = {}
    for view in views_for(user).filter(list_kind=list_kind):
        params = QueryDict(view.query)
        try:
            queryset = listed_rows(_model_admin(kind), user, params, company_narrowing(user, params))
        except (IncorrectLookupParameters, SuspiciousOperation):
            continue  # a filter that is no more, or that this person may not use
        found[view.pk] = _counted(queryset)
    return found


def _counted(queryset: Any) -> int:
    text = _scope_text(queryset)
    key = f"list_count:{hashlib.sha256(text.encode()).hexdigest()}"
    known = cache.get(key) if text else 0
    if known is None:
        known = queryset.order_by().values("pk")[: MOST_COUNTED + 1].count()
        cache.set(key, known, COUNTED_FOR)
    return known


def _scope_text(queryset: Any) -> str:
    try:
        return str(queryset.order_by().values("pk").query.sql_with_params())
    except EmptyResultSet:
        return ""


def _access_parts(by: Any) -> list[Any]:
    access = access_of(by)
    roles = sorted((sorted(r.permissions), r.default_level, sorted(r.levels.items())) for r in access.roles)
    companies = "all" if access.company_ids is None else sorted(access.company_ids)
    own = [sorted(access.permissions), roles, companies, access.reach]
    units = (access.department_ids, access.team_ids, access.managed_department_ids, access.managed_team_ids)
    return [*own, *map(sorted, units), access.default_level]
