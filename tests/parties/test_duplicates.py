"""Parties that may be the same firm: found by what agrees, told when one is saved, listed in a report."""

from __future__ import annotations

import pytest

from apps.parties.duplicates import duplicate_pairs, name_key, possible_duplicates
from apps.parties.reports import possible_duplicates_report
from tests.factories.accounts import make_user
from tests.factories.parties import make_customer
from tests.kit.clients import ApiClient

pytestmark = pytest.mark.django_db

GSTIN = "27AAPFU0939F1ZV"


def found(party, user):
    return [
        (item.party.display_name, item.score, item.fields) for item in possible_duplicates(party, user=user)
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("M/s. Sharma Traders (P) Ltd", "Sharma Traders Private Limited"),
        ("The Mehta & Co.", "MEHTA COMPANY"),
    ],
)
def test_the_form_of_a_firm_is_no_part_of_its_name(one, other):
    assert name_key(one) == name_key(other) != ""


def test_each_field_that_agrees_makes_it_surer(administrator):
    old = make_customer(
        legal_name="Sharma Traders Pvt Ltd", display_name="Sharma", gstin=GSTIN, phone="020-25678901"
    )
    make_customer(legal_name="Verma Stores", display_name="Verma", phone="98220 11111")
    by_name = make_customer(legal_name="Sharma Trader Private Limited", display_name="Sharma 2")
    by_phone = make_customer(legal_name="Lotus Paper", display_name="Lotus", phone="+91 20 2567 8901")
    by_both = make_customer(
        legal_name="Sharma Traders", display_name="Sharma 3", gstin=GSTIN, phone="2025678901"
    )
    assert found(by_phone, administrator) == [("Sharma", 60, ("phone",)), ("Sharma 3", 60, ("phone",))]
    (name, score, fields), *_rest = found(by_name, administrator)
    assert (name, fields) == ("Sharma", ("name",))
    assert 60 <= score <= 70
    name, score, fields = found(by_both, administrator)[0]
    assert (name, fields) == ("Sharma", ("gstin", "phone", "name"))
    assert score == 100
    assert found(old, administrator)[0][0] == "Sharma 3"


def test_a_contact_counts_and_the_bin_does_not(administrator):
    known = make_customer(legal_name="Amber Works", display_name="Amber")
    known.contacts.create(name="Ravi", email="Ravi@Amber.example")
    again = make_customer(legal_name="Ravi Trading", display_name="RT", email="ravi@amber.example")
    assert found(again, administrator) == [("Amber", 60, ("email",))]
    known.deleted_at = known.created_at
    known.save()
    assert found(again, administrator) == []


def test_whoever_saves_one_is_told_in_the_api_and_in_the_back_office(api, browser):
    make_customer(legal_name="Amber Works", display_name="Amber", phone="9822011111")
    answer = api.post(
        "parties/parties/", {"legal_name": "Lotus Paper", "display_name": "Lotus", "phone": "+919822011111"}
    )
    assert answer["meta"]["warnings"] == ["“Amber” may be the same party: 60 % (phone)."]
    path = f"parties/parties/{answer['data']['id']}/"
    assert api.get(f"{path}duplicates/")["data"][0]["fields"] == ["phone"]
    assert (
        "Possible duplicates"
        in browser.get(f"/admin/parties/party/{answer['data']['id']}/change/").content.decode()
    )
    changed = api.patch(path, {"phone": "9822022222", "version": answer["data"]["version"]})
    assert "warnings" not in changed["meta"]


def test_a_salesman_is_not_told_of_parties_out_of_his_reach():
    seller = make_user("parties.view_party", "parties.add_party", level="own")
    make_customer(legal_name="Amber Works", display_name="Amber", phone="9822011111")
    body = {"legal_name": "Lotus Paper", "display_name": "Lotus", "phone": "9822011111"}
    assert "warnings" not in ApiClient(seller).post("parties/parties/", body)["meta"]


def test_an_agreeing_pan_is_not_told_to_those_who_may_not_see_pans(administrator):
    one = make_customer(legal_name="Amber Works", display_name="Amber", pan="AAACC1206D")
    make_customer(legal_name="Lotus Paper", display_name="Lotus", pan="AAACC1206D")
    assert found(one, administrator) == [("Lotus", 60, ("pan",))]
    assert found(one, make_user("parties.view_party")) == []


def test_all_pairs_of_the_book_likeliest_first(administrator):
    make_customer(legal_name="Sharma Traders Pvt Ltd", display_name="A", gstin=GSTIN)
    make_customer(legal_name="Sharma Traders", display_name="B", gstin=GSTIN)
    make_customer(legal_name="Verma Stores", display_name="C", phone="9822011111")
    make_customer(legal_name="Kiran Metals", display_name="D", phone="98220-11111")
    make_customer(legal_name="Nobody Else", display_name="E")
    pairs = [
        (party.display_name, item.party.display_name, item.fields)
        for party, item in duplicate_pairs(administrator)
    ]
    assert pairs == [("A", "B", ("gstin", "name")), ("C", "D", ("phone",))]


def test_report_names_both_and_what_agrees(administrator):
    make_customer(legal_name="Verma Stores", display_name="C", phone="9822011111")
    make_customer(legal_name="Kiran Metals", display_name="D", phone="98220-11111")
    (row,) = possible_duplicates_report({}, administrator).rows
    assert row.cells == {"first": "C", "second": "D", "score": 60, "fields": "phone"}
    assert row.links.keys() == {"first", "second"}


@pytest.mark.parametrize("words", ["ravi", "98220 11111", "+919822011111", "98220-11111", "wholesale"])
def test_a_party_is_found_by_contact_phone_and_tag(api, browser, words):
    party = make_customer(
        legal_name="Amber Works", display_name="Amber", phone="+91 98220 11111", tags=["Wholesale"]
    )
    party.contacts.create(name="Ravi Kumar", phone="0982-2011111")
    make_customer(legal_name="Lotus Paper", display_name="Lotus", phone="9822022222")
    assert [row["display_name"] for row in api.get("parties/parties/", search=words)["data"]] == ["Amber"]
    assert [hit["title"] for hit in api.get("search/", q=words)["data"]["results"]] == ["Amber"]
    page = browser.get("/admin/parties/party/", {"q": words, "_once": "1"}).content.decode()
    assert "Amber" in page
    assert "Lotus" not in page


def test_an_unknown_number_finds_nothing_by_likeness(api):
    make_customer(display_name="Amber", phone="9822011111")
    assert api.get("search/", q="9822011112")["data"]["results"] == []
