"""Sign-in over the API: tokens, rotation, reuse, lock-out, ends of sign-ins."""

from __future__ import annotations

from datetime import timedelta

import pytest
from axes.models import AccessAttemptExpiration
from django.utils import timezone

from apps.accounts.models import AccessLog, SignInSession, User
from apps.accounts.services.lockout import lock_time
from tests.kit.clients import ApiClient

pytestmark = pytest.mark.django_db
PASSWORD = "kalam-Dawat-9"


@pytest.fixture
def person(user_with):
    return user_with("parties.view_party")


@pytest.fixture
def stranger():
    return ApiClient()


def sign_in(client, email, password=PASSWORD, expect=200, **extra):
    return client.post("auth/token/", {"email": email, "password": password}, expect, **extra)


def with_token(token, host="acme.localhost"):
    client = ApiClient(host=host)
    client.client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client


def test_person_signs_in_and_is_told_what_he_may_do(person, stranger):
    pair = sign_in(stranger, f"  {person.email.upper()} ")["data"]
    me = with_token(pair["access"]).get("auth/me/")["data"]
    assert me["user"]["email"] == person.email
    assert me["permissions"] == ["parties.view_party"]
    assert me["organisation"]["slug"] == "acme"
    assert {"sales", "accounting"} & {module["key"] for module in me["modules"]} or me["modules"]
    assert AccessLog.objects.filter(event="sign_in", user_id=person.pk).exists()


def test_wrong_password_and_unknown_person_get_the_same_answer(person, stranger):
    first = sign_in(stranger, person.email, "wrong", 401)
    second = sign_in(stranger, "nobody@acme.example", "wrong", 401)
    assert first["errors"] == second["errors"]
    assert first["errors"][0]["code"] == "invalid_credentials"
    assert AccessLog.objects.filter(event="sign_in_failed").count() == 2


def test_missing_and_unknown_fields_are_named(stranger):
    answer = stranger.post("auth/token/", {"email": "a@b.example", "colour": 1}, 400)
    assert {e["field"] for e in answer["errors"]} == {"colour"}
    answer = stranger.post("auth/token/", {"email": "a@b.example"}, 400)
    assert {e["field"] for e in answer["errors"]} == {"password"}


def test_switched_off_user_is_refused_at_once(person, stranger):
    pair = sign_in(stranger, person.email)["data"]
    person.is_active = False
    person.save()
    with_token(pair["access"]).get("auth/me/", 401)
    stranger.post("auth/token/refresh/", {"refresh": pair["refresh"]}, 401)
    sign_in(stranger, person.email, expect=401)


def test_refresh_rotates_and_reuse_ends_the_family(person, stranger):
    first = sign_in(stranger, person.email)["data"]
    second = stranger.post("auth/token/refresh/", {"refresh": first["refresh"]}, 200)["data"]
    assert second["refresh"] != first["refresh"]
    with_token(second["access"]).get("auth/me/")
    answer = stranger.post("auth/token/refresh/", {"refresh": first["refresh"]}, 401)
    assert answer["errors"][0]["code"] == "token_reused"
    answer = stranger.post("auth/token/refresh/", {"refresh": second["refresh"]}, 401)
    assert answer["errors"][0]["code"] == "token_revoked"
    with_token(second["access"]).get("auth/me/", 401)
    assert AccessLog.objects.filter(event="token_reused", user_id=person.pk).exists()


def test_revoked_token_ends_access_at_once(person, stranger):
    pair = sign_in(stranger, person.email)["data"]
    stranger.post("auth/token/revoke/", {"refresh": pair["refresh"]}, 200)
    with_token(pair["access"]).get("auth/me/", 401)
    stranger.post("auth/token/refresh/", {"refresh": pair["refresh"]}, 401)


def test_access_token_is_no_refresh_token_and_rubbish_is_refused(person, stranger):
    pair = sign_in(stranger, person.email)["data"]
    for text in (pair["access"], "x", "a.b.c", pair["refresh"][:-2] + "zz"):
        stranger.post("auth/token/refresh/", {"refresh": text}, 401)
    with_token(pair["refresh"]).get("auth/me/", 401)


def test_tokens_of_another_organisation_are_refused(person, stranger):
    pair = sign_in(stranger, person.email)["data"]
    with_token(pair["access"], "zenith.localhost").get("auth/me/", 401)
    other = ApiClient(host="zenith.localhost")
    other.post("auth/token/refresh/", {"refresh": pair["refresh"]}, 401)
    other.post("auth/token/revoke/", {"refresh": pair["refresh"]}, 401)
    with_token(pair["access"]).get("auth/me/")


def test_failures_lock_the_account_for_that_address_only(person, stranger):
    for _ in range(5):
        sign_in(stranger, person.email, "wrong", 401 if _ < 4 else 429)
    answer = sign_in(stranger, person.email, PASSWORD, 429)
    assert answer["errors"][0]["code"] == "locked_out"
    assert 0 < int(stranger.last["Retry-After"]) <= 31
    sign_in(stranger, person.email, PASSWORD, 200, REMOTE_ADDR="10.9.8.7")
    assert AccessLog.objects.filter(event="locked", label=person.email).count() == 1


def test_trying_while_locked_neither_counts_nor_prolongs(person, stranger):
    for _ in range(5):
        stranger.client.post("/api/v1/auth/token/", {"email": person.email, "password": "x"}, format="json")
    until = AccessAttemptExpiration.objects.get().expires_at
    for _ in range(3):
        sign_in(stranger, person.email, "wrong", 429)
    assert AccessAttemptExpiration.objects.get().expires_at == until
    AccessAttemptExpiration.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    sign_in(stranger, person.email, "wrong", 429)
    wait = AccessAttemptExpiration.objects.get().expires_at - timezone.now()
    assert timedelta(seconds=50) < wait <= timedelta(seconds=60)
    AccessAttemptExpiration.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    sign_in(stranger, person.email)
    assert not AccessAttemptExpiration.objects.exists()


def test_lock_grows_to_an_hour():
    assert [int(lock_time(n).total_seconds()) for n in (0, 4, 5, 6, 7, 11, 12, 1000)] == [
        0, 0, 30, 60, 120, 1920, 3600, 3600,
    ]  # fmt: skip


def test_password_change_ends_every_token(person, stranger):
    pair = sign_in(stranger, person.email)["data"]
    client = with_token(pair["access"])
    answer = client.post("auth/password/", {"current_password": "no", "password": "Neem-tree-77"}, 400)
    assert answer["errors"][0]["field"] == "current_password"
    answer = client.post("auth/password/", {"current_password": PASSWORD, "password": "12345"}, 400)
    assert {e["field"] for e in answer["errors"]} == {"password"}
    client.post("auth/password/", {"current_password": PASSWORD, "password": "Neem-tree-77"}, 200)
    client.get("auth/me/", 401)
    sign_in(stranger, person.email, expect=401)
    sign_in(stranger, person.email, "Neem-tree-77")


def test_person_sees_his_sign_ins_and_ends_one(person, user_with, stranger):
    first = with_token(sign_in(stranger, person.email, HTTP_USER_AGENT="Phone")["data"]["access"])
    second = with_token(sign_in(stranger, person.email, HTTP_USER_AGENT="Laptop")["data"]["access"])
    rows = first.get("auth/sessions/")["data"]
    assert {(row["device"], row["current"]) for row in rows} == {("Phone", True), ("Laptop", False)}
    other = next(row["id"] for row in rows if not row["current"])
    ApiClient(user_with()).post(f"auth/sessions/{other}/end/", {}, 404)
    first.post(f"auth/sessions/{other}/end/", {}, 200)
    second.get("auth/me/", 401)
    first.post("auth/sessions/end-all/", {}, 200)
    first.get("auth/me/", 401)
    assert not SignInSession.objects.filter(user=person, ended_at=None).exists()


def test_other_sign_ins_are_ended_after_a_fresh_proof_only(person, stranger):
    first = with_token(sign_in(stranger, person.email, HTTP_USER_AGENT="Phone")["data"]["access"])
    second = with_token(sign_in(stranger, person.email, HTTP_USER_AGENT="Laptop")["data"]["access"])
    SignInSession.objects.update(confirmed_at=timezone.now() - timedelta(hours=1))
    rows = {row["device"]: row["id"] for row in first.get("auth/sessions/")["data"]}
    for path in (f"auth/sessions/{rows['Laptop']}/end/", "auth/sessions/end-all/"):
        assert first.post(path, {}, 403)["errors"][0]["code"] == "confirmation_required"
    second.get("auth/me/")
    first.post("auth/confirm/", {"password": PASSWORD}, 200)
    first.post(f"auth/sessions/{rows['Laptop']}/end/", {}, 200)
    second.get("auth/me/", 401)
    SignInSession.objects.update(confirmed_at=None)
    first.post(f"auth/sessions/{rows['Phone']}/end/", {}, 200)  # his own: as signing out
    first.get("auth/me/", 401)


def test_person_changes_his_own_profile_but_not_his_rights(person):
    client = ApiClient(person)
    answer = client.patch("auth/me/", {"name": "Meera", "language": "hi"})["data"]
    assert (answer["user"]["name"], answer["user"]["language"]) == ("Meera", "hi")
    answer = client.patch("auth/me/", {"is_superuser": True}, 400)
    assert answer["errors"][0]["field"] == "is_superuser"
    client.patch("auth/me/", {"language": "xx"}, 400)
    assert User.objects.get(pk=person.pk).is_superuser is False
