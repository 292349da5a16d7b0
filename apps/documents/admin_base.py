"""The back office page of every document: list with totals, one form page over the API, print preview."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.core.access import may
from apps.core.admin.bases import ScopedAdmin
from apps.core.admin.neighbours import neighbours, pin_of
from apps.core.errors import BahiError
from apps.core.guards import open_names
from apps.core.india.numbers import format_indian
from apps.core.registry import resource_of
from apps.core.scope import kind_of
from apps.core.surfaces import codes
from apps.core.uow import run_in_unit_of_work
from apps.documents.form_config import document_config
from apps.documents.lifecycle import Transition, lifecycle_of, transition_run
from apps.documents.permissions import PRINT
from apps.documents.services.comments import may_publish

INLINE_LIMIT = 20
TOTALS_LIMIT = 20_000


class StateFilter(admin.SimpleListFilter):
    """``?status__exact=posted``, the address that counters of the home page use too."""

    parameter_name = "status__exact"
    states: tuple[tuple[str, Any], ...] = ()

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return self.states

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(status=self.value()) if self.value() else None


def state_filter(title: Any, states: list[tuple[str, Any]]) -> type[StateFilter]:
    """A filter by the states of one kind of document."""
    return type("StateFilter", (StateFilter,), {"title": title, "states": tuple(states)})


class DocumentAdmin(ScopedAdmin):
    """``list_totals``: money fields summed under the list; transitions without questions are bulk actions."""

    list_after_template = "documents/list_totals.html"
    date_hierarchy = None
    list_totals: tuple[str, ...] = ()
    search_fields = ("search_text",)
    list_filter_sheet = False
    ordering = ("-date", "-id")
    show_facets = admin.ShowFacets.NEVER

    # --- list -------------------------------------------------------------------------------------

    @admin.display(description=_("number"), ordering="number")
    def document_number(self, obj: Any) -> str:
        return obj.number or _("draft %(id)s") % {"id": obj.pk}

    @admin.display(description=_("status"), ordering="status")
    def state_badge(self, obj: Any) -> str:
        state = lifecycle_of(self.model).state(obj.status)
        return format_html('<span class="bahi-badge bahi-badge--{}">{}</span>', state.tone, state.label)

    def get_list_filter(self, request: HttpRequest) -> Any:
        """The states come from the lifecycle: no look through the whole table for those that occur."""
        return [self._states() if item == "status" else item for item in super().get_list_filter(request)]

    def _states(self) -> type[admin.SimpleListFilter]:
        states = [(state.value, state.label) for state in lifecycle_of(self.model).states]
        return state_filter(self.model._meta.get_field("status").verbose_name, states)

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        changelist = super().get_changelist_instance(request)
        changelist.bahi_totals = self._totals(request, changelist)
        return changelist

    def _totals(self, request: HttpRequest, changelist: Any) -> list[tuple[str, str]]:
        """Sums over everything the filters leave; not worked out over very large results."""
        names = open_names(self.model, self.list_totals, request.user)
        if not names or changelist.result_count > TOTALS_LIMIT:
            return []
        sums = changelist.queryset.order_by().aggregate(**{name: Sum(name) for name in names})
        return [
            (str(self.model._meta.get_field(name).verbose_name), format_indian(sums[name] or Decimal(0)))
            for name in names
        ]

    # --- bulk actions -----------------------------------------------------------------------------

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        for item in lifecycle_of(self.model).transitions:
            if self._is_bulk(item) and request.user.has_perm(item.permission):
                actions[f"bulk_{item.name}"] = (_bulk_action(item), f"bulk_{item.name}", str(item.label))
        return actions

    @staticmethod
    def _is_bulk(item: Transition) -> bool:
        return item.answers == "record" and not any(ask.required for ask in item.asks)

    def run_bulk(self, request: HttpRequest, queryset: Any, name: str) -> Any:
        """A few documents at once here, more of them in a job that can be watched or left."""
        ids = list(queryset.order_by("date", "pk").values_list("pk", flat=True))
        if len(ids) > INLINE_LIMIT:
            return self._start_job(request, ids, name)
        done, refused = transition_many(self.model, ids, name, by=request.user)
        if done:
            text = ngettext("%(n)d document done.", "%(n)d documents done.", done) % {"n": done}
            messages.success(request, text)
        for number, detail in refused[:10]:
            messages.error(request, f"{number}: {detail}")
        return None

    def _start_job(self, request: HttpRequest, ids: list[int], name: str) -> None:
        from apps.documents.tasks import run_transitions
        from apps.runtime.services.jobs import job_start

        label = lifecycle_of(self.model).by_name[name].label
        title = f"{label}: {len(ids)} {self.model._meta.verbose_name_plural}"
        job = run_in_unit_of_work(
            lambda: job_start(
                run_transitions, title=title, by=request.user, kind=kind_of(self.model), ids=ids, name=name
            )
        )
        text = format_html('{} <span data-bahi-job="{}"></span>', _("Started in the background:"), job.pk)
        messages.info(request, text)

    # --- the page ---------------------------------------------------------------------------------

    def get_urls(self) -> list[Any]:
        meta = self.model._meta
        name = f"{meta.app_label}_{meta.model_name}_print"
        return [
            path("<int:pk>/print/", self._print_page(), name=name),
            *super().get_urls(),
        ]

    def _print_page(self) -> Any:
        meta = self.model._meta
        view = self.admin_site.admin_view(self.print_view)
        view.model_admin = self
        view.declared = codes(f"{meta.app_label}.view_{meta.model_name}", PRINT)
        return view

    def api_view(self, request: HttpRequest) -> Any:
        view_class = resource_of(self.model)
        assert view_class is not None, self.model  # noqa: S101 - a document without API is our fault
        view = view_class()
        view.request = request
        request.bahi_labels = True  # type: ignore[attr-defined]  # our middleware and views put it on the request
        return view

    def changeform_view(
        self, request: HttpRequest, object_id: Any = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The form works over the API; this only draws its frame."""
        view = self.api_view(request)
        document = None
        if object_id is None:
            if not self.has_add_permission(request):
                raise PermissionDenied
        else:
            document = self._find(request, object_id)
        beside = neighbours(self, request, document) if document else {}
        config = document_config(view, document, lifecycle_of(self.model), request.user, beside=beside)
        if document is not None:
            config["pin"] = pin_of(request, str(document))
        meta = self.model._meta
        context = {
            **self.admin_site.each_context(request),
            "opts": meta,
            "title": str(document) if document else _("New %(what)s") % {"what": meta.verbose_name},
            "document_config": config,
            "target": f"{kind_of(self.model)}:{document.pk}" if document else "",
            "public_comments": may_publish(self.model),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "documents/document.html", context)

    def _find(self, request: HttpRequest, object_id: Any) -> Any:
        try:
            document = self.get_queryset(request).filter(pk=int(str(object_id))).first()
        except ValueError as error:
            raise Http404 from error
        if document is None:
            raise Http404
        return document

    def print_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Print preview: the PDF itself inside the page, so that screen and paper are the same."""
        document = self._find(request, pk)
        if not may(request.user, PRINT):
            raise PermissionDenied
        view = self.api_view(request)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.model._meta,
            "title": str(document),
            "pdf_url": f"/api/v1/{view.path}/{document.pk}/pdf/",
            "document": document,
        }
        return TemplateResponse(request, "documents/print.html", context)


def _bulk_action(item: Transition) -> Any:
    def action(model_admin: DocumentAdmin, request: HttpRequest, queryset: Any) -> Any:
        return model_admin.run_bulk(request, queryset, item.name)

    return action


def transition_many(
    model: Any, ids: list[int], name: str, *, by: Any, progress: Any = None
) -> tuple[int, list[tuple[str, str]]]:
    """Run a transition on each document, each in its own unit of work; → (done, [(number, why not)])."""
    done, refused = 0, []
    for index, pk in enumerate(ids):
        document = model.objects.for_user(by).filter(pk=pk).first()
        if document is None:
            continue
        try:
            run_in_unit_of_work(lambda row=document: transition_run(row, name, by=by))  # type: ignore[misc]  # mypy infers no lambda with a default
            done += 1
        except BahiError as error:
            refused.append((str(document), str(error.detail)))
        if progress is not None:
            progress(index + 1)
    return done, refused
