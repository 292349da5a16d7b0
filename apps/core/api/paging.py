"""Order and pages of a list: by number with a total, or by cursor, which costs no more for later pages.

A cursor carries the values of the last row in the columns of the order, and a mark of that order: another
one is refused instead of leaving rows out.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _

from apps.core.api.filtering import field_of, typed_value
from apps.core.counting import total_of
from apps.core.errors import InvalidInput

MAX_PER_PAGE = 200


@dataclass
class Page:
    rows: list[Any]
    pagination: dict[str, Any]


def order_queryset(queryset: Any, text: str, allowed: dict[str, str]) -> tuple[Any, list[str]]:
    """Apply ``ordering=-date,number``; the primary key makes it total."""
    names = [part.strip() for part in text.split(",") if part.strip()] if text else []
    paths = []
    for name in names:
        bare = name.removeprefix("-")
        if bare not in allowed:
            raise InvalidInput(_("Unknown ordering."), field="ordering", code="unknown")
        paths.append(("-" if name.startswith("-") else "") + allowed[bare])
    paths = paths or list(queryset.model._meta.ordering) or ["-pk"]
    paths = [column for path in paths for column in _columns(queryset.model, path)]
    if not any(path.lstrip("-") in ("id", "pk") for path in paths):
        paths.append("-pk" if paths[0].startswith("-") else "pk")
    return queryset.order_by(*paths), paths


def _columns(model: type[models.Model], path: str) -> list[str]:
    """What a path is sorted by: of a key the order of the records behind it, column by column."""
    field = field_of(model, path.lstrip("-"))
    if not isinstance(field, models.ForeignKey):
        return [path]
    related = field.related_model
    own = [text for text in related._meta.ordering if isinstance(text, str)] or ["pk"]
    minus = path.startswith("-")
    turned = [("-" if minus != text.startswith("-") else "", text.lstrip("-")) for text in own]
    found = [f"{sign}{path.lstrip('-')}__{name}" for sign, name in turned]
    return [column for one in found for column in _columns(model, one)]


def page_number(params: Any, name: str, default: int, maximum: int | None = None) -> int:
    """A whole number from 1 of the address, else ``default``. Raises InvalidInput naming it."""
    raw = params.get(name)
    if raw in (None, ""):
        return default
    text = str(raw)
    if not (text.isascii() and text.isdigit() and len(text) <= 9) or int(text) < 1:
        raise InvalidInput(_("Must be a whole number from 1."), field=name)
    if maximum is not None and int(text) > maximum:
        raise InvalidInput(_("At most %(n)d.") % {"n": maximum}, field=name, code="max_value")
    return int(text)


def paginate(queryset: Any, request: Any, paths: list[str]) -> Page:
    """The page that ``page`` or ``cursor`` asks for. Raises InvalidInput naming the parameter."""
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
        queryset = queryset.filter(_after(queryset.model, paths, _decode(token, paths)))
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


def _mark(paths: Sequence[str]) -> int:
    return zlib.crc32(",".join(paths).encode())


def _encode(row: Any, paths: list[str]) -> str:
    values = [_mark(paths), *(_value_of(row, path.lstrip("-")) for path in paths)]
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode()


def _value_of(row: Any, path: str) -> Any:
    value: Any = row
    for part in path.split("__"):
        value = getattr(value, part, None)
    if value is None or isinstance(value, int):
        return value
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def _decode(token: str, paths: list[str]) -> list[Any]:
    wrong = InvalidInput(_("The cursor is not valid."), field="cursor")
    try:
        values = json.loads(base64.urlsafe_b64decode(token.encode()))
    except (ValueError, RecursionError) as error:
        raise wrong from error
    if not isinstance(values, list) or not values or type(values[0]) is not int:
        raise wrong
    if values[0] != _mark(paths):
        text = _("The cursor belongs to another order of the list; begin again with an empty one.")
        raise InvalidInput(text, field="cursor")
    if len(values) != len(paths) + 1 or not all(
        value is None or isinstance(value, str | int) for value in values
    ):
        raise wrong
    return values[1:]


def _after(model: type[models.Model], paths: list[str], values: list[Any]) -> Q:
    """Rows behind the last one. Of ``(a, b, c)``: a > x, or a = x and (b > y, or b = y and c > z).

    Rows without a value stand last, in falling order first, as PostgreSQL sorts them.
    """
    condition = Q()  # behind the last column comes nothing more
    for path, raw in reversed(list(zip(paths, values, strict=True))):
        name, falling = path.lstrip("-"), path.startswith("-")
        value = None if raw is None else _typed(model, name, raw)
        further, level = _beyond(model, name, value, falling=falling)
        condition = further | (level & condition) if condition else further
    first, value = paths[0].lstrip("-"), values[0]
    if first != "pk" and value is not None and not _may_lack(model, first):
        # a plain bound on the first column lets the index be used
        bound = f"{first}__lte" if paths[0].startswith("-") else f"{first}__gte"
        condition = Q(**{bound: _typed(model, first, value)}) & condition
    return condition


def _beyond(model: type[models.Model], name: str, value: Any, *, falling: bool) -> tuple[Q, Q]:
    """(rows that come after this value, rows with the same one)."""
    lacking = Q(**{f"{name}__isnull": True})
    if value is None:
        if not _may_lack(model, name):
            raise InvalidInput(_("The cursor is not valid."), field="cursor")
        return (~lacking if falling else Q(pk__in=[])), lacking
    further = Q(**{f"{name}__lt" if falling else f"{name}__gt": value})
    if not falling and _may_lack(model, name):
        further |= lacking
    return further, Q(**{name: value})


def _may_lack(model: type[models.Model], path: str) -> bool:
    """Whether a row may have no value at this path."""
    parts = path.split("__")
    fields = [field_of(model, "__".join(parts[: n + 1])) for n in range(len(parts))]
    return any(getattr(field, "null", False) for field in fields)


def _typed(model: type[models.Model], name: str, raw: Any) -> Any:
    path = "__".join(model._meta.pk.name if part == "pk" else part for part in name.split("__"))
    return typed_value(model, path, "cursor", str(raw))
