"""What is worked out once (texts of statements, types of columns, addresses) says the same as asking anew."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import connection, models
from django.db.models import F, Value
from django.db.models.functions import Lower
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, resolve
from django.urls.resolvers import URLPattern, URLResolver

from apps.catalog.models import Product, TaxRate, Unit
from apps.core.api.routes import Branch
from apps.core.database.writing import NotPlain, column_of
from apps.core.plain_values import plainly_right
from tests.factories import catalog

SAMPLES: tuple[Any, ...] = (
    "", "draft", "x" * 300, True, False, 0, 5, -1, 40_000, 2**40, Decimal(0), Decimal("1.50"), Decimal("-7"),
    Decimal("1E+3"), Decimal("0.1234567890123"), Decimal("12345678901234567890.12"), Decimal("NaN"),
    Decimal("Infinity"), date(2026, 11, 30), datetime(2026, 11, 30, 12, 0, tzinfo=UTC), None,
)  # fmt: skip


def _columns() -> Iterator[Any]:
    for model in apps.get_models():
        if model.__module__.startswith("apps."):
            yield from model._meta.concrete_fields


def _said(work: Any) -> Any:
    try:
        return work()
    except Exception as error:  # whatever the field says of a value, both ways must say it
        return type(error)


def test_every_column_is_written_as_its_field_writes_it() -> None:
    asked = 0
    for field in _columns():
        column = column_of(field, connection)
        for sample in SAMPLES:
            if sample.__class__ is column.plain or sample is None:
                kept = _said(lambda f=field, s=sample: column_of(f, connection).parameter(s, connection))
                own = _said(lambda f=field, s=sample: f.get_db_prep_save(s, connection))
                assert kept == own, (field, sample)
                asked += 1
    assert asked > 2_000


def test_no_value_is_taken_as_right_that_its_field_refuses() -> None:
    right = 0
    for field in _columns():
        row = field.model.__new__(field.model)
        for sample in SAMPLES:
            row.__dict__ = {"_state": models.base.ModelState(), field.attname: sample}
            if field.name in plainly_right(row):
                assert field.clean(sample, row) == sample
                right += 1
    assert right > 2_000


@pytest.mark.django_db
def test_a_wrong_value_is_still_refused_by_its_field() -> None:
    product = catalog.make_product("K1")
    product.sale_price = Decimal("NaN")
    with pytest.raises(ValidationError):
        product.clean_fields(exclude=plainly_right(product))
    product.sale_price, product.name = Decimal(5), "x" * 1000
    with pytest.raises(ValidationError):
        product.clean_fields(exclude=plainly_right(product))


QUERIES: dict[str, Any] = {
    "by key": lambda row: Product.objects.filter(pk=row.pk),
    "by keys": lambda row: Product.objects.filter(pk__in=[row.pk]),
    "joined": lambda row: Product.objects.select_related("unit", "tax_category").filter(pk=row.pk),
    "few columns": lambda row: Product.objects.only("code").filter(pk=row.pk),
    "without one": lambda row: Product.objects.defer("name").filter(pk=row.pk),
    "ordered": lambda row: Product.objects.filter(pk=row.pk).order_by("-code"),
    "first": lambda row: Product.objects.filter(pk=row.pk)[:1],
    "locked": lambda row: Product.objects.select_for_update(of=("self",)).filter(pk=row.pk),
    "distinct": lambda row: Product.objects.filter(pk=row.pk).order_by("unit_id").distinct("unit_id"),
    "compared": lambda row: Product.objects.filter(code__startswith=row.code, pk__lte=row.pk),
    "through a key": lambda row: Product.objects.filter(unit__code=row.unit.code, pk=row.pk),
    "of a key": lambda row: Product.objects.filter(unit=row.unit, code=row.code),
    "of a key, joined": lambda row: Product.objects.select_related("unit").filter(unit=row.unit, pk=row.pk),
    "of keys": lambda row: Product.objects.filter(unit__in=[row.unit], pk=row.pk).order_by("unit__code"),
    "nothing": lambda row: Product.objects.filter(pk__in=[]),
    "an expression": lambda row: Product.objects.filter(pk=row.pk, name=F("name")),
    "a calculation": lambda row: Product.objects.annotate(low=Lower("code")).filter(pk=row.pk),
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", QUERIES)
def test_a_query_that_comes_again_finds_its_own_row(name: str) -> None:
    rows = [catalog.make_product(f"K{n}", name=f"Kept {n}") for n in range(3)]
    texts = set()
    for row in rows:
        with CaptureQueriesContext(connection) as caught:
            found = list(QUERIES[name](row))
        wanted = [] if name == "nothing" else [(row.pk, row.code, row.name, row.unit.code)]
        assert [(one.pk, one.code, one.name, one.unit.code) for one in found] == wanted
        texts.update(one["sql"].replace(str(row.pk), "§").replace(row.code, "§") for one in caught[:1])
    assert len(texts) <= 1 or name == "through a key"


LISTS: dict[str, Any] = {
    "upwards": lambda: Product.objects.order_by("code"),
    "downwards": lambda: Product.objects.order_by("-code"),
    "first two": lambda: Product.objects.order_by("code")[:2],
    "next two": lambda: Product.objects.order_by("code")[2:4],
    "joined": lambda: Product.objects.select_related("unit").order_by("-unit__code", "-code"),
    "few columns": lambda: Product.objects.only("code").order_by("code")[:3],
    "by an alias": lambda: Product.objects.alias(key=F("code")).order_by("key"),
    "by another of its name": lambda: Product.objects.alias(key=F("name")).order_by("-key"),
}


@pytest.mark.django_db
def test_lists_without_a_condition_are_each_their_own() -> None:
    """Of each list the text is kept: asked in turn, each gives its own rows, new ones too."""
    codes: list[str] = []
    for number in range(1, 5):
        catalog.make_product(f"K{number}", name=f"Kept {number}")
        codes = sorted(Product.objects.values_list("code", flat=True))
        names = sorted(Product.objects.values_list("name", "code"), reverse=True)
        found = {name: [row.code for row in rows()] for name, rows in LISTS.items()}
        assert found == {
            "upwards": codes,
            "downwards": codes[::-1],
            "first two": codes[:2],
            "next two": codes[2:4],
            "joined": [
                row.code
                for row in sorted(Product.objects.all(), key=lambda r: (r.unit.code, r.code), reverse=True)
            ],
            "few columns": codes[:3],
            "by an alias": codes,
            "by another of its name": [code for _name, code in names],
        }


@pytest.mark.django_db
def test_new_and_changed_rows_keep_every_kind_of_value() -> None:
    unit = Unit.objects.create(code="KU", name="Kept", tags=["a", "b"], custom={"x": [1]})
    many = Unit.objects.bulk_create([Unit(code=f"ZQ{n}", name=f"Many {n}") for n in range(3)])
    unit.name, unit.tags, unit.custom = "Other", [], {"y": None}
    unit.save()
    unit.refresh_from_db()
    assert (unit.name, unit.tags, unit.custom) == ("Other", [], {"y": None})
    assert sorted(Unit.objects.filter(code__startswith="ZQ").values_list("code", flat=True)) == [
        one.code for one in many
    ]
    models.QuerySet(Unit).filter(pk=unit.pk).update(name=Lower(Value("LOUD")), version=F("version") + 1)
    before = unit.version
    unit.refresh_from_db()
    assert (unit.name, unit.version) == ("loud", before + 1)
    with pytest.raises(NotPlain):
        column_of(Unit._meta.get_field("name"), connection).parameter(F("code"), connection)


def _leaves(branch: Any, before: str = "", under: bool = False) -> Iterator[tuple[str, URLPattern]]:
    for one in branch.url_patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from _leaves(one, route, under or isinstance(one, Branch))
        elif under:
            yield route, one


def test_every_address_of_the_api_is_found_in_its_branch() -> None:
    found = 0
    for route, pattern in _leaves(get_resolver("config.urls")):
        address = "/" + route.replace("<int:pk>", "7")
        if "<" in address:
            continue
        for _turn in range(2):  # found, and found again
            match = resolve(address, "config.urls")
            assert (match.func, match.url_name, match.route) == (pattern.callback, pattern.name, route)
            assert match.kwargs == ({"pk": 7} if "<int:pk>" in route else {})
        found += 1
    assert found > 500


NASTY = [
    "",
    "plain",
    "NULL",
    'quo"te',
    "back\\slash",
    "{a,b}",
    "two\nlines",
    " space ",
    "₹ हिन्दी",
    "x'; --",
    '\\"',
    None,
]


@pytest.mark.django_db
def test_arrays_of_new_rows_hold_every_value_as_it_is() -> None:
    texts = [text for text in NASTY if text is not None]
    units = Unit.objects.bulk_create([Unit(code=f"ZA{n}", name=text) for n, text in enumerate(texts)])
    found = dict(Unit.objects.filter(code__startswith="ZA").values_list("pk", "name"))
    assert found == {unit.pk: unit.name for unit in units}
    binned = datetime(2026, 11, 30, tzinfo=UTC)
    Unit.objects.bulk_create([Unit(code="ZB0", name="x", deleted_at=binned), Unit(code="ZB1", name="y")])
    found = Unit.objects.filter(code__startswith="ZB").order_by("code").values_list("deleted_at", flat=True)
    assert list(found) == [binned, None]


@pytest.mark.django_db
def test_the_text_of_an_array_is_read_as_its_values() -> None:
    samples: list[tuple[str, Any, list[Any]]] = [
        ("text", Unit._meta.get_field("name"), NASTY),
        ("boolean", Unit._meta.get_field("active"), [True, False, None]),
        ("bigint", Unit._meta.get_field("id"), [0, -5, 2**62, None]),
        (
            "numeric",
            Product._meta.get_field("sale_price"),
            [Decimal("0.00"), Decimal("-1.50"), Decimal("1E+3")],
        ),
        ("date", TaxRate._meta.get_field("from_date"), [date(2026, 11, 30), date(1, 1, 1), None]),
    ]
    for kind, field, values in samples:
        written = column_of(field, connection).array(values, connection)
        assert isinstance(written, str)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT (%s)::{kind}[]", [written])
            assert cursor.fetchone()[0] == values


def test_what_is_not_plain_is_looked_at_by_its_column() -> None:
    price = column_of(Product._meta.get_field("sale_price"), connection)
    assert price.array([Decimal(1), "2.5"], connection) == [Decimal(1), Decimal("2.5")]
    with pytest.raises(ValidationError):
        price.array([Decimal("NaN")], connection)
    with pytest.raises(NotPlain):
        price.array([F("mrp")], connection)
