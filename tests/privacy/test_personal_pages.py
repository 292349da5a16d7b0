"""The pages: found by whoever may, given out once asked and noted, erased only by name and right."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import AccessLog, SignInSession, User
from apps.privacy.models import PersonalRequest
from apps.tenancy.models import OrganisationJob
from tests.factories.accounts import make_user
from tests.factories.parties import make_customer
from tests.factories.portal import portal_person
from tests.privacy.test_erasure import meera

pytestmark = pytest.mark.django_db
PASSWORD = "kalam-Dawat-9"
RIGHTS = ("privacy.give_personal_data", "privacy.erase_person", "parties.view_party", "accounts.view_user")


def browser(*codes, proved=True):
    client = Client(HTTP_HOST="acme.localhost")
    user = make_user(*codes, is_staff=True)
    answer = client.post("/accounts/login/", {"email": user.email, "password": PASSWORD})
    assert answer.status_code == 302
    SignInSession.objects.filter(user=user).update(confirmed_at=timezone.now() if proved else None)
    return client, user


def test_person_is_found_seen_and_given_out_as_json_and_page():
    party = meera()
    boss, user = browser(*RIGHTS)
    page = boss.post("/data/personal/", {"q": "meera"}).content.decode()
    assert f"/data/personal/parties.party:{party.pk}/" in page
    address = f"/data/personal/parties.party:{party.pk}/"
    assert "Give out everything" in boss.get(address).content.decode()
    answer = boss.post(f"{address}give/", {"reason": "letter"})
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    data = json.loads(archive.read("data.json"))
    (own,) = [table for table in data["tables"] if table["kind"] == "parties.party"]
    row = dict(zip(own["columns"], own["rows"][0], strict=True))
    assert (row["legal_name"], row["pan"], row["phone"]) == ("Meera Iyer", "AAAPM1234A", "98400 12345")
    assert "12 Temple Street" in archive.read("data.html").decode()
    request = PersonalRequest.objects.get()
    assert (request.what, request.reason, request.state) == ("access", "letter", "done")
    noted = AccessLog.objects.filter(event="export").latest("id")
    assert noted.detail["person"] == f"parties.party:{party.pk}"
    assert "Meera" not in json.dumps(noted.detail)
    assert user.pk == noted.user_id


def test_hash_of_the_password_and_seeds_are_never_given_out():
    boss, user = browser(*RIGHTS)
    answer = boss.post(f"/data/personal/accounts.user:{user.pk}/give/")
    text = zipfile.ZipFile(io.BytesIO(answer.content)).read("data.json").decode()
    assert user.email in text
    assert "argon2" not in text
    assert "session_key" not in text


def test_erasing_asks_for_the_name_and_the_right():
    party = meera()
    address = f"/data/personal/parties.party:{party.pk}/"
    boss, _user = browser(*RIGHTS)
    boss.post(f"{address}erase/", {"typed": "Meera"})
    assert not PersonalRequest.objects.exists()
    boss.post(f"{address}erase/", {"typed": "Meera Iyer", "reason": "letter"})
    request = PersonalRequest.objects.get()
    assert request.state == "waiting"
    assert OrganisationJob.objects.get(work="erase").source == str(request.pk)
    boss.post(f"{address}erase/", {"typed": "Meera Iyer"})
    assert PersonalRequest.objects.count() == 1
    reader, _user = browser("privacy.give_personal_data", "parties.view_party")
    assert "Erase this person" not in reader.get(address).content.decode()
    assert reader.post(f"{address}erase/", {"typed": "Meera Iyer"}).status_code == 403


def test_others_strangers_and_what_is_no_person_are_turned_away():
    party = meera()
    nobody, _user = browser("parties.view_party")
    assert nobody.get("/data/personal/").status_code == 403
    assert nobody.post(f"/data/personal/parties.party:{party.pk}/give/").status_code == 403
    unproved, _user = browser(*RIGHTS, proved=False)
    assert unproved.get("/data/personal/").status_code == 302
    boss, _user = browser(*RIGHTS)
    for key in (
        "parties.party:999999",
        "parties.party:x",
        "catalog.product:1",
        "x",
        "parties.party:" + "9" * 30,
    ):
        assert boss.get(f"/data/personal/{key}/").status_code == 404, key
    narrow = make_user(*RIGHTS, level="own", is_staff=True)
    client = Client(HTTP_HOST="acme.localhost")
    client.post("/accounts/login/", {"email": narrow.email, "password": PASSWORD})
    assert client.get(f"/data/personal/parties.party:{party.pk}/").status_code == 404


def test_contact_and_times_are_shown_to_everybody_who_works_here(administrator):
    from apps.company.services.settings import settings_save

    settings_save(
        "privacy", {"officer": "Latha Rao", "officer_email": "privacy@acme.example"}, by=administrator
    )
    client, _user = browser("catalog.view_product")
    page = client.get("/data/privacy/").content.decode()
    assert "Latha Rao · privacy@acme.example" in page
    assert "400" in page


def test_over_the_api_found_seen_given_out_and_erased_by_name_and_right():
    party = meera()
    boss, _user = browser(*RIGHTS)
    api = "/api/v1/privacy/"
    (found,) = boss.post(f"{api}people/search/", {"q": "meera"}, content_type="application/json").json()[
        "data"
    ]
    assert (found["key"], found["name"]) == (f"parties.party:{party.pk}", str(party))
    one = f"{api}people/{found['key']}/"
    seen = boss.get(one).json()["data"]
    assert seen["hindrances"] == []
    assert any(row["rows"] for row in seen["held"])
    archive = zipfile.ZipFile(io.BytesIO(boss.post(f"{one}give/", {"reason": "letter"}).content))
    assert "Meera Iyer" in archive.read("data.json").decode()
    wrong = boss.post(f"{one}erase/", {"name": "Meera"}, content_type="application/json")
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (400, "name")
    body = {"name": str(party), "reason": "letter"}
    done = boss.post(f"{one}erase/", body, content_type="application/json")
    assert (done.status_code, done.json()["data"]["state"]) == (202, "waiting")
    assert OrganisationJob.objects.filter(work="erase").exists()
    assert [row["what"] for row in boss.get(f"{api}requests/").json()["data"]] == ["erasure", "access"]


def test_the_api_asks_for_the_rights_and_a_fresh_proof_and_names_the_wrong_field():
    party = meera()
    one = f"/api/v1/privacy/people/parties.party:{party.pk}/"
    search = "/api/v1/privacy/people/search/"
    without, _user = browser("parties.view_party")
    may_give, _user = browser(*RIGHTS[:1], "parties.view_party")
    sees_none, _user = browser(*RIGHTS[:2])
    unproved, _user = browser(*RIGHTS, proved=False)
    assert {without.get(one).status_code, without.post(search, {"q": "me"}).status_code} == {403}
    assert may_give.get(one).status_code == 200
    assert may_give.post(f"{one}erase/", {"name": str(party)}).status_code == 403
    assert sees_none.get(one).status_code == 404
    answer = unproved.get(one)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (403, "confirmation_required")
    for body in ({"q": "m"}, {"q": ["me"]}, {}):
        answer = may_give.post(search, body, content_type="application/json")
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "q")
    assert may_give.get("/api/v1/privacy/people/parties.party:999999/").status_code == 404
    assert may_give.get("/api/v1/privacy/people/accounts.role:1/").status_code == 404
    assert not PersonalRequest.objects.exists()


def test_person_of_a_customer_is_found_though_lists_of_users_leave_him_out():
    person = portal_person(make_customer(), name="Farida Contractor")
    boss, user = browser(*RIGHTS)
    assert not User.objects.for_user(user).filter(pk=person.pk).exists()
    page = boss.post("/data/personal/", {"q": "farida"}).content.decode()
    assert f"/data/personal/accounts.user:{person.pk}/" in page
    assert (
        "switch the user off first" in boss.get(f"/data/personal/accounts.user:{person.pk}/").content.decode()
    )
