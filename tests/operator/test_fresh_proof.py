"""What an operator does that can't be undone asks for a fresh proof of him, on pages and over the API."""

from __future__ import annotations

import pytest
from django.db import connection
from django.utils.html import strip_tags
from rest_framework.test import APIClient

from apps.accounts.models import SignInSession
from apps.platform.models import Override
from apps.tenancy.models import Organisation, OrganisationJob
from tests.operator.conftest import PASSWORD

pytestmark = pytest.mark.commits


def grow_old():
    connection.set_schema_to_public()
    SignInSession.objects.all().untracked_update(confirmed_at=None)


def posted(operator, path, data):
    answer = operator.browser.post(path, data)
    connection.set_schema_to_public()
    return answer


def test_an_open_page_alone_neither_enters_nor_deletes_nor_restores(operator):
    acme = Organisation.objects.get(slug="acme")
    page = f"/admin/tenancy/organisation/{acme.pk}"
    acts = (
        (f"{page}/override/", {"reason": "Ticket 4711"}, f"{page}/change/"),
        (f"{page}/state/schedule/", {}, f"{page}/change/"),
        (f"{page}/state/delete/", {"confirm": "acme"}, f"{page}/change/"),
        ("/admin/backups/", {"name": "acme/acme-1.bahibackup", "slug": "beta"}, "/admin/backups/"),
        (
            "/admin/tenancy/organisation/",
            {"action": "many_schedule", "_selected_action": [acme.pk], "sure": "1"},
            "/admin/tenancy/organisation/",
        ),
    )
    grow_old()
    for path, data, back in acts:
        answer = posted(operator, path, data)
        assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, "/accounts/confirm/"), path
        assert answer["Location"].endswith(back.replace("/", "%2F")), path
    assert not Override.objects.exists()
    assert not OrganisationJob.objects.exists()
    acme.refresh_from_db()
    assert acme.state == "active"
    for path in (f"{page}/change/", "/admin/backups/"):  # the page asks before somebody types a reason
        shown = operator.browser.get(path).content.decode()
        assert "/accounts/confirm/?next=" in shown
        assert 'name="minutes"' not in shown
    assert posted(operator, "/accounts/confirm/", {"password": PASSWORD}).status_code == 302
    assert 'name="minutes"' in operator.browser.get(f"{page}/change/").content.decode()
    connection.set_schema_to_public()
    assert "/organisation/override/" in posted(operator, *acts[0][:2]).content.decode()


def test_where_the_operator_may_not_enter_he_is_still_led_to_the_proof_for_a_deletion(operator):
    acme = Organisation.objects.get(slug="acme")
    Organisation.objects.filter(pk=acme.pk).update(operator_access="forbid")
    grow_old()
    page = operator.browser.get(f"/admin/tenancy/organisation/{acme.pk}/change/").content.decode()
    assert page.count("/accounts/confirm/?next=") == 1


def test_what_takes_nothing_away_asks_for_none(operator):
    acme = Organisation.objects.get(slug="acme")
    grow_old()
    path = f"/admin/tenancy/organisation/{acme.pk}/state/suspend/"
    assert "change" in posted(operator, path, {"reason": "Fee"})["Location"]
    acme.refresh_from_db()
    assert acme.state == "suspended"


def test_a_deletion_is_scheduled_by_its_short_name_not_by_one_click(operator):
    acme = Organisation.objects.get(slug="acme")
    path = f"/admin/tenancy/organisation/{acme.pk}/state/schedule/"
    for typed, state in (("", "active"), ("acne", "active"), ("acme", "scheduled")):
        posted(operator, path, {"confirm": typed})
        acme.refresh_from_db()
        assert acme.state == state, typed


def test_over_the_api_the_token_is_confirmed_first(operator):
    client = APIClient(HTTP_HOST="platform.localhost")

    def call(path, data=None, method="post"):
        answer = getattr(client, method)(f"/api/v1/{path}", data, format="json")
        connection.set_schema_to_public()
        return answer

    pair = call("auth/token/", {"email": operator.email, "password": PASSWORD}).json()["data"]
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {pair['access']}")
    pk = Organisation.objects.get(slug="acme").pk
    acts = (
        (f"platform/organisations/{pk}/visits/", {"reason": "Ticket 4711"}),
        (f"platform/organisations/{pk}/schedule/", {}),
        (f"platform/organisations/{pk}/delete/", {"confirm": "acme"}),
        ("platform/backups/", {"name": "acme/x.bahibackup", "slug": "beta"}),
    )
    grow_old()
    for path, data in acts:
        refused = call(path, data)
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (
            403,
            "confirmation_required",
        ), path
    wrong = call("auth/confirm/", {"password": "wrong"})
    assert wrong.json()["errors"][0]["code"] == "invalid_credentials"
    assert call("auth/confirm/", {"password": PASSWORD}).status_code == 200
    visit = call(*acts[0]).json()["data"]
    grow_old()
    assert call(f"platform/visits/{visit['id']}/link/").status_code == 403


def test_an_operator_looks_after_himself_by_page_and_api(operator):
    page = operator.browser.get("/accounts/profile/").content.decode()
    assert "/accounts/security/" in page
    assert "/accounts/email/" not in page  # there is no mail of links on this host
    connection.set_schema_to_public()
    data = {"name": "Omkar Rao", "phone": "", "language": "hi", "theme": "dark"}
    assert posted(operator, "/accounts/profile/", data).status_code == 302
    operator.refresh_from_db()
    assert (operator.name, operator.language, operator.theme) == ("Omkar Rao", "hi", "dark")
    head = operator.browser.get("/admin/").content.decode()
    assert "/accounts/profile/" in head
    assert posted(operator, "/accounts/language/", {"language": "en", "next": "/admin/"}).status_code == 302
    assert posted(operator, "/admin/password_change/", {})["Location"] == "/accounts/password/"
    client = APIClient(HTTP_HOST="platform.localhost")
    asked = {"email": operator.email, "password": PASSWORD}
    pair = client.post("/api/v1/auth/token/", asked, format="json").json()["data"]
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {pair['access']}")
    mine = client.patch("/api/v1/auth/me/", {"language": "en", "name": "Omkar"}, format="json").json()["data"]
    assert (mine["language"], mine["name"]) == ("en", "Omkar")
    assert client.patch("/api/v1/auth/me/", {"email": "x@y.example"}, format="json").status_code == 400
    assert [one["current"] for one in client.get("/api/v1/auth/sessions/").json()["data"]].count(True) == 1
    seed = client.post("/api/v1/auth/second-factors/totp/", format="json")
    assert (seed.status_code, "seed" in seed.json()["data"]) == (200, True)


def test_the_page_of_operators_is_called_so(operator):
    page = operator.browser.get("/admin/accounts/user/").content.decode()
    assert "Operators" in page.partition("</title>")[0]
    words = strip_tags(page).lower()
    assert "operators" in words
    assert "users" not in words.replace("users and access", "")


def test_signing_out_of_the_admin_pages_ends_the_sign_in(operator):
    answer = operator.browser.post("/admin/logout/", follow=True)
    connection.set_schema_to_public()
    assert answer.redirect_chain[0] == ("/accounts/logout/", 307)
    assert not SignInSession.objects.filter(user=operator, ended_at=None).exists()
