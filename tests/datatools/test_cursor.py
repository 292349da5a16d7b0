"""Paging by cursor: every row once, whatever it is sorted by; a cursor that doesn't fit is refused."""

from __future__ import annotations

import base64
import json

import pytest

from apps.parties.models import Party
from tests.factories.accounts import make_user
from tests.factories.parties import make_customer

pytestmark = pytest.mark.django_db
PARTIES = "parties/parties/"


@pytest.fixture
def five():
    anna, ravi = make_user(email="anna@acme.example"), make_user(email="ravi@acme.example")
    people = (anna, None, ravi, None, anna)
    return [make_customer(display_name=f"C-{n}", salesperson=person) for n, person in enumerate(people)]


def first_cursor(api, ordering):
    answer = api.get(PARTIES, cursor="", per_page=2, ordering=ordering)
    return answer["meta"]["pagination"]["next_cursor"]


def walk(api, **params):
    """Ids in the order of the pages; at most twenty."""
    found, cursor = [], ""
    for _page in range(20):
        answer = api.get(PARTIES, cursor=cursor, per_page=2, **params)
        found += [row["id"] for row in answer["data"]]
        cursor = answer["meta"]["pagination"]["next_cursor"]
        if not cursor:
            return found
    raise AssertionError("no end")


@pytest.mark.parametrize(
    "ordering", ["salesperson", "-salesperson", "display_name", "-updated_at", "own_company,-code", "-gstin"]
)
def test_pages_by_cursor_have_each_row_once_in_the_order_of_the_list(api, five, ordering):
    whole = [row["id"] for row in api.get(PARTIES, ordering=ordering, per_page=200)["data"]]
    assert walk(api, ordering=ordering) == whole
    assert len(whole) == Party.objects.filter(deleted_at=None).count()


def test_a_cursor_of_another_order_is_refused_instead_of_leaving_rows_out(api, five):
    cursor = api.get(PARTIES, cursor="", per_page=2, ordering="display_name")["meta"]["pagination"][
        "next_cursor"
    ]
    for other in ("-display_name", "code", "display_name,code"):
        error = api.get(PARTIES, 400, cursor=cursor, ordering=other)["errors"][0]
        assert (error["field"], "another order" in error["detail"]) == ("cursor", True)


@pytest.mark.parametrize("put", [{"a": 1}, [], "x", 10**30, "9" * 40, "\x00", None, 1.5])
def test_a_forged_cursor_is_refused(api, five, put):
    cursor = api.get(PARTIES, cursor="", per_page=2, ordering="updated_at")["meta"]["pagination"][
        "next_cursor"
    ]
    mark = json.loads(base64.urlsafe_b64decode(cursor))[0]
    for values in ([mark, put, 3], [mark, "2026-01-01", put], [put], put, [[]] * 2000):
        forged = base64.urlsafe_b64encode(json.dumps(values).encode()).decode()
        assert api.get(PARTIES, 400, cursor=forged, ordering="updated_at")["errors"][0]["field"] == "cursor"
    deep = base64.urlsafe_b64encode(b"[" * 4000).decode()
    assert api.get(PARTIES, 400, cursor=deep)["errors"][0]["field"] == "cursor"


@pytest.mark.parametrize("number", ["0", "-1", "²", "1_0", "٣", "9" * 30, "abc"])
def test_a_page_that_is_no_number_is_named(api, number):
    for name in ("page", "per_page"):
        assert api.get(PARTIES, 400, **{name: number})["errors"][0]["field"] == name
