"""Many new records in one call: all or none, or the good ones with a reason for each of the others."""

from __future__ import annotations

import pytest

from apps.parties.models import Party

pytestmark = pytest.mark.django_db
PATH = "parties/parties/bulk/"
GOOD = {"legal_name": "Aarav Traders", "display_name": "Aarav"}
BAD = {"legal_name": "Bina Stores", "display_name": "Bina", "gstin": "27AAAAA"}


def test_a_program_that_skips_bad_records_gets_the_good_ones_and_each_reason(api):
    data = api.post(PATH, {"mode": "skip_bad", "records": [BAD, GOOD]}, 200)["data"]
    first, second = data["results"]
    assert data["created"] == 1
    assert (first["id"], [error["field"] for error in first["errors"]]) == (None, ["records.0.gstin"])
    assert (second["row"], second["errors"]) == (1, [])
    assert Party.objects.get(pk=second["id"]).display_name == "Aarav"
    assert not Party.objects.filter(display_name="Bina").exists()


def test_a_program_that_wants_all_gets_none_when_one_is_bad(api):
    body = api.post(PATH, {"records": [GOOD, BAD]}, 400)
    assert [error["field"] for error in body["errors"]] == ["records.1.gstin"]
    assert not Party.objects.filter(display_name="Aarav").exists()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"records": []}, "records"),
        ({"records": [GOOD] * 1001}, "records"),
        ({"records": "all"}, "records"),
        ({"records": [GOOD], "mode": "some"}, "mode"),
    ],
)
def test_a_call_that_says_too_little_or_too_much_is_refused_by_field(api, body, field):
    assert [error["field"] for error in api.post(PATH, body, 400)["errors"]] == [field]
