"""Personal API keys: a part of a person's rights, shown once, ended at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.accounts.models import AccessLog, ApiKey, SignInSession, User
from apps.accounts.services.keys import access_within, key_find, key_make, key_revoke
from apps.accounts.services.users import user_deactivate, user_delete, user_restore
from apps.core.access import Access, RoleScope
from apps.core.errors import InvalidInput
from apps.documents.models import Comment
from tests.factories.parties import make_customer
from tests.kit.clients import ApiClient

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(user_with):
    return user_with("parties.*", "catalog.view_product", "sales.confirm_order")


def client_with(text, host="acme.localhost"):
    client = ApiClient(host=host)
    client.client.credentials(HTTP_AUTHORIZATION=f"Api-Key {text}")
    return client


def make(user, *scopes, **details):
    return key_make(user=user, name="Till", scopes=scopes or ("*",), days=30, **details)


def test_key_is_made_over_the_api_shown_once_and_kept_hashed(person):
    api = ApiClient(person)
    made = api.post("auth/keys/", {"name": "Till", "scopes": ["parties.view_party"]})["data"]
    assert made["key"].startswith(f"bahi_{made['prefix']}_")
    listed = api.get("auth/keys/")["data"]
    assert "key" not in listed[0]
    row = ApiKey.objects.get()
    assert made["key"] not in (row.key_hash, row.prefix)
    assert client_with(made["key"]).get("parties/parties/")["success"]
    row.refresh_from_db()
    assert row.last_used_at is not None
    assert row.last_address == "127.0.0.1"
    assert AccessLog.objects.filter(event="key_made", user_id=person.pk).exists()


def test_scopes_never_give_more_than_the_person_has(person):
    _row, text = make(person, "parties.view_party", "accounts.*")
    client = client_with(text)
    client.get("parties/parties/")
    client.post("parties/parties/", {"display_name": "X"}, 403)
    client.get("catalog/products/", 403)
    client.get("accounts/users/", 403)
    _row, everything = make(person)
    client_with(everything).get("catalog/products/")
    client_with(everything).get("accounts/users/", 403)
    _row, reading = make(person, "read")
    client_with(reading).get("catalog/products/")
    client_with(reading).post("parties/parties/", {"display_name": "X"}, 403)


@pytest.mark.parametrize("scopes", [("read",), ("parties.view_party",), ("read", "parties.view_party")])
def test_a_key_that_reads_writes_nothing_even_where_no_permission_is_asked(person, scopes):
    party = make_customer()
    _row, text = make(person, *scopes)
    reading, said = client_with(text), {"target": f"parties.party:{party.pk}", "text": "Call him"}
    reading.get("documents/comments/", target=said["target"])
    refused = reading.post("documents/comments/", said, 403)
    assert refused["errors"][0]["detail"] == "This key may only read."
    reading.post("messaging/notifications/read-all/", {}, 403)
    reading.post("parties/parties/", {"display_name": "X"}, 403)
    assert not Comment.objects.exists()
    _row, text = make(person, "parties.view_party", "parties.change_party")
    client_with(text).post("documents/comments/", said, 201)


def test_rights_taken_from_the_person_are_gone_from_the_key(person):
    _row, text = make(person)
    client_with(text).get("catalog/products/")
    person.roles.clear()
    client_with(text).get("catalog/products/", 403)


@pytest.mark.parametrize(
    ("held", "wanted", "left"),
    [
        ({"*"}, {"sales.view_order"}, {"sales.view_order"}),
        ({"sales.*"}, {"sales.view_order", "stock.x"}, {"sales.view_order"}),
        ({"sales.view_order"}, {"sales.*"}, {"sales.view_order"}),
        ({"sales.*"}, {"sales.*", "parties.*"}, {"sales.*"}),
        ({"sales.view_order"}, {"parties.*"}, set()),
    ],
)
def test_what_both_cover_remains(held, wanted, left):
    role = RoleScope(frozenset(held), {"sales.order": "own"}, "all")
    access = access_within(Access(user_id=1, permissions=frozenset(held), roles=(role,)), wanted)
    assert access.permissions == frozenset(left)
    assert access.roles[0].permissions == frozenset(left)
    assert access.roles[0].levels == {"sales.order": "own"}


def test_key_does_not_manage_sign_in(person):
    _row, text = make(person)
    client = client_with(text)
    client.get("auth/me/")
    client.patch("auth/me/", {"name": "X"}, 403)
    client.get("auth/keys/", 403)
    client.post("auth/keys/", {"name": "x", "scopes": ["*"]}, 403)
    client.post("auth/password/", {"current_password": "a", "password": "b"}, 403)
    client.post("auth/email/", {"email": "x@y.example"}, 403)
    client.get("auth/sessions/", 403)
    client.get("auth/second-factors/", 403)
    client.post("auth/confirm/", {"password": "kalam-Dawat-9"}, 403)


def test_key_that_is_over_wrong_or_of_elsewhere_is_refused(person):
    row, text = make(person)
    client_with(text, host="zenith.localhost").get("auth/me/", 401)
    for wrong in (text[:-1], text + "x", f"bahi_{row.prefix}_", "bahi_", "", text.upper(), "x" * 500):
        answer = client_with(wrong).get("auth/me/", 401)
        assert answer["errors"][0]["code"] in ("key_invalid", "authentication_failed")
    assert key_find(text) == row
    ApiKey.objects.filter(pk=row.pk).untracked_update(
        created_at=timezone.now() - timedelta(days=2), expires_at=timezone.now() - timedelta(days=1)
    )
    client_with(text).get("auth/me/", 401)
    row, text = make(person)
    key_revoke(row, by=person)
    client_with(text).get("auth/me/", 401)
    _row, text = make(person)
    person.is_active = False
    person.save()
    client_with(text).get("auth/me/", 401)


def test_calls_a_minute_are_limited_by_the_key(person):
    _row, text = make(person, per_minute=3)
    _row, other = make(person, per_minute=3)
    client = client_with(text)
    for _call in range(3):
        client.get("auth/me/")
    client.get("auth/me/", 429)
    assert int(client.last["Retry-After"]) > 0
    client_with(other).get("auth/me/")


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("scopes", {"scopes": ["nonsense.code"]}),
        ("scopes", {"scopes": []}),
        ("days", {"days": 0}),
        ("days", {"days": 400}),
        ("per_minute", {"per_minute": 0}),
        ("name", {"name": "  "}),
    ],
)
def test_wrong_values_are_named(person, field, values):
    given = {"name": "Till", "scopes": ["*"], "days": 30, **values}
    with pytest.raises(InvalidInput) as refused:
        key_make(user=person, **given)
    assert refused.value.field == field
    ApiClient(person).post("auth/keys/", {"name": "Till", "scopes": ["*"], **values}, 400)


def test_making_a_key_asks_for_a_fresh_proof(person):
    api = ApiClient(person)
    SignInSession.objects.update(confirmed_at=timezone.now() - timedelta(hours=1))
    refused = api.post("auth/keys/", {"name": "Till", "scopes": ["*"]}, 403)
    assert refused["errors"][0]["code"] == "confirmation_required"


def test_administrator_sees_and_revokes_keys_of_others(person, administrator, user_with):
    row, text = make(person)
    mine = ApiClient(person).get("auth/keys/")["data"][0]["id"]
    ApiClient(user_with("parties.view_party")).post(f"auth/keys/{mine}/revoke/", expect=404)
    looker = ApiClient(user_with("accounts.view_apikey"))
    assert looker.get("accounts/api-keys/")["data"][0]["prefix"] == row.prefix
    looker.post(f"accounts/api-keys/{row.pk}/revoke/", expect=403)
    ApiClient(administrator).post(f"accounts/api-keys/{row.pk}/revoke/", expect=200)
    client_with(text).get("auth/me/", 401)
    assert AccessLog.objects.filter(event="key_revoked", user_id=administrator.pk).exists()


def test_keys_of_a_person_in_the_bin_stay_ended_when_he_comes_back(administrator, user_with):
    person = user_with("catalog.view_product")
    row, text = make(person, "read")
    user_deactivate(user=person, by=administrator)
    assert key_find(text) is None
    user_restore(user=User.objects.get(pk=person.pk), by=administrator)
    assert key_find(text) == row  # switched off for a while: his programs go on
    user_delete(user=User.objects.get(pk=person.pk), by=administrator)
    user_restore(user=User.objects.get(pk=person.pk), by=administrator)
    assert key_find(text) is None
