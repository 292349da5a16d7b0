"""List parameters: declared filters and search. Anything unknown is a 400 naming it.

Order and pages are ``core.api.paging``; filters joined by and, or and not ``core.api.conditions``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.core.exceptions import FieldError as DjangoFieldError
from django.db import connection, models
from django.db.models import Q
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from apps.core.access import may
from apps.core.errors import ErrorList, InvalidInput
from apps.core.guards import open_names, open_paths
from apps.core.india.identifiers import phone_digits
from apps.core.money import parse_decimal
from apps.core.periods import PERIODS, period_condition
from apps.core.registry import resource_of

CONTROL = {
    "page",
    "per_page",
    "cursor",
    "search",
    "ordering",
    "fields",
    "expand",
    "count",
    "format",
    "on",
    "columns",
    "filename",
}
WHERE = "where"
LOOKUPS = {
    "period", "exact", "in", "gte", "lte", "gt", "lt", "icontains", "istartswith", "isnull", "iexact",
    "empty", "ne",
}  # fmt: skip
AS_TYPED = ("icontains", "istartswith", "iexact")
MAX_IN = 1000
MAX_BELOW = 500


@dataclass(frozen=True)
class Asked:
    """One filter: ``name`` as it was sent, the ``path`` of its field in the model, what of it is asked."""

    model: type[models.Model]
    name: str
    path: str
    lookup: str
    raw: str
    user: Any


def filter_queryset(
    queryset: Any,
    params: Any,
    allowed: dict[str, str],
    *,
    extra: frozenset[str] = frozenset(),
    user: Any = None,
    fields: dict[str, str] | None = None,
) -> Any:
    """Apply ``field__lookup=value`` filters; ``allowed`` maps API names to model paths. ``user``: whose
    fiscal year a period such as ``date__period=this_fiscal_year`` means, and who must see the records whose
    fields are asked for (``party__gstin``). ``fields``: what ``where`` may ask for, None: not taken here."""
    from apps.core.api.conditions import where_condition

    errors = ErrorList()
    condition = Q()
    for name in params:
        if name in CONTROL or name in extra:
            continue
        try:
            if name == WHERE and fields is not None:
                condition &= where_condition(queryset.model, params.get(name), fields, user)
            else:
                condition &= filter_condition(queryset.model, name, params.get(name), allowed, user)
        except InvalidInput as error:
            errors.items.extend(error.errors)
    errors.raise_if_any()
    try:
        return queryset.filter(condition) if condition else queryset
    except (DjangoFieldError, ValidationError, ValueError, TypeError) as error:
        raise InvalidInput(_("A filter has a value that its field can't have."), field="filter") from error


def filter_condition(
    model: type[models.Model], name: str, raw: str, allowed: dict[str, str], user: Any = None
) -> Q:
    """The rows that one filter leaves. Raises InvalidInput with the name of the filter."""
    if "\x00" in raw:
        raise InvalidInput(_("Invalid text."), field=name)
    if name.startswith("cf_"):
        return Q(**{f"custom__{name[3:].split('__', maxsplit=1)[0]}": raw})
    base, _sep, lookup = name.partition("__")
    if name in allowed:
        base, lookup = name, "exact"
    if base not in allowed:
        raise _unknown(name)
    asked = Asked(model, name, allowed[base], lookup or "exact", raw, user)
    if asked.lookup not in LOOKUPS:
        return _of_related(asked)
    if not _has_many(model, asked.path):
        return _own_condition(asked)
    # a row with several of them (bar codes) is found once, and "is not" means none of them
    wanted = replace(asked, lookup="exact") if asked.lookup == "ne" else asked
    found = Q(pk__in=model._base_manager.filter(_own_condition(wanted)).values("pk"))
    return ~found if asked.lookup == "ne" else found


def _unknown(name: str) -> InvalidInput:
    return InvalidInput(_("Unknown filter."), field=name, code="unknown")


def _own_condition(asked: Asked) -> Q:
    if isinstance(field_of(asked.model, asked.path), ArrayField) and asked.lookup != "period":
        return _in_list(asked)
    if asked.lookup in _CONDITIONS:
        return _CONDITIONS[asked.lookup](asked)
    path, lookup = asked.path, asked.lookup
    if lookup in AS_TYPED and getattr(field_of(asked.model, path), "is_relation", False):
        raise _unknown(asked.name)  # a key has no letters; those of its record are asked by their names
    value = asked.raw if lookup in AS_TYPED else _typed(asked, asked.raw)
    return Q(**{path if lookup == "exact" else f"{path}__{lookup}": value})


def _typed(asked: Asked, raw: str) -> Any:
    return typed_value(asked.model, asked.path, asked.name, raw)


def _is_null(asked: Asked) -> Q:
    return Q(**{f"{asked.path}__isnull": _boolean(asked.name, asked.raw)})


def _is_empty(asked: Asked) -> Q:
    none = _empty(asked.model, asked.path)
    return none if _boolean(asked.name, asked.raw) else ~none


def _one_of(asked: Asked) -> Q:
    values = [_typed(asked, part) for part in asked.raw.split(",") if part != ""]
    if len(values) > MAX_IN:
        raise InvalidInput(_("At most %(n)d.") % {"n": MAX_IN}, field=asked.name, code="max_value")
    return Q(**{f"{asked.path}__in": values})


def _other_than(asked: Asked) -> Q:
    return ~Q(**{asked.path: _typed(asked, asked.raw)})


def _empty(model: type[models.Model], path: str) -> Q:
    """Rows without a value: nothing kept, or a text of no letters."""
    field = field_of(model, path)
    lacking = Q(**{f"{path}__isnull": True})
    text = isinstance(field, models.CharField | models.TextField)
    return lacking | Q(**{path: ""}) if text else lacking


def _has_many(model: type[models.Model], path: str) -> bool:
    """Whether a row may have several values at this path: rows below it."""
    parts = path.split("__")
    fields = [field_of(model, "__".join(parts[: n + 1])) for n in range(len(parts))]
    return any(
        getattr(field, "one_to_many", False) or getattr(field, "many_to_many", False) for field in fields
    )


def _of_related(asked: Asked) -> Q:
    """``party__gstin__empty=true``: by a filter of the record behind a key, of those records that the user
    may see; nobody learns from a list what another one hides from him."""
    field, name, user = field_of(asked.model, asked.path), asked.name, asked.user
    view = resource_of(field.related_model) if isinstance(field, models.ForeignKey) else None
    if view is None or not may(user, view().permission("view")):
        raise _unknown(name)
    allowed = open_paths(view.model, {"id": "id", **view.filters}, user)
    rest = name.partition("__")[2]
    inner, _sep, lookup = rest.partition("__")
    if inner not in allowed or (lookup and lookup not in LOOKUPS):
        raise _unknown(name)
    try:
        condition = filter_condition(view.model, rest, asked.raw, allowed, user)
    except InvalidInput as error:
        raise InvalidInput(error.errors[0].detail, field=name, code=error.errors[0].code) from error
    rows = view.model._default_manager.for_user(user).filter(condition)  # type: ignore[attr-defined]  # ours
    return Q(**{f"{asked.path}__in": rows.order_by().values("pk")})


def _in_period(asked: Asked) -> Q:
    field = field_of(asked.model, asked.path)
    if not isinstance(field, models.DateField):
        raise InvalidInput(_("Only dates lie in a period."), field=asked.name, code="unknown")
    try:
        return period_condition(field, asked.path, asked.raw, asked.user)
    except KeyError as error:
        text = _("Must be one of: %(p)s.") % {"p": ", ".join(PERIODS)}
        raise InvalidInput(text, field=asked.name) from error


def _in_list(asked: Asked) -> Q:
    """``tags=steel``: rows with this tag; ``tags__in=steel,pipes``: with any; ``tags__empty``: with none."""
    if asked.lookup in ("isnull", "empty"):
        none = Q(**{asked.path: []})
        return none if _boolean(asked.name, asked.raw) else ~none
    if asked.lookup not in ("exact", "in", "ne"):
        raise _unknown(asked.name)
    found = any_of(asked.path, asked.raw.split(",") if asked.lookup == "in" else [asked.raw])
    return ~found if asked.lookup == "ne" else found


_CONDITIONS: dict[str, Callable[[Asked], Q]] = {
    "period": _in_period,
    "isnull": _is_null,
    "empty": _is_empty,
    "in": _one_of,
    "ne": _other_than,
}


def any_of(path: str, texts: Iterable[str]) -> Q:
    """Rows whose list holds any of these, at most a hundred of them; none for no text at all."""
    return Q(**{f"{path}__overlap": [text.strip() for text in texts if text.strip()][:100]})


def _boolean(name: str, raw: str) -> bool:
    if raw.lower() in ("true", "1", "yes"):
        return True
    if raw.lower() in ("false", "0", "no"):
        return False
    raise InvalidInput(_("Must be true or false."), field=name)


def field_of(model: type[models.Model], path: str) -> Any:
    """The field at the end of a path such as ``product__code``; None for what isn't kept (an annotation)."""
    field: Any = None
    for part in path.split("__"):
        try:
            field = model._meta.get_field(part)
        except FieldDoesNotExist:
            return None
        if field.is_relation and field.related_model is not None:
            model = field.related_model
    return field


def typed_value(model: type[models.Model], path: str, name: str, raw: str) -> Any:
    """The text of a filter as the type of its field. Raises InvalidInput (``name``) when it isn't one."""
    if "\x00" in raw:
        raise InvalidInput(_("Invalid text."), field=name)
    field = field_of(model, path)
    if isinstance(field, models.BooleanField):
        return _boolean(name, raw)
    convert = _integer if field is not None and field.is_relation else _converter(field)
    try:
        return convert(raw)
    except (ValueError, OverflowError) as error:
        raise InvalidInput(_("“%(v)s” is not a valid value.") % {"v": raw[:60]}, field=name) from error


def _converter(field: Any) -> Callable[[str], Any]:
    for kind, convert in _CONVERTERS:
        if isinstance(field, kind):
            return convert
    return str


def _integer(raw: str) -> int:
    value = int(raw)
    if abs(value) > 2**63 - 1:
        raise ValueError("too large")
    return value


def _or_fail(value: Any) -> Any:
    if value is None:
        raise ValueError("not a date")
    return value


_CONVERTERS: list[tuple[type[models.Field], Callable[[str], Any]]] = [
    (models.IntegerField, _integer),
    (models.DecimalField, parse_decimal),
    (models.DateTimeField, lambda raw: _or_fail(parse_datetime(raw) or parse_date(raw))),
    (models.DateField, lambda raw: _or_fail(parse_date(raw))),
]


def is_searchable(model: type[models.Model]) -> bool:
    """Whether a list of the model takes ``search``."""
    named = bool(getattr(model, "search_fields", ()))
    return named or any(field.name == "search_text" for field in model._meta.concrete_fields)


def search_queryset(queryset: Any, text: str, user: Any = None) -> Any:
    """Every word must be in the record's search column (trigram index), or be a guarded number
    that the user may see (``guarded_search``: an identity number, found whole). Raises InvalidInput
    (``search``) for kinds that have no words."""
    if not is_searchable(queryset.model):
        raise InvalidInput(_("This list can't be searched by words."), field="search", code="unknown")
    words = search_words(text)
    if not words or not any(f.name == "search_text" for f in queryset.model._meta.concrete_fields):
        return plain_search(queryset, words, getattr(queryset.model, "search_fields", ()))
    return queryset.filter(*word_conditions(queryset.model, words, user))


_PHONE = re.compile(r"\+?[\d\s()-]{10,}")


def search_words(text: str) -> list[str]:
    """What is asked for, word by word, at most six; a phone number with its country's code is one word."""
    plain = text.replace("\x00", "").strip().lower()
    if plain.startswith("+") and _PHONE.fullmatch(plain):
        return ["".join(plain.split())]
    return plain.split()[:6]


def word_conditions(model: type[models.Model], words: list[str], user: Any) -> list[Q]:
    """For each word: it stands in the search column (a phone number by its digits), in that of a row below (a
    contact's name), is the total of a document, or a whole guarded number the user may see."""
    below = _found_below(model, words)
    guarded = open_names(model, getattr(model, "guarded_search", ()), user)
    conditions = []
    for word, keys in zip(words, below, strict=True):
        found = Q(*(Q(search_text__contains=text) for text in _spellings(word)), _connector=Q.OR)
        found |= amount_condition(model, word, user)
        if keys:
            found |= Q(pk__in=keys)
        for name in guarded:
            found |= Q(**{name: word.upper()})
        conditions.append(found)
    return conditions


def _found_below(model: type[models.Model], words: list[str]) -> list[list[int]]:
    """For each word the records with a row below that has it, in one statement. It is asked first, not
    within: beside a subquery the planner leaves the index of the record's own column."""
    found: list[list[int]] = [[] for _word in words]
    parts, params = [], []
    for name in getattr(model, "search_below", ()):
        field: Any = model._meta.get_field(name).field  # type: ignore[union-attr]  # the key of the rows below
        for number, word in enumerate(words):
            texts = [f"%{connection.ops.prep_for_like_query(text)}%" for text in _spellings(word)]
            parts.append(_below_sql(field.model._meta.db_table, field.column, len(texts)))
            params += [number, *texts]
    if parts:
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(parts), params)
            for number, key in cursor.fetchall():
                found[number].append(key)
    return found


@cache
def _below_sql(table: str, column: str, spellings: int) -> str:
    table, column = connection.ops.quote_name(table), connection.ops.quote_name(column)
    has = " OR ".join(["search_text LIKE %s"] * spellings)
    return f"(SELECT %s::int, {column} FROM {table} WHERE {has} ORDER BY id LIMIT {MAX_BELOW})"  # noqa: S608 - names of our own tables and columns, values are parameters


def _spellings(word: str) -> list[str]:
    """The word, and the digits of a phone number besides."""
    digits = phone_digits(word) if _PHONE.fullmatch(word) else ""
    return [word, digits] if len(digits) == 10 and digits != word else [word]


def amount_condition(model: type[models.Model], word: str, user: Any) -> Q:
    """Documents of exactly this total; empty where none is asked for."""
    asked = amount_asked(model, word, user)
    return Q() if asked is None else Q(**{model.amount_field: asked})  # type: ignore[attr-defined]  # asked says it


def amount_asked(model: type[models.Model], word: str, user: Any) -> Decimal | None:
    """The total that a word of a search names (``1,18,000`` or ``118000.00``), where the user sees totals."""
    name = getattr(model, "amount_field", "")
    if not name or not any(letter.isdigit() for letter in word) or not open_names(model, [name], user):
        return None
    try:
        return parse_decimal(word, max_digits=18, places=2)
    except ValueError:
        return None


def plain_search(queryset: Any, words: list[str], fields: Iterable[str]) -> Any:
    """Every word must be in one of these columns."""
    for word in words:
        condition = Q()
        for name in fields:
            condition |= Q(**{f"{name}__icontains": word})
        if condition:
            queryset = queryset.filter(condition)
    return queryset
