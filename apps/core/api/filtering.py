"""List parameters: declared filters, search, ordering, paging. Anything unknown is a 400 naming it."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any
from urllib.parse import urlencode

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import FieldError as DjangoFieldError
from django.core.exceptions import ValidationError
from django.db import connection, models
from django.db.models import Q
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from apps.core.counting import total_of
from apps.core.errors import ErrorList, InvalidInput
from apps.core.guards import open_names
from apps.core.india.identifiers import phone_digits
from apps.core.money import parse_decimal
from apps.core.periods import PERIODS, period_condition

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
LOOKUPS = {"period", "exact", "in", "gte", "lte", "gt", "lt", "icontains", "istartswith", "isnull", "iexact"}
MAX_PER_PAGE = 200
MAX_BELOW = 500


@dataclass
class Page:
    rows: list[Any]
    pagination: dict[str, Any]


def filter_queryset(
    queryset: Any,
    params: Any,
    allowed: dict[str, str],
    extra: frozenset[str] = frozenset(),
    user: Any = None,
) -> Any:
    """Apply ``field__lookup=value`` filters; ``allowed`` maps API names to model paths. ``user``: whose
    fiscal year a period such as ``date__period=this_fiscal_year`` means."""
    errors = ErrorList()
    condition = Q()
    for name in params:
        if name in CONTROL or name in extra:
            continue
        try:
            condition &= _condition(queryset.model, name, params.get(name), allowed, user)
        except InvalidInput as error:
            errors.items.extend(error.errors)
    errors.raise_if_any()
    try:
        return queryset.filter(condition) if condition else queryset
    except (DjangoFieldError, ValidationError, ValueError, TypeError) as error:
        raise InvalidInput(_("A filter has a value that its field can't have."), field="filter") from error


def _condition(
    model: type[models.Model], name: str, raw: str, allowed: dict[str, str], user: Any = None
) -> Q:
    if name.startswith("cf_"):
        return Q(**{f"custom__{name[3:].split('__', maxsplit=1)[0]}": raw})
    base, _sep, lookup = name.partition("__")
    if name in allowed:
        base, lookup = name, "exact"
    lookup = lookup or "exact"
    if base not in allowed or lookup not in LOOKUPS:
        raise InvalidInput(_("Unknown filter."), field=name, code="unknown")
    path = allowed[base]
    if lookup == "period":
        return _in_period(model, path, name, raw, user)
    if isinstance(_field_of(model, path), ArrayField):
        return _in_list(path, name, lookup, raw)
    if lookup == "isnull":
        return Q(**{f"{path}__isnull": _boolean(name, raw)})
    if lookup == "in":
        values = [_typed(model, path, name, part) for part in raw.split(",") if part != ""]
        return Q(**{f"{path}__in": values[:1000]})
    if "\x00" in raw:
        raise InvalidInput(_("Invalid text."), field=name)
    value = raw if lookup in ("icontains", "istartswith", "iexact") else _typed(model, path, name, raw)
    return Q(**{path if lookup == "exact" else f"{path}__{lookup}": value})


def _in_period(model: type[models.Model], path: str, name: str, raw: str, user: Any) -> Q:
    field = _field_of(model, path)
    if not isinstance(field, models.DateField):
        raise InvalidInput(_("Only dates lie in a period."), field=name, code="unknown")
    try:
        return period_condition(field, path, raw, user)
    except KeyError as error:
        text = _("Must be one of: %(p)s.") % {"p": ", ".join(PERIODS)}
        raise InvalidInput(text, field=name) from error


def _in_list(path: str, name: str, lookup: str, raw: str) -> Q:
    """``tags=steel``: rows with this tag; ``tags__in=steel,pipes``: with any; ``tags__isnull``: with none."""
    if "\x00" in raw:
        raise InvalidInput(_("Invalid text."), field=name)
    if lookup == "isnull":
        none = Q(**{path: []})
        return none if _boolean(name, raw) else ~none
    if lookup not in ("exact", "in"):
        raise InvalidInput(_("Unknown filter."), field=name, code="unknown")
    return any_of(path, [raw] if lookup == "exact" else raw.split(","))


def any_of(path: str, texts: Iterable[str]) -> Q:
    """Rows whose list holds any of these, at most a hundred of them; none for no text at all."""
    return Q(**{f"{path}__overlap": [text.strip() for text in texts if text.strip()][:100]})


def _boolean(name: str, raw: str) -> bool:
    if raw.lower() in ("true", "1", "yes"):
        return True
    if raw.lower() in ("false", "0", "no"):
        return False
    raise InvalidInput(_("Must be true or false."), field=name)


def _field_of(model: type[models.Model], path: str) -> Any:
    field: Any = None
    for part in path.split("__"):
        try:
            field = model._meta.get_field(part)
        except DjangoFieldError:
            return None
        except Exception:
            return None
        if field.is_relation and field.related_model is not None:
            model = field.related_model
    return field


def _typed(model: type[models.Model], path: str, name: str, raw: str) -> Any:
    """The text of a filter as the type of its field; a clear 400 when it isn't one."""
    if "\x00" in raw:
        raise InvalidInput(_("Invalid text."), field=name)
    field = _field_of(model, path)
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


def order_queryset(queryset: Any, text: str, allowed: dict[str, str]) -> tuple[Any, list[str]]:
    """Apply ``ordering=-date,number``; the primary key makes it total."""
    names = [part.strip() for part in text.split(",") if part.strip()] if text else []
    paths = []
    for name in names:
        bare = name.lstrip("-")
        if bare not in allowed:
            raise InvalidInput(_("Unknown ordering."), field="ordering", code="unknown")
        paths.append(("-" if name.startswith("-") else "") + allowed[bare])
    if not paths:
        paths = list(queryset.model._meta.ordering) or ["-pk"]
    if not any(path.lstrip("-") in ("id", "pk") for path in paths):
        paths.append("-pk" if paths[0].startswith("-") else "pk")
    return queryset.order_by(*paths), paths


def page_number(params: Any, name: str, default: int, maximum: int | None = None) -> int:
    raw = params.get(name)
    if raw in (None, ""):
        return default
    if not str(raw).isdigit() or int(raw) < 1 or len(str(raw)) > 9:
        raise InvalidInput(_("Must be a whole number from 1."), field=name)
    if maximum is not None and int(raw) > maximum:
        raise InvalidInput(_("At most %(n)d.") % {"n": maximum}, field=name, code="max_value")
    return int(raw)


def paginate(queryset: Any, request: Any, paths: list[str]) -> Page:
    """By page number with a total, or by cursor (keyset) at the cost of the first page wherever it is."""
    params = request.query_params
    per_page = page_number(params, "per_page", 25, MAX_PER_PAGE)
    if "cursor" in params:
        return _by_cursor(queryset, params.get("cursor"), per_page, paths, request)
    page = page_number(params, "page", 1)
    counted = params.get("count") != "none"
    start = (page - 1) * per_page
    rows = list(queryset[start : start + per_page + 1])
    more, rows = len(rows) > per_page, rows[:per_page]
    total = None
    if counted:
        total = start + len(rows) if rows and not more else total_of(queryset)
    base = {"page": page, "per_page": per_page, "total": total}
    pages = -(-total // per_page) if total is not None else None
    return Page(
        rows,
        {
            **base,
            "pages": pages,
            "next": _url(request, page=page + 1) if more else None,
            "previous": _url(request, page=page - 1) if page > 1 else None,
        },
    )


def _url(request: Any, **changes: Any) -> str:
    params = {**dict(request.query_params.lists()), **changes}
    return f"{request.path}?{urlencode(params, doseq=True)}"


def _by_cursor(queryset: Any, token: str, per_page: int, paths: list[str], request: Any) -> Page:
    paths = ["pk" if path == "id" else "-pk" if path == "-id" else path for path in paths]
    if token:
        queryset = queryset.filter(_after(queryset.model, paths, _decode(token, len(paths))))
    rows = list(queryset[: per_page + 1])
    more, rows = len(rows) > per_page, rows[:per_page]
    following = _encode(rows[-1], paths) if more else None
    return Page(
        rows,
        {
            "page": None,
            "per_page": per_page,
            "total": None,
            "pages": None,
            "next": _url(request, cursor=following) if following else None,
            "next_cursor": following,
            "previous": None,
        },
    )


def _encode(row: Any, paths: list[str]) -> str:
    values = []
    for path in paths:
        value: Any = row
        for part in path.lstrip("-").split("__"):
            value = getattr(value, part)
        values.append(value if isinstance(value, int) else str(value))
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode()


def _decode(token: str, count: int) -> list[Any]:
    try:
        values = json.loads(base64.urlsafe_b64decode(token.encode()))
    except (ValueError, UnicodeError) as error:
        raise InvalidInput(_("The cursor is not valid."), field="cursor") from error
    if not isinstance(values, list) or len(values) != count:
        raise InvalidInput(_("The cursor is not valid."), field="cursor")
    return values


def _after(model: type[models.Model], paths: list[str], values: list[Any]) -> Q:
    """Rows behind the last one. Of ``(a, b, c)``: a > x, or a = x and (b > y, or b = y and c > z)."""
    condition = Q()
    for path, raw in reversed(list(zip(paths, values, strict=True))):
        name = path.lstrip("-")
        value = raw if name == "pk" else _typed(model, name, "cursor", str(raw))
        lookup = f"{name}__lt" if path.startswith("-") else f"{name}__gt"
        further = Q(**{lookup: value})
        condition = further | (Q(**{name: value}) & condition) if condition else further
    first = paths[0].lstrip("-")
    if first != "pk":  # a plain bound on the first column lets the index be used
        value = _typed(model, first, "cursor", str(values[0]))
        bound = f"{first}__lte" if paths[0].startswith("-") else f"{first}__gte"
        condition = Q(**{bound: value}) & condition
    return condition
