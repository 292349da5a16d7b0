"""How lists of the back office behave: filters and columns are remembered per user, figures stand right,
exports hold what is shown, and huge tables aren't counted row by row.

What is remembered lives in a higher app (saved views), which sets itself here with ``use_list_store``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.contrib import admin
from django.core.exceptions import FieldDoesNotExist, PermissionDenied
from django.core.paginator import Paginator
from django.db import connection, models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from apps.core.admin import contributed
from apps.core.admin.looks import LOOK, Look, list_key, look_asked, look_before, look_query
from apps.core.admin.neighbours import order_only
from apps.core.admin.where import VIEW, where_open, where_tool
from apps.core.api.filtering import WHERE
from apps.core.contribute import contributions_to
from apps.core.counting import total_of
from apps.core.fields import MoneyField
from apps.core.formats import show_number, show_quantity
from apps.core.guards import open_names
from apps.core.registry import resource_of
from apps.core.scope import kind_of
from apps.core.working import working_company_id

HUGE = 50_000
RESET, EXPORT, ONCE = "_reset", "_export", "_once"
PASSING = ("p", "all", "e", "_popup", "_to_field", "_changelist_filters")
BIN = "bin"
LEFT_OUT = ("id", "search_text", "custom", "tags", "version", "deleted_at", "external_id")


@dataclass
class ListState:
    """What a user keeps of one list. ``widths``: pixels of columns that he drew wider or narrower; ``views``:
    {name, query, address, columns, widths, shared, mine, id, default} of each saved view, where ``address``
    is the query and, of a view with columns of its own, its id; ``opens``: the address of the view that the
    list opens with, None for as he left it."""

    query: str = ""
    columns: list[str] = field(default_factory=list)
    widths: dict[str, int] = field(default_factory=dict)
    views: list[dict[str, Any]] = field(default_factory=list)
    opens: str | None = None

    def look_through(self, view: str | None) -> None:
        """Show the columns of a saved view (its id as the address says it); one's own widths stay."""
        chosen = next((item for item in self.views if str(item["id"]) == view), None)
        if chosen is not None:
            self.columns = chosen["columns"] or self.columns
            self.widths = {**chosen["widths"], **self.widths}


class ListStore(Protocol):
    """Where list states are kept, and what writes exports."""

    def load(self, user: Any, list_kind: str) -> ListState: ...

    def choices(self, user: Any) -> dict[str, Any]: ...

    def keep(self, user: Any, list_kind: str, query: str) -> None: ...

    def export(
        self, view: Any, queryset: Any, form: str, list_kind: str, company_id: int | None
    ) -> HttpResponse: ...


_store: list[ListStore] = []


def list_state(user: Any, list_kind: str) -> ListState:
    """What the user keeps of a list; an empty one where nothing keeps lists."""
    return _store[0].load(user, list_kind) if _store else ListState()


def use_list_store(store: ListStore) -> None:
    """Called once by the app that keeps saved views."""
    _store[:] = [store]


@dataclass(frozen=True)
class ListAction:
    """What a higher app offers for chosen rows of every list; ``run(model_admin, request, queryset)``."""

    name: str
    label: Any
    run: Any
    allowed: Any


_actions: list[ListAction] = []


def register_list_action(action: ListAction) -> None:
    """Offer something for the chosen rows of every list for which ``allowed(model, user)`` says yes."""
    _actions.append(action)


class EstimatingPaginator(Paginator):
    """Exact below fifty thousand rows; an unfiltered list of a larger table takes the planner's estimate."""

    @cached_property
    def count(self) -> int:
        query = getattr(self.object_list, "query", None)
        if query is None or query.where or query.is_sliced or query.distinct:
            return self._exact()
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT reltuples::bigint FROM pg_class WHERE oid = to_regclass(%s)",
                [f"{connection.schema_name}.{self.object_list.model._meta.db_table}"],
            )
            row = cursor.fetchone()
        return int(row[0]) if row and row[0] >= HUGE else self._exact()

    def _exact(self) -> int:
        return total_of(self.object_list) if hasattr(self.object_list, "query") else int(super().count)


@cache
def number_column(model: type[models.Model], name: str) -> Any:
    """A right-aligned column for a decimal field, grouped the Indian way; None for other fields."""
    try:
        found = model._meta.get_field(name)
    except FieldDoesNotExist:
        return None
    if not isinstance(found, models.DecimalField):
        return None
    write = show_number if isinstance(found, MoneyField) else show_quantity

    @admin.display(description=found.verbose_name, ordering=name)
    def column(obj: Any) -> str:
        value = getattr(obj, name)
        return format_html('<span class="bahi-number">{}</span>', "" if value is None else write(value))

    column.__name__ = name
    return column


def extra_columns(model: type[models.Model], shown: Any) -> list[str]:
    """Plain fields of the model that a user may add to its list."""
    names = []
    for item in model._meta.concrete_fields:
        secret = item.name in LEFT_OUT or item.name.endswith(("_hash", "password", "_ptr"))
        if item.name in shown or secret or isinstance(item, models.JSONField | models.BinaryField):
            continue
        names.append(item.name)
    return names


class ListBehaviour:
    """Mixin of every admin class of ours, before unfold's ModelAdmin."""

    list_before_template = "core/list_tools.html"
    paginator = EstimatingPaginator
    model: Any
    hidden_columns: tuple[str, ...] = ()
    looks: tuple[Look, ...] = ()  # lists of some of the rows with columns of their own (``looks``)
    shows_contributed = False  # figures of higher apps stand in the list from the start
    aside: tuple[
        str, ...
    ] = ()  # but these wait among the columns to choose, or stand in a look that names them

    # --- opening a list ---------------------------------------------------------------------------

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """As last time, unless the address says otherwise; ``_reset`` forgets, ``_export`` writes a file."""
        narrow_to_company(request, request.GET)
        if "_popup" in request.GET or not self.has_view_permission(request) or not _store:  # type: ignore[attr-defined]  # a mixin: the admin class beside it has it
            return super().changelist_view(request, extra_context)  # type: ignore[misc]  # a mixin: the admin class beside it has the method
        store, params = _store[0], request.GET.copy()
        form = params.pop(EXPORT, [""])[-1]
        once = bool(params.pop(ONCE, None))
        look = look_asked(self, params)
        kind, bare = list_key(self.model, look), look_query(look)
        if params.pop(RESET, None):
            store.keep(request.user, kind, "")
            once = urlencode({ONCE: 1}) if store.load(request.user, kind).opens is not None else ""
            query = "&".join(part for part in (bare, once) if part)
            return HttpResponseRedirect(f"{request.path}?{query}" if query else request.path)
        request.GET = params  # type: ignore[assignment]  # Django types it as read only
        if form:
            return self._export(request, store, form)
        state = store.load(request.user, kind)
        state.look_through(params.get(VIEW))
        request.bahi_list = state  # type: ignore[attr-defined]  # our middleware and views put it on the request
        if request.method == "GET":
            query = _lasting(params)
            fresh = params.urlencode() == bare and not once and not _came_from_here(request, look)
            last = state.query if state.opens is None else state.opens
            if fresh and last not in ("", bare) and self._openable(request, last):
                return HttpResponseRedirect(f"{request.path}?{last}")
            if query != state.query and not once:
                store.keep(request.user, kind, query)
        context = {"list_tools": self._list_tools(request, state, params)}
        if look:
            context["title"] = look.title
        return super().changelist_view(request, {**context, **(extra_context or {})})  # type: ignore[misc]  # a mixin: the admin class beside it has the method

    def _openable(self, request: HttpRequest, query: str) -> bool:
        """Whether this person may use the filters of a kept address: those of a shared view may be closed to
        him, and the list must open all the same."""
        plain = (*PASSING, BIN, LOOK, VIEW, "o", "q")
        for name, value in parse_qsl(query):
            if name == WHERE and not where_open(self.model, value, request.user):
                return False
            if name not in (*plain, WHERE) and not self.lookup_allowed(name, value, request):  # type: ignore[attr-defined]  # a mixin: the admin class beside it has it
                return False
        return True

    def _list_tools(self, request: HttpRequest, state: ListState, params: QueryDict) -> dict[str, Any]:
        view = resource_of(self.model)
        permission = f"{self.model._meta.app_label}.export_{self.model._meta.model_name}"
        current, look = _lasting(params), look_asked(self, params)
        bare, seen = look_query(look), params.get(VIEW)
        return {
            "kind": list_key(self.model, look),
            "query": current,
            "view": seen or "",
            "widths": json.dumps(state.widths),
            "where": where_tool(params, (WHERE, *PASSING)) if view else None,
            "filtered": current != bare,
            "reset": _reset_query(bare),
            "views": [
                {
                    **item,
                    "current": item["query"] == without_view(current) and seen in (None, str(item["id"])),
                }
                for item in state.views
                if item["mine"] or self._openable(request, item["query"])
            ],
            **_store[0].choices(request.user),
            "columns": self._column_choices(request),
            "exports": _exports(request) if view and request.user.has_perm(permission) else [],  # type: ignore[union-attr]  # only signed-in people come here
            "dates": self._date_range(params),
            "pinned": any(item["path"] == request.path for item in getattr(request.user, "favourites", ())),
            "title": str(self.model._meta.verbose_name_plural),
        }

    def _empty(self, request: HttpRequest, params: QueryDict) -> dict[str, Any]:
        """What an empty list says: whether filters are to blame, and where records can be brought in."""
        filters = [k for k, v in params.items() if v and k not in (*PASSING, BIN, LOOK, VIEW, "o")]
        meta, view = self.model._meta, resource_of(self.model)
        rights = [f"{meta.app_label}.{action}_{meta.model_name}" for action in ("import", "add")]
        imports = view is not None and view.writable and all(map(request.user.has_perm, rights))  # type: ignore[union-attr]  # only signed-in people come here
        return {
            "filtered": bool(filters),
            "bin": BIN in params,
            "reset": _reset_query(look_query(look_asked(self, params))),
            "import": _import_page(view.path) if view is not None and imports else "",
        }

    def _date_range(self, params: QueryDict) -> dict[str, Any] | None:
        """The small from–to form of lists with a date; it carries the other filters along."""
        try:
            self.model._meta.get_field("date")
        except FieldDoesNotExist:
            return None
        own = ("date__gte", "date__lte", "date__period", *PASSING)  # from–to stands for the period
        kept = [(k, v) for k, v in params.items() if k not in own]
        return {"from": params.get("date__gte", ""), "to": params.get("date__lte", ""), "kept": kept}

    def _export(self, request: HttpRequest, store: ListStore, form: str) -> HttpResponse:
        meta = self.model._meta
        view_class = resource_of(self.model)
        if view_class is None or not request.user.has_perm(f"{meta.app_label}.export_{meta.model_name}"):  # type: ignore[union-attr]  # only signed-in people come here
            raise PermissionDenied
        view = view_class()
        view.request = request
        queryset = self.get_changelist_instance(request).queryset  # type: ignore[attr-defined]  # a mixin: the admin class beside it has it
        kind, company = kind_of(self.model), request.bahi_company  # type: ignore[attr-defined]  # set by narrow_to_company
        here = f"{request.path}?{urlencode([*parse_qsl(request.GET.urlencode()), (ONCE, 1)])}"
        return self._or_message(request, here, lambda: store.export(view, queryset, form, kind, company))  # type: ignore[attr-defined,no-any-return]  # a mixin: the admin class beside it has it

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> Any:
        """The theme's list; only its order where nothing but neighbours of a record are wanted."""
        found = super().get_changelist(request, **kwargs)  # type: ignore[misc]  # a mixin: the admin class beside it has the method
        return order_only(found) if getattr(request, "bahi_order_only", False) else found

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Without filters the rows found are all rows: the head then says no number of its own."""
        found = super().get_changelist_instance(request)  # type: ignore[misc]  # a mixin: the admin class beside it has the method
        if not (found.has_active_filters or found.query):
            found.full_result_count = found.result_count
        if not getattr(found, "result_count", 1):
            found.empty = self._empty(request, request.GET)  # the rows are drawn with nothing but this object
        names = {getattr(item, "__name__", item) for item in found.list_display}
        given = [name for name in contributed.listed(self.model, request.user) if name in names]
        if given and getattr(found, "result_list", None) is not None:
            found.result_list = list(found.result_list)
            contributed.values_put(self.model, found.result_list, given, request.user)
        return found

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """With what higher apps offer for this list."""
        found = super().get_actions(request)  # type: ignore[misc]  # a mixin: the admin class beside it has the method
        if "_popup" not in request.GET:
            for item in _actions:
                if item.allowed(self.model, request.user):
                    found[item.name] = (item.run, item.name, str(item.label))
        return found

    # --- columns ----------------------------------------------------------------------------------

    def get_list_display(self, request: HttpRequest) -> Any:
        shown = self._usual(request)
        chosen = getattr(getattr(request, "bahi_list", None), "columns", None)
        if chosen:
            allowed = {*shown, *self._extra(request, shown)}
            shown = [name for name in shown[:1] if name not in chosen] + [n for n in chosen if n in allowed]
        given = contributed.listed(self.model, request.user)
        return [self._column(name, given) for name in open_names(self.model, shown, request.user)]

    def _usual(self, request: HttpRequest) -> list[Any]:
        """The class's own columns, and the figures that higher apps contribute where it shows them."""
        look = look_asked(self, request.GET)
        own = list(look.columns if look else super().get_list_display(request))  # type: ignore[misc]  # a mixin: the admin class beside it has the method
        if not self.shows_contributed:
            return own
        given = contributed.listed(self.model, request.user)
        closed = {name for name in contributions_to(self.model) if name not in given}
        own = [name for name in own if not (isinstance(name, str) and name in closed)]
        left_out = {*self.aside, *(name for name in own if isinstance(name, str))}
        figures = [
            n
            for n, item in given.items()
            if item.kind in contributed.FIGURES and n not in left_out and not hasattr(self, n)
        ]
        end = len(own) - 1 if own and own[-1] == "active" else len(own)
        return [*own[:end], *figures, *own[end:]]

    def _column(self, name: Any, given: dict[str, Any]) -> Any:
        if not isinstance(name, str) or hasattr(self, name):
            return name
        if name in given:
            return contributed.column(name, given[name])
        return number_column(self.model, name) or name

    def _extra(self, request: HttpRequest, shown: Any) -> list[str]:
        names = [name for name in shown if isinstance(name, str)]
        offered = open_names(self.model, extra_columns(self.model, names), request.user)
        given = [
            n for n in contributed.listed(self.model, request.user) if n not in names and not hasattr(self, n)
        ]
        return [name for name in (*offered, *given) if name not in self.hidden_columns]

    def get_list_select_related(self, request: HttpRequest) -> Any:
        """The class's own, and every key among the columns: a list never asks row by row."""
        own = super().get_list_select_related(request)  # type: ignore[misc]  # a mixin: the admin class beside it has the method
        if own is True:
            return own
        names = [getattr(item, "__name__", item) for item in self.get_list_display(request)]
        keys = [f.name for f in self.model._meta.concrete_fields if f.is_relation and f.name in names]
        return tuple(dict.fromkeys([*(own or ()), *keys])) or False

    def _column_choices(self, request: HttpRequest) -> list[dict[str, Any]]:
        usual = self._usual(request)
        default = [n for n in open_names(self.model, usual, request.user) if isinstance(n, str)]
        now = [getattr(item, "__name__", item) for item in self.get_list_display(request)]
        names = [
            *now,
            *(n for n in default if n not in now),
            *(n for n in self._extra(request, default) if n not in now),
        ]
        given = contributed.listed(self.model, request.user)
        left, right, wide = _("%(name)s: further left"), _("%(name)s: further right"), _("%(name)s: width")
        widths = getattr(getattr(request, "bahi_list", None), "widths", {})
        found = []
        for name in names:
            label = self._column_label(name, given)
            moves = {"left": left % {"name": label}, "right": right % {"name": label}}
            size = {"wide": wide % {"name": label}, "width": widths.get(name, "")}
            found.append({"name": name, "label": label, "shown": name in now, **moves, **size})
        return found

    def _column_label(self, name: str, given: dict[str, Any]) -> str:
        if name in given:
            return capfirst(contributed.column_label(name, given[name]))
        try:
            text = str(self.model._meta.get_field(name).verbose_name)
        except FieldDoesNotExist:
            text = str(getattr(getattr(self, name, None), "short_description", "") or name.replace("_", " "))
        return text[:1].upper() + text[1:]


def _reset_query(bare: str) -> str:
    """The address that takes all filters off."""
    return f"?{RESET}=1&{bare}" if bare else f"?{RESET}=1"


def _import_page(target: str) -> str:
    """Where a file is brought in; empty without the app that does it."""
    try:
        return f"{reverse('import_page')}?{urlencode({'target': target})}"
    except NoReverseMatch:
        return ""


def listed_rows(model_admin: Any, user: Any, params: QueryDict, company_id: int | None) -> Any:
    """The rows of a list with the filters of an address, without a request: what is counted or exported
    later. Nothing is read yet."""
    request = HttpRequest()
    request.method, request.GET, request.user = "GET", params, user  # type: ignore[assignment]  # Django types it as read only
    request.bahi_company, request.bahi_order_only = company_id, True  # type: ignore[attr-defined]  # as our views put it on the request
    return model_admin.get_changelist_instance(request).queryset


def narrow_to_company(request: Any, params: QueryDict) -> None:
    """Mark the request with the company worked in, unless the list is filtered by company itself."""
    request.bahi_company = company_narrowing(request.user, params)


def company_narrowing(user: Any, params: QueryDict) -> int | None:
    """The company worked in, unless a list is filtered by company itself."""
    own = any(key == "company" or key.startswith("company__") for key in params)
    return None if own else working_company_id(user)


def _came_from_here(request: HttpRequest, look: Look | None) -> bool:
    """Whoever takes the last filter off stands in the list already: he wants all rows, not the last ones."""
    same = urlsplit(request.headers.get("Referer", "")).path == request.path
    return same and look_before(request) == (look.key if look else "")


def _lasting(params: QueryDict) -> str:
    """The part of a list's address that is worth remembering: filters, search and sorting; not the bin, whose
    list would look like one that lost its records."""
    left_out = (*PASSING, BIN)
    pairs = [
        (key, value) for key, values in params.lists() if key not in left_out for value in values if value
    ]
    return urlencode(pairs)


def without_view(query: str) -> str:
    """The address of a list with the columns that one chose oneself."""
    return urlencode([(name, value) for name, value in parse_qsl(query) if name != VIEW])


def _exports(request: HttpRequest) -> list[dict[str, str]]:
    labels = {"csv": "CSV", "xlsx": "Excel", "pdf": "PDF", "json": "JSON"}
    result = []
    for form, label in labels.items():
        params = request.GET.copy()
        params[EXPORT] = form
        result.append({"url": f"?{params.urlencode()}", "label": label, "title": _("Export as %s") % label})
    return result
