"""Bases of admin classes: every list starts from the scoped queryset, every right from the roles."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import flatten_fieldsets
from django.db import models
from django.forms.models import _get_foreign_key
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin, TabularInline

from apps.core.access import access_of, may
from apps.core.admin import contributed
from apps.core.admin.bin import BinAdmin
from apps.core.admin.filters import contributed_filters, tag_filters, with_periods
from apps.core.admin.guarded import is_column, open_rows
from apps.core.admin.lists import ListBehaviour
from apps.core.admin.looks import LookFilter
from apps.core.admin.master_form import master_form
from apps.core.admin.neighbours import neighbours, pin_of
from apps.core.admin.panels import panels_of
from apps.core.admin.sharing import sharing_of
from apps.core.admin.urls import admin_url
from apps.core.admin.where import SeenView, WhereFilter
from apps.core.admin.widgets import StateFields
from apps.core.api.filtering import amount_condition, search_queryset
from apps.core.errors import BahiError
from apps.core.guards import fixed_fields, hidden_fields, open_names, path_hidden
from apps.core.keys import key_read
from apps.core.modules import module_key_of_app
from apps.core.records import whole_check
from apps.core.registry import has_bin, kind_name
from apps.core.remarks import remarks_of
from apps.core.scope import kind_of, record_filter, record_open, responsible_fill
from apps.core.tenant import switch_on
from apps.core.working import in_company

_record_links: list[tuple[type[models.Model], Callable[[HttpRequest, Any], list[tuple[str, str]]]]] = []


def register_record_link(
    model: type[models.Model], function: Callable[[HttpRequest, Any], list[tuple[str, str]]]
) -> None:
    """A higher app's pages about a record: ``function(request, record)`` gives [(title, address)] of those
    that are open to the person; they stand above the record's form."""
    _record_links.append((model, function))


_inlines: dict[type[models.Model], list[tuple[str, Any]]] = {}


def register_inline(model: type[models.Model], inline: Any, *, app: str) -> None:
    """Rows that a higher app keeps for a lower master (a ``ForeignInline``), edited on the master's page."""
    _inlines.setdefault(model, []).append((app, inline))


class GuardedFields:
    """Mixin of every admin class and inline: guarded fields (``core.guards``) are left out or read only, keys
    offer what may be chosen."""

    model: Any

    def _may(self, request: HttpRequest, action: str) -> bool:
        """The right to the model itself: view, add, change, delete."""
        meta = self.model._meta
        return may(request.user, f"{meta.app_label}.{action}_{meta.model_name}")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return open_rows(self.model, super().get_fields(request, obj), request.user)  # type: ignore[misc]  # a mixin: the admin class beside it has the method

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        found = super().get_fieldsets(request, obj)  # type: ignore[misc]  # a mixin: the admin class beside it has the method
        return [
            (title, {**part, "fields": open_rows(self.model, part["fields"], request.user)})
            for title, part in found
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        own = super().get_readonly_fields(request, obj)  # type: ignore[misc]  # a mixin: the admin class beside it has the method
        fixed = fixed_fields(self.model, request.user)
        return (*own, *sorted(name for name in fixed if name not in own and is_column(self.model, name)))

    def get_field_queryset(self, db: Any, db_field: Any, request: HttpRequest) -> Any:
        """What can be chosen: of companies those that the person works for, seen on their own pages or not;
        of masters none from the bin but what the record names already."""
        related = db_field.related_model
        rows = super().get_field_queryset(db, db_field, request)  # type: ignore[misc]  # a mixin: the admin class beside it has the method
        rows = related._default_manager.all() if rows is None else rows
        if db_field.name == "company" and hasattr(related._default_manager, "for_user"):
            rows = rows.filter(record_filter(related, access_of(request.user)))
        if has_bin(related):
            rows = rows.filter(models.Q(deleted_at=None) | models.Q(pk__in=self._named(db_field, request)))
        return rows

    def _named(self, db_field: Any, request: HttpRequest) -> Any:
        """Ids in this field of the record (or of the rows below it) whose page is open."""
        page = key_read(getattr(request.resolver_match, "kwargs", {}).get("object_id"))
        above, key = getattr(self, "parent_model", None), "pk"
        if above is not None and not issubclass(self.model, above):
            key = _get_foreign_key(above, self.model, fk_name=getattr(self, "fk_name", None)).name
        return self.model._base_manager.filter(**{key: page}).values(db_field.name)


class ScopedAdmin(GuardedFields, StateFields, ListBehaviour, ModelAdmin):
    """Rights and rows as everywhere else; used by every admin class of ours."""

    compressed_fields = False
    warn_unsaved_form = True
    list_filter_submit = False
    list_per_page = 50
    show_full_result_count = False
    icon = "list"
    menu_order = 100
    quick_order = 0  # place among what people usually create (home page); 0: not among it
    tagged = True  # False where a service writes the record and takes no tags
    change_form_outer_before_template = "core/record_tools.html"
    change_form_outer_after_template = "core/record_beside.html"

    def get_queryset(self, request: HttpRequest) -> Any:
        """Rows in scope; in a list those of the company that the user works in, on a record's page all."""
        queryset = self.model._default_manager.for_user(request.user)
        queryset = self.of_bin(request, in_company(queryset, getattr(request, "bahi_company", None)))
        ordering = self.get_ordering(request)
        return queryset.order_by(*ordering) if ordering else queryset

    def restore_url(self, request: HttpRequest, obj: Any) -> str:
        """Where the button Restore of a record's page leads; empty for those not in a bin (``BinAdmin``)."""
        return ""

    def of_bin(self, request: HttpRequest, queryset: Any) -> Any:
        """Masters leave out what is in the bin (``BinAdmin``)."""
        return queryset

    def get_list_filter(self, request: HttpRequest) -> Any:
        looks = [LookFilter] if self.looks else []
        tags = tag_filters(self.model) if self.tagged else []
        own = [*looks, *super().get_list_filter(request), *contributed_filters(self.model), *tags]
        shown = with_periods(self.model, [item for item in own if not self._closed_path(request, item)])
        return [*shown, WhereFilter, SeenView]

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        """The class's own, and those of higher apps that are switched on."""
        given = [item for app, item in _inlines.get(self.model, ()) if switch_on(module_key_of_app(app))]
        return [*super().get_inlines(request, obj), *given]

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        """No filter in the address tells a value that its reader may not see."""
        if request is not None and path_hidden(self.model, lookup, request.user):
            return False
        return super().lookup_allowed(lookup, value, request)

    def _closed_path(self, request: HttpRequest, item: Any) -> bool:
        name = item[0] if isinstance(item, tuple) else item
        return isinstance(name, str) and path_hidden(self.model, name, request.user)

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        """By the search column as the API does: documents by their total too, guarded numbers (a PAN) whole,
        by who may see them. A list that names other columns is searched by those."""
        if tuple(self.get_search_fields(request)) == ("search_text",):
            return search_queryset(queryset, search_term, request.user), False
        found, twice = super().get_search_results(request, queryset, search_term)
        total = amount_condition(self.model, search_term.strip(), request.user)
        if total:
            found |= queryset.filter(total)
        names = open_names(self.model, getattr(self.model, "guarded_search", ()), request.user)
        for name in names if search_term.strip() else ():
            found |= queryset.filter(**{name: search_term.strip().upper()})
        return found, twice

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, "view")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, "add")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, "change") and self._open(request, obj, "change")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, "delete") and self._open(request, obj, "delete")

    @staticmethod
    def _open(request: HttpRequest, obj: Any, action: str) -> bool:
        """A record that only a grant shows is changed by whom the grant lets; asked once a request."""
        if obj is None or obj.pk is None:
            return True
        known = request.__dict__.setdefault("bahi_open", {})
        key = (type(obj), obj.pk, action)
        if key not in known:
            known[key] = record_open(obj, request.user, action)
        return bool(known[key])

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._may(request, "view")

    # --- what a service refuses is shown where it belongs, never as a fault -------------------------------

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """A refusal while saving undoes everything and shows the form again, the refusal beside its field."""
        try:
            if request.method == "POST":
                self.prepare(request)
            return super().changeform_view(request, *args, **kwargs)
        except BahiError as error:
            if request.method != "POST":
                raise
            request.bahi_refusal = error  # type: ignore[attr-defined]  # our middleware and views put it on the request
            return super().changeform_view(request, *args, **kwargs)

    def prepare(self, request: HttpRequest) -> None:
        """Slow checks of what was sent, before the transaction of the page opens."""

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, obj: Any = None, **kwargs: Any
    ) -> HttpResponse:
        """Above the form of a record: the records beside it, and the star that pins it."""
        if obj is not None and not context.get("is_popup"):
            beside = neighbours(self, request, obj)
            urls = {name: admin_url(self.model(pk=key)) for name, key in beside.items()}
            links = [
                item for model, find in _record_links if isinstance(obj, model) for item in find(request, obj)
            ]
            beside = kind_name(self.model) in ("master", "setting") and self.has_view_permission(request)
            context["record_tools"] = {
                "facts": contributed.facts(obj, request.user),
                "panels": panels_of(request, obj),
                "sharing": sharing_of(obj, request.user) if beside else None,
                "target": f"{kind_of(self.model)}:{obj.pk}" if beside else "",
                **urls,
                "pin": pin_of(request, str(obj)),
                "links": links,
                "restore": self.restore_url(request, obj),
            }
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        error = getattr(request, "bahi_refusal", None)
        return form if error is None else _refusing(form, error)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        whole_check(form.instance)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        return self._or_message(
            request, "..", lambda: super(ScopedAdmin, self).delete_view(request, object_id, extra_context)
        )

    def response_action(self, request: HttpRequest, queryset: Any) -> Any:
        return self._or_message(
            request,
            request.get_full_path(),
            lambda: super(ScopedAdmin, self).response_action(request, queryset),
        )

    @staticmethod
    def _or_message(request: HttpRequest, target: str, work: Any) -> Any:
        try:
            return work()
        except BahiError as error:
            for item in error.errors:
                messages.error(request, item.detail)
            return HttpResponseRedirect(target)


def _refusing(form_class: Any, error: BahiError) -> Any:
    """The form, with what the service refused among its errors."""

    class Refusing(form_class):
        def _post_clean(self) -> None:
            super()._post_clean()
            for item in error.errors:
                self.add_error(item.field if item.field in self.fields else None, item.detail)

    return Refusing


class ReadOnlyAdmin(ScopedAdmin):
    """Ledgers and logs."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


OF_BASES = ("parent", "active")


class MasterAdmin(BinAdmin, ScopedAdmin):
    """A master in one line: ``@register(Unit) class UnitAdmin(MasterAdmin): list_display = (…)``."""

    exclude = ("deleted_at", "search_text", "custom")
    search_fields = ("search_text",)
    shows_contributed = True
    change_form_before_template = "core/record_version.html"

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        more = contributed.form_fields(self.model, request.user)
        kwargs.setdefault("form", type("ContributedForm", (self.form,), more) if more else self.form)
        return master_form(super().get_form(request, obj, change=change, **kwargs), request)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """The class's own, and below them what every master has: fields of higher apps, tags."""
        found = list(super().get_fieldsets(request, obj))
        known = set(flatten_fieldsets(found))
        given = [name for name in contributed.form_fields(self.model, request.user) if name not in known]
        if self.tagged and "tags" not in known and any(f.name == "tags" for f in self.model._meta.fields):
            given.append("tags")
        return [*found, (_("Further"), {"fields": tuple(given)})] if given else found

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        contributed.values_write(form.instance, form, request.user)
        for text in remarks_of(form.instance, request.user):
            messages.warning(request, text)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """As the model lists them; what comes from the bases (``parent``, ``active``) last."""
        names = list(super().get_fields(request, obj))
        further = {*OF_BASES, "tags", *contributed.form_fields(self.model, request.user)}
        return [n for n in names if n not in further] + [n for n in OF_BASES if n in names]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change and hasattr(obj, "version"):
            obj.version += 1
        if not change:
            responsible_fill(obj, request.user)
        super().save_model(request, obj, form, change)


class ChildInline(GuardedFields, StateFields, TabularInline):
    """Rows below a master."""

    extra = 0
    tab = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._whole(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._whole(request)

    def _whole(self, request: HttpRequest) -> bool:
        """Whoever may not fill a guarded field neither adds nor removes rows that carry it."""
        closed = {
            *hidden_fields(self.model, request.user),
            *fixed_fields(self.model, request.user),
        }
        return not closed


class ForeignInline(ChildInline):
    """Rows of a model with rights and rows of its own, on the page of another master."""

    def get_queryset(self, request: HttpRequest) -> Any:
        return self.model._default_manager.for_user(request.user)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, "view")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, "add") and self._whole(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, "change")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, "delete") and self._whole(request)
