"""GSTIN, PAN, state and tax treatment of a party never contradict each other."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from tests.factories.parties import make_customer

pytestmark = pytest.mark.django_db

PUNE, DELHI_SAME_PAN = "27AAPFU0939F1ZV", "07AAPFU0939F1ZX"
GUJARAT_OTHER_PAN = "24AAACC1206D1ZM"
UN_BODY = "2917USA00001UNC"


def refused(api, body, status=400):
    answer = api.post("parties/parties/", {"legal_name": "Mehta", "display_name": "Mehta", **body}, status)
    return {(error["field"], error["code"]) for error in answer["errors"]}


def test_pan_follows_from_the_gstin_and_small_letters_are_taken(api):
    body = {"legal_name": "Mehta", "display_name": "Mehta", "gstin": "27aapfu0939f1zv"}
    made = api.post("parties/parties/", body)["data"]
    assert (made["gstin"], made["pan"], made["tax_treatment"]) == (PUNE, "AAPFU0939F", "regular")


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"gstin": PUNE, "pan": "AAACC1206D"}, ("gstin", "gstin_pan")),
        ({"gstin": PUNE, "tax_treatment": "export"}, ("tax_treatment", "gstin_treatment")),
        ({"gstin": PUNE, "tax_treatment": "consumer"}, ("tax_treatment", "gstin_treatment")),
    ],
)
def test_a_contradiction_names_its_field(api, body, error):
    assert refused(api, body) == {error}


@pytest.mark.parametrize(
    ("address", "error"),
    [
        ({"state_code": "24", "gstin": PUNE}, "gstin_state"),
        ({"state_code": "24", "gstin": GUJARAT_OTHER_PAN}, "gstin_pan"),
    ],
)
def test_gstin_of_an_address_is_of_its_state_and_of_the_partys_pan(api, address, error):
    body = {"gstin": PUNE, "addresses": [{"kind": "billing", "line1": "1 Ring Road", **address}]}
    assert refused(api, body) == {("addresses.0.gstin", error)}


def test_a_branch_in_another_state_carries_its_own_gstin(api):
    body = {"legal_name": "Mehta", "display_name": "Mehta", "gstin": PUNE}
    body["addresses"] = [{"kind": "site", "line1": "Karol Bagh", "gstin": DELHI_SAME_PAN}]
    made = api.post("parties/parties/", body)["data"]
    assert made["addresses"][0]["state_code"] == "07"


def test_an_id_without_pan_needs_none(api):
    body = {"legal_name": "Unicef", "display_name": "Unicef", "gstin": UN_BODY}
    assert api.post("parties/parties/", body)["data"]["pan"] == ""


@pytest.mark.parametrize("change", [("pan", "AAACC1206D"), ("tax_treatment", "consumer")])
def test_the_database_keeps_it_too(db, change):
    party = make_customer(gstin=PUNE)
    setattr(party, *change)
    with pytest.raises(IntegrityError), transaction.atomic():
        party.save()
    with pytest.raises(IntegrityError), transaction.atomic():
        party.addresses.update(gstin=DELHI_SAME_PAN)


@pytest.mark.parametrize(
    ("change", "field"),
    [({"pan": "AAACC1206D"}, "pan"), ({"gstin": GUJARAT_OTHER_PAN, "pan": "AAACC1206D"}, "gstin")],
)
def test_another_pan_leaves_no_address_with_the_gstin_of_the_one_before(api, change, field):
    body = {"legal_name": "Mehta", "display_name": "Mehta", "pan": "AAPFU0939F"}
    body["addresses"] = [{"kind": "site", "line1": "Karol Bagh", "gstin": DELHI_SAME_PAN}]
    made = api.post("parties/parties/", body)["data"]
    path, version = f"parties/parties/{made['id']}/", made["version"]
    answer = api.patch(path, {**change, "version": version}, 400)
    assert [(e["field"], e["code"]) for e in answer["errors"]] == [(field, "gstin_pan")]
    assert api.get(path)["data"]["pan"] == "AAPFU0939F"
    moved = [{"id": made["addresses"][0]["id"], "state_code": "24", "gstin": GUJARAT_OTHER_PAN}]
    saved = api.patch(path, {**change, "addresses": moved, "version": version})["data"]
    assert saved["pan"] == "AAACC1206D"
