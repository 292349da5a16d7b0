"""What can be imported: a target knows its fields and how to write records.

Most targets are API resources (every master): the same validation, permission and service as the API.
Apps register further targets (posted invoices, opening stock) with ``register_target``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any, Protocol

from django.db import models, transaction
from django.utils.translation import gettext as _
from rest_framework import serializers

from apps.company.models import Company
from apps.core.access import access_of, may
from apps.core.api.resource import ResourceViewSet
from apps.core.api.serializers import KeyField
from apps.core.copying import MANY
from apps.core.errors import BahiError, FieldError, InvalidInput, NotAllowed
from apps.core.money import parse_decimal
from apps.core.registry import resources
from apps.core.scope import record_filter
from apps.datatools.importing.batch import Row, batch_create, can_batch
from apps.datatools.importing.provenance import Written
from apps.datatools.importing.rights import OpenTo

NATURAL = ("code", "email", "display_name", "number", "label", "slug", "name")


@dataclass(frozen=True)
class ImportField:
    """path: ``legal_name`` or ``addresses/line1``.

    kind: text, decimal, integer, date, bool, key, list or json.
    """

    path: str
    label: str
    kind: str = "text"
    required: bool = False
    model: type[models.Model] | None = None
    many: bool = False


@dataclass
class Record:
    """Rows of the file that belong together: {path: text} of the head and of each child row."""

    row: int
    head: dict[str, str]
    children: dict[str, list[tuple[int, dict[str, str]]]] = field(default_factory=dict)


@dataclass(frozen=True)
class RowError:
    row: int
    column: str
    code: str
    detail: str

    def as_dict(self) -> dict[str, Any]:
        return {"row": self.row, "column": self.column, "code": self.code, "detail": self.detail}


@dataclass
class Outcome:
    created: int = 0
    updated: int = 0
    skipped: int = 0
    errors: list[RowError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    written: list[Written] = field(default_factory=list)


class Target(Protocol):
    """``apply`` writes some records in the open transaction; bad ones are reported and not written.

    ``notes`` of its outcome are sentences for whoever reads the result; those of the last chunk are kept.
    ``written`` names the records it wrote: an import that names none can't be taken back.
    """

    key: str
    title: str
    group_by: str

    def fields(self) -> list[ImportField]: ...

    def require(self, user: Any) -> None: ...

    def apply(self, records: list[Record], *, by: Any, options: dict[str, Any]) -> Outcome: ...


_targets: dict[str, Target] = {}


def register_target(target: Target) -> None:
    """Make something importable besides the API resources."""
    _targets[target.key] = target


def target_find(key: str) -> Target:
    """The target of a key such as ``parties/parties``. Raises InvalidInput naming ``target``."""
    if key in _targets:
        return _targets[key]
    view = resources().get(key)
    if view is None or not view.writable:
        raise InvalidInput(_("This can't be imported."), field="target", code="unknown")
    return ResourceTarget(view)


def targets_all() -> list[Target]:
    """Every target: the registered ones and each writable resource."""
    found: list[Target] = list(_targets.values())
    found += [ResourceTarget(v) for k, v in sorted(resources().items()) if v.writable and k not in _targets]
    return found


def natural_field(model: type[models.Model]) -> str:
    """The field by which people name a record in a file."""
    names = {f.name for f in model._meta.concrete_fields}
    wanted = getattr(model, "natural_field", "")
    return wanted or next((name for name in NATURAL if name in names), "id")


class ResourceTarget:
    """An API resource as the target of an import."""

    def __init__(self, view_class: type[ResourceViewSet]) -> None:
        self.view_class = view_class
        self.model = view_class.model
        self.key = view_class.path
        self.title = str(self.model._meta.verbose_name_plural)
        self.group_by = natural_field(self.model)
        self.by_company = _has_company(self.model)

    def require(self, user: Any) -> None:
        for action in ("import", "add"):
            code = ResourceViewSet.permission(self.view_class, action)  # type: ignore[arg-type]  # the target has a view class where it is asked
            if not may(user, code):
                raise NotAllowed(_("You may not import %(what)s.") % {"what": self.title})

    def fields(self) -> list[ImportField]:
        found = []
        for name, item in self.view_class.input_serializer()().fields.items():
            if name == "version":
                continue
            if isinstance(item, serializers.ListSerializer):
                found += [
                    import_field(f"{name}/{sub}", s) for sub, s in item.child.fields.items() if sub != "id"
                ]
            else:
                found.append(import_field(name, item))
        return found

    # --- writing ----------------------------------------------------------------------------------

    def apply(self, records: list[Record], *, by: Any, options: dict[str, Any]) -> Outcome:
        outcome = Outcome()
        by_path = {item.path: item for item in self.fields()}
        keys = KeyCache(by)
        keys.load(by_path, records)
        existing = self._existing(records, by)
        left = self._many(records, by_path, keys, existing, by, options, outcome)
        open_to = OpenTo(self.model, by, {row.pk for row in existing.values()})
        for record in left:
            try:
                with transaction.atomic():
                    written = self._write(record, by_path, keys, existing, open_to, options)
            except BahiError as error:
                outcome.skipped += 1
                outcome.errors.extend(_row_errors(record, error.errors))
                continue
            outcome.written.append(written)
            fresh = written.created or written.binned  # out of the bin is as good as new
            outcome.created += fresh
            outcome.updated += not fresh
        return outcome

    @property
    def chunk(self) -> int:
        """Records in one call: more where they are written in bulk."""
        return 1000 if can_batch(self.view_class) else 200

    def _many(  # noqa: PLR0917 - as ``_write``, for all of a chunk
        self, records: list[Record], by_path: dict[str, ImportField], keys: KeyCache,
        existing: dict[tuple[int | None, str], Any],
        by: Any, options: dict[str, Any], outcome: Outcome,
    ) -> list[Record]:  # fmt: skip
        """Write the new records that can be written at once; the others are given back."""
        if len(records) < MANY or not can_batch(self.view_class):
            return records
        rows: dict[int, Row] = {}
        places = []
        for record in records:
            keys.company_of(record, self.by_company)
            places.append(self._key(record, keys))
        counted = Counter(places)
        for index, (record, place) in enumerate(zip(records, places, strict=True)):
            if place in existing or (place[1] and counted[place] > 1):
                continue
            keys.company_of(record, self.by_company)
            with suppress(InvalidInput):
                rows[index] = Row(record.row, _payload(record, by_path, keys, options))
        batch_create(resource_view(self.view_class, by), list(rows.values()))
        done = {index: row for index, row in rows.items() if row.written}
        outcome.created += len(done)
        outcome.written += [
            Written(row.number, self.model, row.record.pk, created=True) for row in done.values()
        ]
        existing.update((places[index], row.record) for index, row in done.items())
        return [record for index, record in enumerate(records) if index not in done]

    def _existing(self, records: list[Record], by: Any) -> dict[tuple[int | None, str], Any]:
        """Records of the file that are there, by company (where they belong to one) and natural name."""
        if self.group_by == "id":
            return {}
        values = [record.head.get(self.group_by, "") for record in records]
        rows = self.model._default_manager.for_user(by).filter(
            **{f"{self.group_by}__in": [v for v in values if v]}
        )
        pairs = [(row.company_id if self.by_company else None, row) for row in rows]
        return _by_place((company, str(getattr(row, self.group_by)), row) for company, row in pairs)

    def _key(self, record: Record, keys: KeyCache) -> tuple[int | None, str]:
        return keys.company_id, record.head.get(self.group_by, "").lower()

    def _write(  # noqa: PLR0917 - one row of the file and where it goes
        self, record: Record, by_path: dict[str, ImportField], keys: KeyCache,
        existing: dict[tuple[int | None, str], Any],
        open_to: OpenTo, options: dict[str, Any],
    ) -> Written:  # fmt: skip
        keys.company_of(record, self.by_company)
        payload = _payload(record, by_path, keys, options)
        view = resource_view(self.view_class, open_to.by, payload)
        row = existing.get(self._key(record, keys))
        if row is None:
            made = existing[self._key(record, keys)] = view.create_one(payload)
            return Written(record.row, self.model, made.pk, created=True)
        binned = getattr(row, "deleted_at", None) is not None
        for action in ("change", "delete") if binned else ("change",):
            if not open_to.has(row.pk, action):
                raise NotAllowed(_("You may see this record, but not change it."), field=self.group_by)
        if binned:
            row = bin_leave(view, row)
        before = values_now(view, row, payload)
        values, children, _version = view.read_input(payload, partial=True, row=row)
        saved = view.save_record(row, values, children, getattr(row, "version", None))
        existing[self._key(record, keys)] = saved
        return Written(record.row, self.model, row.pk, created=False, binned=binned, before=before)


def bin_leave(view: Any, row: Any) -> Any:
    """A record out of the bin, as its resource does it and for whom it lets. Raises NotAllowed."""
    needed = view.verb_permissions.get("restore", "delete")
    if "." not in needed:
        view.require(needed)
    elif not may(view.request.user, needed):
        raise NotAllowed(_("You may see this record, but not change it."))
    return view.restore_record(row)


def resource_view(view_class: type[ResourceViewSet], by: Any, data: Any = None) -> Any:
    """A resource for work without a request, as this user."""
    view = view_class()
    view.request = SimpleNamespace(user=by, headers={}, query_params={}, data=data or {}, method="POST")
    return view


def values_now(view: Any, row: Any, names: Iterable[str]) -> dict[str, Any]:
    """What stands in some fields of a record, by the names of the API: what writing them again restores."""
    wanted = {*names}
    children = any(child.name in wanted for child in view.children)
    data = view.represent([row], only=wanted, with_children=children)[0]
    return {name: data[name] for name in wanted if name in data}


def import_field(path: str, item: serializers.Field) -> ImportField:
    """What a field of a serializer is in a file."""
    kinds: list[tuple[type, str]] = [
        (KeyField, "key"),
        (serializers.BooleanField, "bool"),
        (serializers.DecimalField, "decimal"),
        (serializers.IntegerField, "integer"),
        (serializers.DateTimeField, "text"),
        (serializers.DateField, "date"),
        (serializers.DictField, "json"),
    ]
    label = path.replace("/", " ").replace("_", " ")
    if isinstance(item, serializers.ListField):
        child = item.child
        related = child.related if isinstance(child, KeyField) else None
        return ImportField(path, label, "key" if related else "list", False, related, many=True)
    kind = next((name for klass, name in kinds if isinstance(item, klass)), "text")
    return ImportField(path, label, kind, bool(item.required), getattr(item, "related", None))


def _has_company(model: type[models.Model]) -> bool:
    return any(field.name == "company" for field in model._meta.concrete_fields)


def _by_place(found: Iterable[tuple[int | None, str, Any]]) -> dict[tuple[int | None, str], Any]:
    """(company, name) → value; a name that only one company uses is found without naming the company."""
    result: dict[tuple[int | None, str], Any] = {}
    places: dict[str, list[Any]] = {}
    for company, name, value in found:
        result[company, name.lower()] = value
        places.setdefault(name.lower(), []).append(value)
    result |= {(None, name): values[0] for name, values in places.items() if len(values) == 1}
    return result


class KeyCache:
    """Names in the file → ids, one query for each related model. ``company_id``: that of the record being
    read, since the same code names another account or journal in each company."""

    def __init__(self, user: Any) -> None:
        self.user = user
        self.company_id: int | None = None
        self.ids: dict[type[models.Model], dict[tuple[int | None, str], int]] = {}

    def company_of(self, record: Record, by_company: bool) -> None:
        """Take the company of a record from its column."""
        text = record.head.get("company", "") if by_company else ""
        try:
            self.company_id = self.get(Company, text) if text else None
        except ValueError:  # reported when the cell itself is read
            self.company_id = None

    def load(self, by_path: dict[str, ImportField], records: Iterable[Record]) -> None:
        wanted: dict[type[models.Model], set[str]] = {}
        for record in records:
            for path, text in _all_cells(record):
                item = by_path.get(path)
                if item is not None and item.model is not None and text:
                    parts = text.split(",") if item.many else [text]
                    wanted.setdefault(item.model, set()).update(p.strip() for p in parts)
        for model, names in wanted.items():
            self.ids[model] = self._find(model, names)

    def _find(self, model: type[models.Model], names: set[str]) -> dict[tuple[int | None, str], int]:
        name_field = natural_field(model)
        place = "company_id" if _has_company(model) else "pk"
        queryset = model._default_manager.filter(record_filter(model, access_of(self.user)))
        columns = ("pk", name_field, place)
        found = list(queryset.filter(**{f"{name_field}__in": names}).values_list(*columns))
        missing = names - {str(value) for _pk, value, _place in found}
        if missing and name_field != "name" and any(f.name == "name" for f in model._meta.concrete_fields):
            found += queryset.filter(name__in=missing).values_list("pk", "name", place)
        scoped = place == "company_id"
        return _by_place((at if scoped else None, str(value), pk) for pk, value, at in found)

    def get(self, model: type[models.Model], text: str) -> int:
        """The id. Raises ValueError when no such record may be seen."""
        known, name = self.ids.get(model, {}), text.strip().lower()
        pk = known.get((self.company_id, name), known.get((None, name)))
        if pk is None:
            raise ValueError(
                _("There is no %(what)s “%(name)s”.") % {"what": model._meta.verbose_name, "name": text}
            )
        return pk


def _all_cells(record: Record) -> Iterable[tuple[str, str]]:
    yield from record.head.items()
    for name, rows in record.children.items():
        for _row, cells in rows:
            for path, text in cells.items():
                yield f"{name}/{path}", text


def _payload(
    record: Record, by_path: dict[str, ImportField], keys: KeyCache, options: dict[str, Any]
) -> dict[str, Any]:
    """The record as the API takes it. Raises InvalidInput with paths such as ``lines.0.quantity``."""
    errors: list[FieldError] = []

    def convert(path: str, text: str, at: str) -> Any:
        try:
            return value_parse(by_path[path], text, keys, options)
        except ValueError as error:
            errors.append(FieldError(at, str(error)))
            return None

    payload = {path: convert(path, text, path) for path, text in record.head.items() if text != ""}
    for name, rows in record.children.items():
        payload[name] = [
            {
                sub: convert(f"{name}/{sub}", text, f"{name}.{i}.{sub}")
                for sub, text in cells.items()
                if text != ""
            }
            for i, (_row, cells) in enumerate(rows)
        ]
    if errors:
        raise InvalidInput(errors)
    return payload


def value_parse(item: ImportField, text: str, keys: KeyCache, options: dict[str, Any]) -> Any:
    """A cell's text as its field's value. Raises ValueError with a sentence for the person."""
    if item.kind == "key" and item.model is not None:
        if item.many:
            return [keys.get(item.model, part) for part in text.split(",") if part.strip()]
        return keys.get(item.model, text)
    if item.kind == "list":
        return [part.strip() for part in text.split(",") if part.strip()]
    parsers = {"decimal": _decimal, "integer": lambda t: int(parse_decimal(t, places=0)), "bool": _boolean}
    if item.kind in parsers:
        return parsers[item.kind](text)
    if item.kind == "date":
        return date_parse(text, options.get("date_format", "")).isoformat()
    return text


def _decimal(text: str) -> str:
    return format(parse_decimal(text), "f")


def _boolean(text: str) -> bool:
    low = text.lower()
    if low in ("yes", "y", "true", "1", "हाँ"):
        return True
    if low in ("no", "n", "false", "0", "नहीं"):
        return False
    raise ValueError(_("“%(t)s” is neither yes nor no.") % {"t": text[:40]})


DATE_FORMATS = (
    "%Y-%m-%d",
    "%d-%m-%Y",
    "%d/%m/%Y",
    "%d.%m.%Y",
    "%d-%m-%y",
    "%d/%m/%y",
    "%d %b %Y",
    "%d %B %Y",
    "%d-%b-%Y",
    "%d-%b-%y",
    "%Y/%m/%d",
)


def date_parse(text: str, wanted: str = "") -> date:
    """A date in the given format, ISO or the Indian ways. Raises ValueError."""
    for form in (wanted,) if wanted else DATE_FORMATS:
        try:
            return datetime.strptime(text[:19] if wanted else text.split("T", 1)[0], form).date()  # noqa: DTZ007 - a date without a zone is wanted
        except ValueError:
            continue
    raise ValueError(_("“%(t)s” is not a date.") % {"t": text[:40]})


def _row_errors(record: Record, errors: Iterable[FieldError]) -> list[RowError]:
    """From field paths back to the row and column of the file."""
    found = []
    for error in errors:
        parts = error.field.split(".")
        row, column = record.row, parts[0]
        if len(parts) >= 2 and parts[1].isdigit():
            rows = record.children.get(parts[0], [])
            index = int(parts[1])
            row = rows[index][0] if index < len(rows) else record.row
            column = "/".join([parts[0], *parts[2:]])
        found.append(RowError(row, column, error.code, str(error.detail)))
    return found
