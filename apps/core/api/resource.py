"""The base of every API resource: declared fields, scoped rows, one shape of answer.

A master needs ten lines::

    @register_resource
    class UnitApi(MasterViewSet):
        model, path = Unit, "catalog/units"
        fields = ("id", "code", "name", "active", "version")
        read_only = ("id", "version")
        filters = {"code": "code", "active": "active"}
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from rest_framework import serializers, viewsets
from rest_framework.response import Response

from apps.core.access import may
from apps.core.api.bulk import bulk_create, bulk_read
from apps.core.api.conditions import condition_paths
from apps.core.api.filtering import filter_queryset, search_queryset
from apps.core.api.paging import order_queryset, paginate
from apps.core.api.rendering import Envelope, envelope
from apps.core.api.representation import Representer, add_labels
from apps.core.api.serializers import (
    StrictSerializer,
    child_serializer,
    contributed_field,
    model_field,
    resolve_keys,
    validated,
)
from apps.core.api.transaction import api_write
from apps.core.contribute import contributions_to
from apps.core.errors import (
    InvalidInput,
    NotAllowed,
    NotFound,
    Refused,
    VersionConflict,
)
from apps.core.guards import open_paths, record_input_check
from apps.core.keys import key_read
from apps.core.records import Child, record_delete, record_restore, record_save
from apps.core.registry import has_bin
from apps.core.remarks import remarks_of
from apps.core.scope import record_open_or_refuse
from apps.core.surfaces import PERSONAL, Declared, codes

_WRITES = {"add", "change", "delete"}
_OPERATIONS = {
    "list": ("view",),
    "retrieve": ("view",),
    "preview": ("view",),
    "create": ("add",),
    "bulk": ("add",),
    "update": ("view", "change"),
    "partial_update": ("view", "change"),
    "destroy": ("view", "delete"),
    "export": ("view", "export"),
    "import_file": ("import", "add"),
}
_kept_serializers: dict[Any, StrictSerializer] = {}


class ResourceViewSet(viewsets.ViewSet):
    """Declarations: model, path, fields (read), read_only, children, filters and orderings."""

    model: ClassVar[type[models.Model]]
    path: ClassVar[str] = ""
    fields: ClassVar[tuple[str, ...]] = ()
    read_only: ClassVar[tuple[str, ...]] = ("id",)
    rename: ClassVar[dict[str, str]] = {}
    children: ClassVar[tuple[Child, ...]] = ()
    filters: ClassVar[dict[str, str]] = {}
    orderings: ClassVar[dict[str, str]] = {}
    expands: ClassVar[tuple[str, ...]] = ()
    extra_params: ClassVar[frozenset[str]] = frozenset()
    writable: ClassVar[bool] = True
    deletable: ClassVar[bool] = False
    list_children: ClassVar[bool] = False
    personal: ClassVar[bool] = False  # only ever the asking person's own rows; needs no permission
    verbs: ClassVar[dict[str, str]] = {}  # verb → method of this class (POST)
    reads: ClassVar[dict[str, str]] = {}  # verb → method of this class (GET)
    verb_permissions: ClassVar[dict[str, str]] = {}  # verb or read → code; "" = whoever sees the record
    write_permission: ClassVar[str] = ""  # asked besides add, change and delete
    bahi_app: ClassVar[str] = ""
    form_small: ClassVar[bool] = False  # few rows: forms show a plain choice instead of a look-up
    lookup_sub: ClassVar[tuple[str, ...]] = ("code", "gstin", "hsn", "number")
    lookup_resets: ClassVar[tuple[str, ...]] = ()  # columns of a line that the service takes from this record
    form_lookups: ClassVar[dict[str, dict[str, Any]]] = {}  # of its keys, in forms
    quick_fields: ClassVar[tuple[str, ...]] = ()  # made from within a document with these fields
    verb: str = ""

    _representer: ClassVar[Representer | None] = None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Whatever shows tags is found by them."""
        super().__init_subclass__(**kwargs)
        if "tags" in cls.fields:
            cls.filters = {"tags": "tags", **cls.filters}

    # --- access -----------------------------------------------------------------------------------

    def permission(self, action: str) -> str:
        meta = self.model._meta
        return f"{meta.app_label}.{action}_{meta.model_name}"

    @classmethod
    def declared_access(cls, action: str, verb: str) -> Declared | None:
        """What an operation asks for; None for a verb that doesn't say it."""
        if cls.personal:
            return PERSONAL
        needs = _OPERATIONS.get(action, ())
        if action in ("run_verb", "run_read"):
            if verb not in cls.verb_permissions:
                return None
            needs = ("view", cls.verb_permissions[verb])
        if not needs:
            return None
        if set(needs) & _WRITES:
            needs = (*needs, cls.write_permission)
        meta = cls.model._meta
        names = [name for name in needs if name]
        return codes(*(n if "." in n else f"{meta.app_label}.{n}_{meta.model_name}" for n in names))

    def require(self, action: str) -> None:
        user, extra = self.request.user, self.write_permission if action in _WRITES else ""
        if not may(user, self.permission(action)) or (extra and not may(user, extra)):
            raise NotAllowed(
                _("You may not %(action)s %(what)s.")
                % {"action": _(action), "what": self.model._meta.verbose_name_plural}
            )

    def queryset(self, action: str = "view") -> Any:
        """Rows that the user may see; the only start of every read here."""
        queryset = self.model._default_manager.for_user(self.request.user, action)
        return self.refine(queryset)

    def refine(self, queryset: Any) -> Any:
        """Hook: annotations and select_related of a resource."""
        return queryset

    def record(self, pk: int) -> Any:
        """The record, or 404 when hidden or missing."""
        row = self.queryset().filter(pk=pk).first()
        if row is None:
            raise NotFound(_("Not found."))
        return row

    # --- representation ---------------------------------------------------------------------------

    @classmethod
    def representer(cls) -> Representer:
        if "_representer" not in cls.__dict__ or cls._representer is None:
            cls._representer = Representer(cls.model, cls.fields, cls.children, cls.rename)
        return cls._representer

    def represent(self, rows: Sequence[Any], **kwargs: Any) -> Sequence[dict[str, Any]]:
        data = self.representer().rows(list(rows), self.request.user, **kwargs)
        if self.wants_labels():
            add_labels(self.representer(), data)
        return data

    def wants_labels(self) -> bool:
        """Our own pages ask for ``<key>_label`` beside each key."""
        sent = getattr(self.request, "META", {}).get("HTTP_X_BAHI_LABELS")
        return sent == "1" or getattr(self.request, "bahi_labels", False)

    def one(self, row: Any) -> dict[str, Any]:
        return self.represent([row])[0]

    # --- input ------------------------------------------------------------------------------------

    @classmethod
    def input_serializer(cls) -> type[StrictSerializer]:
        """Serializer class of this resource's writes, with contributed fields that can be written."""
        attrs: dict[str, Any] = {}
        child_names = {child.name for child in cls.children}
        for name in cls.fields:
            if name not in cls.read_only and name not in child_names:
                attrs[name] = model_field(cls.model, name, cls.rename.get(name, ""))
        for child in cls.children:
            attrs[child.name] = child_serializer(child)
        for name, item in contributions_to(cls.model).items():
            if item.write is not None:
                attrs[name] = contributed_field(item)
        attrs["version"] = serializers.IntegerField(required=False, min_value=0, max_value=2**31 - 1)
        attrs["silent"] = frozenset((*cls.read_only, *contributions_to(cls.model)))
        return type(f"{cls.model.__name__}Input", (StrictSerializer,), attrs)

    @classmethod
    def kept_serializer(cls, partial: bool) -> StrictSerializer:
        """A serializer to validate with again and again: building one costs more than using it.

        It holds no state of a request. The set of contributed fields is part of the key, because modules
        are switched on and off for each organisation.
        """
        key = (cls, partial, tuple(contributions_to(cls.model)))
        if key not in _kept_serializers:
            _kept_serializers[key] = cls.input_serializer()(partial=partial)
        return _kept_serializers[key]

    def read_input(
        self, data: Any, *, partial: bool = False, row: Any = None
    ) -> tuple[dict[str, Any], dict[str, Any], Any]:
        """Validated (values, children, version), keys resolved to instances in scope. ``row``: what changes.

        Raises InvalidInput, and NotAllowed for guarded fields that the user may not write.
        """
        serializer = self.kept_serializer(partial)
        values = resolve_keys(serializer, validated(serializer, data), self.request.user)
        self.check_guarded(data, row)
        version = values.pop("version", None)
        children = {c.name: values.pop(c.name) for c in self.children if c.name in values}
        return {self.rename.get(k, k): v for k, v in values.items()}, children, self._version(version)

    def check_guarded(self, data: Any, row: Any) -> None:
        """Raises NotAllowed for fields in ``data`` whose permission the user lacks."""
        user = self.request.user
        record_input_check(self.model, data, user, names=self.rename, children=self.children, row=row)
        for name, item in contributions_to(self.model).items():
            if name in data and item.permission and not may(user, item.permission):
                raise NotAllowed(_("You may not set %(field)s.") % {"field": item.label or name}, field=name)

    def _version(self, version: int | None) -> int | None:
        tag = self.request.headers.get("If-Match", "").strip('W/" ')
        if not tag:
            return version
        sent = key_read(tag)
        if sent is None:
            raise InvalidInput(_("If-Match carries no version."), field="If-Match")
        return sent

    # --- reads ------------------------------------------------------------------------------------

    def list(self, request: Any) -> Response:
        self.require("view")
        return Response(self.list_envelope(self.listed(request)))

    def listed(self, request: Any) -> Any:
        """The filtered, searched queryset of a list or export."""
        params = request.query_params
        user = request.user
        filters = open_paths(self.model, {"id": "id", **self.filters}, user)
        fields = open_paths(self.model, condition_paths(type(self)), user)
        queryset = filter_queryset(
            self.queryset(), params, filters, extra=self.extra_params, user=user, fields=fields
        )
        if params.get("search"):
            queryset = search_queryset(queryset, params["search"], user)
        return queryset

    def list_envelope(self, queryset: Any) -> Any:
        params = self.request.query_params
        allowed = {"id": "id", **{n: n for n in self.filters if n == self.filters[n]}, **self.orderings}
        allowed = open_paths(self.model, allowed, self.request.user)
        queryset, paths = order_queryset(queryset, params.get("ordering", ""), allowed)
        page = paginate(queryset, self.request, paths)
        only = self._only(params.get("fields", ""))
        with_children = self.list_children or (
            only is not None and any(c.name in only for c in self.children)
        )
        data = self.represent(page.rows, only=only, with_children=with_children)
        self._expand(page.rows, data, params.get("expand", ""))
        return envelope(data, pagination=page.pagination)

    def _only(self, text: str) -> set[str] | None:
        if not text:
            return None
        names = {part.strip() for part in text.split(",") if part.strip()}
        known = {*self.fields, *contributions_to(self.model), *(c.name for c in self.children)}
        unknown = sorted(names - known)
        if unknown:
            raise InvalidInput(
                _("Unknown field: %(n)s.") % {"n": ", ".join(unknown)}, field="fields", code="unknown"
            )
        return names | {"id"}

    def _expand(self, rows: Sequence[Any], data: Sequence[dict[str, Any]], text: str) -> None:
        """``expand=party``: the key becomes {id, label}. One query for each expanded key."""
        for name in filter(None, (part.strip() for part in text.split(","))):
            field = self.rename.get(name, name)
            if name not in self.expands:
                raise InvalidInput(
                    _("Can't be expanded: %(n)s.") % {"n": name}, field="expand", code="unknown"
                )
            related = self.model._meta.get_field(field).related_model
            ids = {item[name] for item in data if item.get(name) is not None}
            labels = {row.pk: str(row) for row in related._default_manager.filter(pk__in=ids)}
            for item in data:
                if item.get(name) is not None:
                    item[name] = {"id": item[name], "label": labels.get(item[name], "")}

    def retrieve(self, request: Any, pk: int) -> Response:
        self.require("view")
        row = self.record(pk)
        response = Response(envelope(self.one(row)))
        if hasattr(row, "version"):
            response["ETag"] = f'"{row.version}"'
        return response

    # --- writes -----------------------------------------------------------------------------------

    def save_record(
        self, instance: Any, values: dict[str, Any], children: dict[str, Any], version: Any
    ) -> Any:
        """The service that writes: every writable base says which (masters, documents)."""
        raise TypeError(f"{type(self).__name__} is writable but names no service")

    def create(self, request: Any) -> Response:
        self.require("add")

        def work() -> tuple[int, Any, str]:
            row = self.create_one(request.data)
            message = _("%(what)s created.") % {"what": capfirst(self.model._meta.verbose_name)}
            return 201, self._told(row, self.one(row), message), message

        return api_write(request, work)

    def _told(self, row: Any, shown: Any, message: str) -> Envelope:
        """With what its user should know of the record that he has just saved."""
        return envelope(shown, message=message, warnings=remarks_of(row, self.request.user))

    def create_one(self, data: Any) -> Any:
        values, children, _version = self.read_input(data)
        return self._saved(self.model(), values, children, None)

    def _saved(self, instance: Any, *what: Any) -> Any:
        """Save; a refusal names the field as the API does, where the model has another name."""
        try:
            return self.save_record(instance, *what)
        except InvalidInput as error:
            names = {field: name for name, field in self.rename.items()}
            if not any(e.field in names for e in error.errors):
                raise
            raise InvalidInput(
                [replace(e, field=names.get(e.field, e.field)) for e in error.errors]
            ) from error

    def update(self, request: Any, pk: int) -> Response:
        return self._change(request, pk, partial=False)

    def partial_update(self, request: Any, pk: int) -> Response:
        return self._change(request, pk, partial=True)

    def _change(self, request: Any, pk: int, *, partial: bool) -> Response:
        self.require("view")
        row = self.record(pk)
        self.require("change")
        record_open_or_refuse(row, request.user)

        def work() -> tuple[int, Any, str]:
            values, children, version = self.read_input(request.data, partial=partial, row=row)
            saved = self._saved(row, values, children, version)
            row_now = self.record(saved.pk)
            return 200, self._told(row_now, self.one(row_now), _("Saved.")), _("Saved.")

        try:
            return api_write(request, work)
        except VersionConflict as error:
            error.data = {"current": self.one(self.record(pk)), "if_match": "If-Match" in request.headers}
            raise

    def destroy(self, request: Any, pk: int) -> Response:
        self.require("view")
        row = self.record(pk)
        self.require("delete")
        record_open_or_refuse(row, request.user, "delete")
        return api_write(request, lambda: (200, {**self.delete_record(row), "id": pk}, _("Deleted.")))

    def delete_record(self, row: Any) -> Any:
        raise Refused(_("This can't be deleted."), code="invalid_transition")

    def bulk(self, request: Any) -> Response:
        """``records`` (at most 1,000), ``mode`` all_or_nothing or skip_bad; a result per row."""
        self.require("add")
        records, mode = bulk_read(request.data)
        return api_write(request, lambda: (200, bulk_create(self.create_one, records, mode), ""))

    # --- verbs ------------------------------------------------------------------------------------

    def run_verb(self, request: Any, pk: int) -> Response:
        return getattr(self, self.verbs[self.verb])(request, pk)

    def run_read(self, request: Any, pk: int) -> Any:
        return getattr(self, self.reads[self.verb])(request, pk)

    def get_serializer_class(self) -> Any:
        """For OpenAPI: the same class each time, so that it becomes one component."""
        return type(self.kept_serializer(partial=False))


class MasterViewSet(ResourceViewSet):
    """Resource of a master or setting: written by the generic service, deleted into the bin."""

    deletable: ClassVar[bool] = True
    saved_alone: ClassVar[tuple[str, ...]] = ()
    """Fields for whose sake a resource has a ``save_record`` of its own; without them it saves as masters do,
    many at once where there are many."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Every master has the way back out of the bin, whatever other verbs it names."""
        super().__init_subclass__(**kwargs)
        if has_bin(getattr(cls, "model", None)):
            cls.verbs = {"restore": "restore", **cls.verbs}
            cls.verb_permissions = {"restore": "delete", **cls.verb_permissions}
            cls.extra_params = frozenset({*cls.extra_params, "deleted"})

    def refine(self, queryset: Any) -> Any:
        return queryset.filter(deleted_at__isnull=not self.in_bin()) if has_bin(self.model) else queryset

    def in_bin(self) -> bool:
        """Whether the bin is asked for (``?deleted=true``): for those who may delete, as restoring is."""
        if self.verb == "restore":
            return True
        params = getattr(self.request, "query_params", None)
        asked = params.get("deleted", "false") if params is not None else "false"
        if asked not in ("true", "false"):
            raise InvalidInput(_("Must be true or false."), field="deleted")
        if asked == "true":
            self.require("delete")
        return asked == "true"

    def restore(self, request: Any, pk: int) -> Response:
        """Out of the bin, switched on; whoever may delete a record may do that."""
        self.require("view")
        row = self.record(pk)
        self.require("delete")
        record_open_or_refuse(row, request.user, "delete")
        return api_write(request, lambda: (200, self.one(self.restore_record(row)), _("Restored.")))

    def restore_record(self, row: Any) -> Any:
        return record_restore(row, by=self.request.user)

    def check_values(self, instance: Any, values: dict[str, Any]) -> None:
        """Hook: what a resource asks of the values besides the rules of its model. Raises InvalidInput."""

    def save_record(
        self, instance: Any, values: dict[str, Any], children: dict[str, Any], version: Any
    ) -> Any:
        self.check_values(instance, values)
        contributed = contributions_to(self.model)
        extra = {n: values.pop(n) for n in list(values) if n in contributed}
        many = {f.name: values.pop(f.name) for f in self.model._meta.many_to_many if f.name in values}
        saved = record_save(
            instance,
            values=values,
            children=children,
            specs={child.name: child for child in self.children},
            version=version,
            by=self.request.user,
        )
        for name, rows in many.items():
            getattr(saved, name).set(rows)
        for name, value in extra.items():
            contributed[name].write(saved, value, self.request.user)
        return saved

    def delete_record(self, row: Any) -> Any:
        if has_bin(self.model):
            record_delete(row, by=self.request.user)
        else:
            row.delete()
        return {"id": row.pk}
