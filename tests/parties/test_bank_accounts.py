"""Bank accounts and UPI ids of a party: who sees them, who changes them, what is refused."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core.records import rows_errors
from apps.parties.api import PartyApi
from apps.parties.models.bank import PartyBankAccount
from tests.factories.accounts import make_user
from tests.factories.parties import make_customer
from tests.kit.clients import ApiClient

pytestmark = pytest.mark.django_db

ACCOUNT = {"bank_name": "SBI", "account_number": "12345678901", "ifsc": "SBIN0000300"}
GOOD_IBAN, BAD_IBAN = "GB82WEST12345698765432", "GB83WEST12345698765432"


def written(api, accounts, status=200):
    party = make_customer()
    body = {"bank_accounts": accounts, "version": party.version}
    return party, api.patch(f"parties/parties/{party.pk}/", body, status)


def errors(answer):
    return {(error["field"], error["code"]) for error in answer["errors"]}


def test_accounts_and_upi_ids_are_kept_and_tidied(api):
    rows = [
        {**ACCOUNT, "ifsc": "sbin0000300", "is_primary": True},
        {"upi_id": "mehta.traders@okbank"},
        {"bank_name": "Barclays", "account_number": GOOD_IBAN, "swift": "barcgb22"},
    ]
    _party, answer = written(api, rows)
    kept = answer["data"]["bank_accounts"]
    assert [(row["ifsc"], row["upi_id"], row["swift"]) for row in kept] == [
        ("SBIN0000300", "", ""), ("", "mehta.traders@okbank", ""), ("", "", "BARCGB22"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"bank_name": "SBI"}, "account_number"),
        ({"account_number": "12345678901"}, "ifsc"),
        ({**ACCOUNT, "ifsc": "SBI"}, "ifsc"),
        ({**ACCOUNT, "account_number": "12"}, "account_number"),
        ({"account_number": BAD_IBAN, "swift": "BARCGB22"}, "account_number"),
        ({"upi_id": "mehta"}, "upi_id"),
    ],
)
def test_what_nobody_could_pay_to_is_refused_by_its_field(api, row, field):
    _party, answer = written(api, [row], 400)
    assert {error["field"] for error in answer["errors"]} == {f"bank_accounts.0.{field}"}


@pytest.mark.parametrize(
    ("second", "field"),
    [({"upi_id": "a.b@okbank", "is_primary": True}, "is_primary"), ({}, "ifsc")],
)
def test_one_account_is_paid_to_and_none_stands_there_twice(api, second, field):
    rows = [{**ACCOUNT, "is_primary": True}, second or ACCOUNT]
    _party, answer = written(api, rows, 400)
    assert errors(answer) == {(f"bank_accounts.1.{field}", "duplicate")}


def test_rules_among_accounts_ask_no_database(administrator):
    """A form with many accounts costs what one with a single account costs."""
    spec = next(child for child in PartyApi.children if child.name == "bank_accounts")
    party = make_customer()
    numbers = range(10_000_000_001, 10_000_000_021)
    rows = [PartyBankAccount(party=party, account_number=str(n), ifsc="SBIN0000300") for n in numbers]
    rows[3].is_primary = rows[7].is_primary = rows[9].is_primary = True
    with CaptureQueriesContext(connection) as asked:
        found = rows_errors(spec, rows)
    assert [error.field for error in found] == [f"bank_accounts.{n}.is_primary" for n in (7, 9)]
    assert len(asked) == 0


def test_without_the_permission_the_number_is_masked_and_nothing_is_changed(api):
    party, answer = written(api, [ACCOUNT])
    clerk = ApiClient(make_user("parties.view_party", "parties.change_party"))
    path = f"parties/parties/{party.pk}/"
    seen = clerk.get(path)["data"]
    assert seen["bank_accounts"][0]["account_number"] == "••••8901"
    row = {"id": answer["data"]["bank_accounts"][0]["id"], "ifsc": "HDFC0000001"}
    answer = clerk.patch(path, {"bank_accounts": [row], "version": seen["version"]}, 403)
    assert answer["errors"][0]["field"] == "bank_accounts.0.ifsc"
    clerk.patch(path, {"phone": "9876543210", "version": seen["version"]})
    assert party.bank_accounts.get().ifsc == "SBIN0000300"


def test_changes_stay_in_the_history(api):
    party, answer = written(api, [ACCOUNT])
    row = {**answer["data"]["bank_accounts"][0], "ifsc": "HDFC0000001"}
    version = answer["data"]["version"]
    api.patch(f"parties/parties/{party.pk}/", {"bank_accounts": [row], "version": version})
    history = party.bank_accounts.get().history.order_by("history_id")
    assert [entry.ifsc for entry in history] == ["SBIN0000300", "HDFC0000001"]


def test_the_account_that_is_paid_to_moves_to_another(api):
    rows = [{**ACCOUNT, "is_primary": False}, {"upi_id": "a.b@okbank", "is_primary": True}]
    party, answer = written(api, rows)
    first, second = answer["data"]["bank_accounts"]
    moved = [{**first, "is_primary": True}, {**second, "is_primary": False}]
    body = {"bank_accounts": moved, "version": answer["data"]["version"]}
    api.patch(f"parties/parties/{party.pk}/", body)
    assert party.bank_accounts.get(is_primary=True).pk == first["id"]


def test_without_the_permission_none_is_added_and_none_removed(api):
    party, _answer = written(api, [ACCOUNT, {"upi_id": "a.b@okbank"}])
    clerk = ApiClient(make_user("parties.view_party", "parties.change_party", "parties.see_bank_account"))
    path = f"parties/parties/{party.pk}/"
    seen = clerk.get(path)["data"]
    kept = seen["bank_accounts"]

    def refused(rows, user=clerk):
        answer = user.patch(path, {"bank_accounts": rows, "version": seen["version"]}, 403)
        return errors(answer)

    assert refused([]) == refused(kept[:1]) == {("bank_accounts", "permission_denied")}
    assert ("bank_accounts.2.upi_id", "permission_denied") in refused([*kept, {"upi_id": "c.d@okbank"}])
    emptied = {**kept[0], "id": str(kept[0]["id"]), "account_number": "", "ifsc": "", "upi_id": ""}
    assert ("bank_accounts.0.account_number", "permission_denied") in refused([emptied, kept[1]])
    assert party.bank_accounts.count() == 2
    clerk.patch(path, {"bank_accounts": kept, "version": seen["version"]})
    assert party.bank_accounts.count() == 2
