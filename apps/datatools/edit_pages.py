"""Bulk edit: an action of lists, and the page that asks for field and value and shows old and new."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from rest_framework import serializers

from apps.core.access import may
from apps.core.admin.lists import ListAction, register_list_action
from apps.core.admin.site import admin_site
from apps.core.errors import BahiError, InvalidInput, NotFound
from apps.core.registry import resource_of
from apps.core.uow import run_in_unit_of_work
from apps.datatools.importing.editing import EditTarget, can_edit, edit_fields, field_label, own_column
from apps.datatools.importing.targets import KeyCache, Record, import_field, value_parse
from apps.datatools.models import ImportRun
from apps.datatools.models.imports import ImportState
from apps.datatools.services.edits import MOST, edit_apply, edit_create, edit_find, edit_preview


def allowed(model: type[models.Model], user: Any) -> bool:
    """Whether rows of this list can be changed together by this user."""
    view = resource_of(model)
    if view is None or not can_edit(view):
        return False
    meta = model._meta
    extra = not view.write_permission or may(user, view.write_permission)
    return extra and may(user, f"{meta.app_label}.change_{meta.model_name}")


def action(model_admin: Any, request: HttpRequest, queryset: Any) -> HttpResponse | None:
    """Keep the chosen rows and go to the page."""
    ids = list(queryset.order_by("pk").values_list("pk", flat=True)[: MOST + 1])
    run = run_in_unit_of_work(lambda: edit_create(model_admin.model, ids, by=request.user))
    return HttpResponseRedirect(reverse("bulk_edit", args=[run.pk]))


def _own(pk: int, user: Any) -> ImportRun:
    try:
        return edit_find(pk, user)
    except NotFound as error:
        raise Http404 from error


def page(request: HttpRequest, pk: int) -> HttpResponse:
    """``?field=`` asks for its value, ``&value=`` shows what would become of the records."""
    run = _own(pk, request.user)
    if run.state != ImportState.CHECKED:
        return HttpResponseRedirect(reverse("import_run", args=[pk]))
    try:
        target = EditTarget(run.target, "", None, request.user)
    except BahiError as error:  # a right was taken away since, or the module is switched off
        messages.error(request, str(error.detail))
        return HttpResponseRedirect(reverse("import_run", args=[pk]))
    fields = edit_fields(target.view_class, request.user)
    name = request.GET.get("field", "")
    context = {
        **admin_site.each_context(request),
        "title": _("Change %(what)s") % {"what": run.file_name},
        "run": run,
        "fields": sorted(((n, field_label(target.view_class, n)) for n in fields), key=lambda pair: pair[1]),
        "name": name,
        "value": request.GET.get("value", ""),
    }
    if name in fields:
        context["control"] = _control(
            target.view_class.model, target.view_class.rename.get(name, name), fields[name]
        )
        if "value" in request.GET:
            context |= _previewed(run, name, fields[name], request)
    return TemplateResponse(request, "datatools/bulk_edit.html", context)


def _previewed(run: ImportRun, name: str, item: Any, request: HttpRequest) -> dict[str, Any]:
    try:
        value = value_read(name, item, request.GET["value"], request.user)
        preview = run_in_unit_of_work(lambda: edit_preview(run, name, value, by=request.user))
    except BahiError as error:
        return {"error": str(error.errors[0].detail if error.errors else error.detail)}
    good = sum(1 for row in preview["rows"] if not row["refused"])
    return {"preview": preview, "good": good or preview["count"] > preview["tried"]}


def _control(model: type[models.Model], own: str, item: serializers.Field) -> dict[str, Any]:
    """How the page asks for a value: kind, and the choices where there are few."""
    shape = import_field(own, item)
    field = own_column(model, own)
    empty = [("", "—")] if getattr(item, "allow_null", False) or getattr(item, "allow_blank", False) else []
    if shape.kind == "bool":
        return {"choices": [("yes", _("yes")), ("no", _("no"))]}
    if field is not None and field.choices:
        return {"choices": empty + [(str(v), str(label)) for v, label in field.flatchoices]}
    return {"kind": "date" if shape.kind == "date" else "text", "named": shape.kind == "key"}


def value_read(name: str, item: serializers.Field, text: str, user: Any) -> Any:
    """The text of the page as the API takes it. Raises InvalidInput naming ``value``."""
    text = text.strip()
    if not text:
        return None if item.allow_null else ([] if isinstance(item, serializers.ListField) else "")
    shape, keys = import_field(name, item), KeyCache(user)
    keys.load({name: shape}, [Record(1, {name: text})])
    try:
        return value_parse(shape, text, keys, {})
    except ValueError as error:
        raise InvalidInput(str(error), field="value") from error


@login_required
@require_POST
def apply(request: HttpRequest, pk: int) -> HttpResponse:
    """Starts the job."""
    run = _own(pk, request.user)
    name = request.POST.get("field", "")
    try:
        target = EditTarget(run.target, name, None, request.user)
        item = edit_fields(target.view_class, request.user).get(name)
        if item is None:
            raise InvalidInput(_("This field is required."), field="field", code="required")
        value = value_read(name, item, request.POST.get("value", ""), request.user)
        run_in_unit_of_work(lambda: edit_apply(run, name, value, by=request.user))
    except BahiError as error:
        messages.error(request, str(error.detail))
        return HttpResponseRedirect(reverse("bulk_edit", args=[pk]))
    return HttpResponseRedirect(reverse("import_run", args=[pk]))


def page_urls() -> list[Any]:
    """Addresses below ``data/``."""
    return [
        path("edit/<int:pk>/", admin_site.admin_view(page), name="bulk_edit"),
        path("edit/<int:pk>/apply/", apply, name="bulk_edit_apply"),
    ]


register_list_action(ListAction("bulk_edit", gettext_lazy("Change a field …"), action, allowed))
