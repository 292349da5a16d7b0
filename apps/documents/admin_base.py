"""The back office page of every document: list with totals, one form page over the API, print preview."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Sum
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.html import format_html
from django.utils.translation import gettext as _

from apps.core.access import may
from apps.core.admin.bases import ScopedAdmin
from apps.core.admin.filters import record_filter
from apps.core.admin.neighbours import neighbours, pin_of
from apps.core.admin.sharing import sharing_of
from apps.core.api.rendering import envelope
from apps.core.formats import show_number
from apps.core.guards import open_names
from apps.core.money import round_money
from apps.core.registry import resource_of
from apps.core.scope import kind_of
from apps.core.surfaces import codes
from apps.documents.admin_bulk import BulkTransitions
from apps.documents.form_config import document_config
from apps.documents.lifecycle import lifecycle_of
from apps.documents.permissions import PRINT
from apps.documents.services.comments import may_publish, may_write_out
from apps.documents.verb_config import ask_fields

TOTALS_LIMIT = 20_000
RECORD_FILTERS = ("party", "owner", "currency")


@dataclass(frozen=True)
class ListTotal:
    """A sum under a list that is no plain column: what is summed, under the guard of the field ``name``."""

    name: str
    expression: Any = None
    label: Any = ""


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


class DocumentAdmin(BulkTransitions, ScopedAdmin):
    """``list_totals``: money fields summed under the list; bulk actions come from the transitions."""

    list_after_template = "documents/list_totals.html"
    date_hierarchy = None
    list_totals: tuple[str | ListTotal, ...] = ()
    # Pages about one document: (last part of the address, method(request, document), permissions beside
    # seeing it; both are checked here).
    record_pages: tuple[tuple[str, str, tuple[str, ...]], ...] = (
        ("print", "print_view", (PRINT,)),
        ("ask", "ask_view", ()),
    )
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
        """The states come from the lifecycle: no look through the whole table for those that occur. Party,
        salesperson and currency are looked up by typing in every list that has them."""
        own = super().get_list_filter(request)
        keys = [name for name in RECORD_FILTERS if self._has_key(name) and name not in own]
        return [self._filter(item) for item in (*own, *keys)]

    def _has_key(self, name: str) -> bool:
        return any(field.name == name for field in self.model._meta.concrete_fields)

    def _filter(self, item: Any) -> Any:
        if item == "status":
            return self._states()
        return record_filter(self.model, item) if item in RECORD_FILTERS else item

    def _states(self) -> type[admin.SimpleListFilter]:
        states = [(state.value, state.label) for state in lifecycle_of(self.model).states]
        return state_filter(self.model._meta.get_field("status").verbose_name, states)

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        changelist = super().get_changelist_instance(request)
        changelist.bahi_totals = self._totals(request, changelist)
        return changelist

    def _totals(self, request: HttpRequest, changelist: Any) -> list[tuple[str, str]]:
        """Sums over everything the filters leave; not worked out over very large results."""
        wanted = [item if isinstance(item, ListTotal) else ListTotal(item) for item in self.list_totals]
        shown = set(open_names(self.model, [item.name for item in wanted], request.user))
        wanted = [item for item in wanted if item.name in shown]
        if not wanted or changelist.result_count > TOTALS_LIMIT:
            return []
        sums = changelist.queryset.order_by().aggregate(
            **{f"sum_{index}": Sum(item.expression or item.name) for index, item in enumerate(wanted)}
        )
        return [
            (
                str(item.label or self.model._meta.get_field(item.name).verbose_name),
                show_number(round_money(sums[f"sum_{index}"] or Decimal(0))),
            )
            for index, item in enumerate(wanted)
        ]

    # --- the page ---------------------------------------------------------------------------------

    def get_urls(self) -> list[Any]:
        meta = self.model._meta
        own = [
            path(
                f"<int:pk>/{name}/",
                self._record_page(method, needs),
                name=f"{meta.app_label}_{meta.model_name}_{name}",
            )
            for name, method, needs in self.record_pages
        ]
        return [*own, *super().get_urls()]

    def _record_page(self, method: str, needs: tuple[str, ...]) -> Any:
        meta = self.model._meta

        def page(request: HttpRequest, pk: int) -> HttpResponse:
            if not self.has_view_permission(request) or not all(may(request.user, code) for code in needs):
                raise PermissionDenied
            answer: HttpResponse = getattr(self, method)(request, self._find(request, pk))
            return answer

        view = self.admin_site.admin_view(page)
        view.model_admin = self
        view.declared = codes(f"{meta.app_label}.view_{meta.model_name}", *needs)
        return view

    def record_page(
        self, request: HttpRequest, document: Any, template: str, **context: Any
    ) -> TemplateResponse:
        """A page about one document in the frame of the back office."""
        frame = {
            **self.admin_site.each_context(request),
            "opts": self.model._meta,
            "title": str(document),
            "document": document,
        }
        return TemplateResponse(request, template, {**frame, **context})

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
        config = document_config(
            view,
            document,
            lifecycle_of(self.model),
            request.user,
            beside=beside,
            verb=request.GET.get("verb", ""),
        )
        if document is not None:
            config["pin"] = pin_of(request, str(document))
        meta = self.model._meta
        context = {
            **self.admin_site.each_context(request),
            "opts": meta,
            "title": str(document) if document else _("New %(what)s") % {"what": meta.verbose_name},
            "document_config": config,
            "target": f"{kind_of(self.model)}:{document.pk}" if document else "",
            "sharing": sharing_of(document, request.user) if document else None,
            "public_comments": may_publish(self.model)
            and (document is None or may_write_out(document, request.user)),
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

    def ask_view(self, request: HttpRequest, document: Any) -> HttpResponse:
        """What the dialog of a transition asks for, with the rows to choose from: ``?verb=return``."""
        found = lifecycle_of(self.model).open_to(document, request.user)
        item = next((item for item in found if item.name == request.GET.get("verb")), None)
        if item is None:
            raise Http404
        return JsonResponse(envelope({"fields": ask_fields(item, document, request.user)}))

    def print_view(self, request: HttpRequest, document: Any) -> HttpResponse:
        """Print preview: the PDF itself inside the page, so that screen and paper are the same."""
        view = self.api_view(request)
        return self.record_page(
            request, document, "documents/print.html", pdf_url=f"/api/v1/{view.path}/{document.pk}/pdf/"
        )
