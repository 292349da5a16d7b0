"""The operator inside an organisation: asked, granted, seen, limited, ended; both logs written."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from apps.accounts.models import AccessLog, ApiKey, SignInSession, User
from apps.accounts.selectors import OPERATOR_EMAIL, users_active
from apps.accounts.services import keys
from apps.accounts.tokens import pair_issue
from apps.core.errors import InvalidInput, NotAllowed, NotFound, Refused
from apps.core.permissions import all_permissions, stand_in_permissions
from apps.core.tenant import organisation_context
from apps.documents.services.comments import comment_add
from apps.messaging.models import Notification
from apps.parties.models import Party
from apps.platform.models import Override
from apps.platform.services import override
from apps.platform.services.own_side import operator_access_set
from apps.tenancy.models import Organisation
from tests.factories.parties import make_customer
from tests.kit.clients import ApiClient

pytestmark = pytest.mark.django_db
REASON = "Stock report looks wrong, ticket 41"


class Someone:
    """An operator as the services need him: a row of ``public`` that this test can't write."""

    pk = 900

    def __str__(self):
        return "Omkar"


@pytest.fixture
def ask(acme):
    def make(**values):
        connection.set_schema_to_public()
        fresh = Organisation.objects.get(pk=acme.pk)
        return override.override_ask(fresh, by=Someone(), reason=REASON, **values)

    return make


def enter(visit):
    token = override.override_link(visit, by=Someone())
    browser = Client(HTTP_HOST="acme.localhost")
    answer = browser.post(f"/organisation/override/{token}/")
    connection.set_schema_to_public()
    browser.token = token
    return browser, answer


def actions(schema):
    with organisation_context(schema) if schema != "public" else override.public_context():
        return [row.detail.get("action") for row in AccessLog.objects.order_by("id") if row.event in
                ("operator", "platform")]  # fmt: skip


def test_reason_and_time_are_asked(acme):
    for values in ({"reason": " "}, {"reason": REASON, "minutes": 1}, {"reason": REASON, "minutes": 900}):
        with pytest.raises(InvalidInput):
            override.override_ask(acme, by=Someone(), **values)


def test_operator_reads_everything_and_changes_nothing(ask, acme):
    browser, answer = enter(ask(minutes=30))
    assert (answer.status_code, answer["Location"]) == (302, "/")
    home = browser.get("/").content.decode()
    assert "Platform operator" in home
    assert "reading only" in home
    for path, status in (
        ("/admin/parties/party/", 200),
        ("/admin/parties/party/?_popup=1", 200),
        ("/organisation/domains/", 403),
        ("/no-such-page/", 404),
    ):
        page = browser.get(path)
        assert (page.status_code, "is inside until" in page.content.decode()) == (status, True), path
    assert browser.get("/api/v1/parties/parties/").status_code == 200
    call = browser.post("/api/v1/parties/parties/", {"legal_name": "X"}, content_type="application/json")
    assert (call.status_code, call.json()["errors"][0]["code"]) == (403, "override_read_only")
    assert browser.post("/admin/parties/party/add/", {}).status_code == 403
    connection.set_schema_to_public()
    inside = actions("org_acme")
    assert inside[0] == "entered"
    assert inside.count("did") >= 4
    assert {"override_asked", "override_entered", "override_did"} <= set(actions("public"))
    with organisation_context("org_acme"):
        entry = AccessLog.objects.filter(event="operator", detail__method="POST").first()
        assert (entry.label, entry.detail["status"]) == ("Omkar (platform operator)", 403)
        assert Notification.objects.filter(event="platform.operator").exists()
        assert not Party.objects.filter(legal_name="X").exists()


def test_with_writing_he_changes_records_in_his_own_name_but_no_people(ask, acme):
    browser, _answer = enter(ask(may_write=True))
    made = browser.post(
        "/api/v1/parties/parties/",
        {"legal_name": "Made Ltd", "display_name": "Made", "is_customer": True},
        content_type="application/json",
    )
    assert made.status_code == 201, made.content
    for path, values in (
        ("accounts/users", {"email": "me@x.example"}),
        ("sso/providers", {"name": "My own", "preset": "oidc"}),
        ("accounts/roles", {"name": "All", "permissions": ["*"]}),
    ):
        answer = browser.post(f"/api/v1/{path}/", values, content_type="application/json")
        assert answer.status_code == 403, (path, answer.content)
    assert browser.get("/data/backups/").status_code == 403
    for path in ("/accounts/password/", "/accounts/email/", "/organisation/operator/"):
        assert browser.post(path, {}).status_code == 403
    with organisation_context("org_acme"):
        row = Party.history.model.objects.filter(legal_name="Made Ltd").first()
        assert row is not None
        shown = [str(getattr(row, name, "")) for name in ("actor_kind", "actor_label")]
        assert shown == ["operator", "Omkar (platform operator)"]
        operator = override.stand_in()
        operator.access = override.access_of_visit(Override.objects.get(), operator)
        party = Party.objects.get(legal_name="Made Ltd")
        comment_add(party, text="Looked at it", by=operator)
        with pytest.raises(NotAllowed):  # he speaks to no customer in the organisation's name
            comment_add(party, text="Dear customer", by=operator, public=True)


def test_link_opens_once_in_its_organisation_and_time(ask, acme):
    visit = ask()
    token = override.override_link(visit, by=Someone())
    assert Client(HTTP_HOST="zenith.localhost").get(f"/organisation/override/{token}/").status_code == 410
    assert Client(HTTP_HOST="acme.localhost").get(f"/organisation/override/{token}/").status_code == 200
    connection.set_schema_to_public()
    Override.objects.update(link_until=timezone.now() - timedelta(seconds=1))
    assert Client(HTTP_HOST="acme.localhost").post(f"/organisation/override/{token}/").status_code == 410
    connection.set_schema_to_public()
    browser, _answer = enter(visit)
    again = Client(HTTP_HOST="acme.localhost").post(f"/organisation/override/{browser.token}/")
    assert again.status_code == 410
    connection.set_schema_to_public()
    with pytest.raises(Refused):
        override.override_link(visit, by=Someone())


def test_time_ends_it_at_once_and_the_sweep_tidies_up(ask, acme):
    browser, _answer = enter(ask())
    connection.set_schema_to_public()
    Override.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert browser.get("/api/v1/parties/parties/").status_code == 401
    assert browser.get("/api/v1/parties/parties/").status_code == 401
    connection.set_schema_to_public()
    assert Override.objects.get().state == "ended"
    other, _answer = enter(ask())
    connection.set_schema_to_public()
    Override.objects.filter(state="open").update(expires_at=timezone.now() - timedelta(seconds=1))
    assert override.overrides_expire() == 1
    with organisation_context("org_acme"):
        assert not SignInSession.objects.filter(user__email=OPERATOR_EMAIL, ended_at=None).exists()
    assert other.get("/")["Location"].startswith("/accounts/login/")


def test_leaving(ask, acme):
    browser, _answer = enter(ask())
    assert browser.post("/organisation/override/end/")["Location"] == "/organisation/override/over/"
    assert browser.get("/organisation/override/over/").status_code == 200
    assert browser.get("/")["Location"].startswith("/accounts/login/")
    connection.set_schema_to_public()
    assert Override.objects.get().ended_why == "left"
    assert "left" in actions("org_acme")


def test_organisation_forbids_approves_refuses_and_ends(ask, acme, administrator):
    connection.set_schema_to_public()
    with organisation_context("org_acme"):
        operator_access_set(acme, "forbid")
    with pytest.raises(Refused):
        ask()
    with organisation_context("org_acme"):
        operator_access_set(acme, "ask")
    visit = ask()
    assert visit.state == "asked"
    with pytest.raises(Refused):
        override.override_link(visit, by=Someone())
    page = Client(HTTP_HOST="acme.localhost")
    with organisation_context("org_acme"):
        page.force_login(administrator)
    assert REASON in page.get("/organisation/operator/").content.decode()
    page.post("/organisation/operator/", {"verb": "grant", "visit": visit.pk})
    connection.set_schema_to_public()
    visit.refresh_from_db()
    assert (visit.state, visit.decided_by) == ("granted", f"{administrator.name} <{administrator.email}>")
    browser, _answer = enter(visit)
    assert browser.get("/").status_code == 200
    page.post("/organisation/operator/", {"verb": "end", "visit": visit.pk})
    assert browser.get("/")["Location"].startswith("/accounts/login/")
    connection.set_schema_to_public()
    second = ask()
    page.post("/organisation/operator/", {"verb": "refuse", "visit": second.pk})
    connection.set_schema_to_public()
    second.refresh_from_db()
    assert second.state == "refused"
    with pytest.raises(Refused):
        override.override_decide(second, granted=True, by=administrator)


def test_stand_in_is_in_no_list_counts_nowhere_and_can_not_sign_in(ask, acme, administrator):
    connection.set_schema_to_public()
    with organisation_context("org_acme"):
        before = users_active()
    enter(ask())
    with organisation_context("org_acme"):
        assert users_active() == before
        stand_in = User.objects.get(email=OPERATOR_EMAIL)
        assert not stand_in.has_usable_password()
        assert not stand_in.access.permissions  # outside of a visit he has no right at all
    with organisation_context("org_acme"):
        api = ApiClient(administrator)
    emails = [row["email"] for row in api.get("accounts/users/")["data"]]
    assert OPERATOR_EMAIL not in emails
    with organisation_context("org_acme"), pytest.raises(NotFound):
        override.override_enter("made-up", request=None)


def test_others_cannot_decide(acme, user_with):
    with organisation_context("org_acme"):
        clerk = user_with("sales.view_order")
        page = Client(HTTP_HOST="acme.localhost")
        page.force_login(clerk)
    assert page.get("/organisation/operator/").status_code == 403
    assert page.post("/organisation/operator/", {"verb": "access", "access": "allow"}).status_code == 403


OPEN_APPS = {"accounting", "catalog", "company", "dimensions", "documents", "inventory", "parties", "sales"}


def test_what_a_stand_in_may_is_an_allow_list_over_all_codes(ask):
    """Every code of the product: what nobody opened to him is closed, and nothing that lasts was opened."""
    visit = Override(may_write=True)
    access = override.access_of_visit(visit, User(pk=7))
    writing = {code for code in all_permissions() if not code.split(".", 1)[1].startswith("view_")}
    held = {code for code in writing if access.has(code)}
    assert held
    assert {code.split(".", 1)[0] for code in held} == OPEN_APPS
    assert stand_in_permissions() <= set(all_permissions())  # no code that isn't there (any more)
    for code in held:
        action, _bar, noun = code.split(".", 1)[1].partition("_")
        assert action not in ("export", "send", "invite", "grant", "erase", "give", "manage", "override"), (
            code
        )
        assert noun not in ("bank_account", "bankaccount", "credit", "limit"), code
    reading = override.access_of_visit(Override(may_write=False), User(pk=7))
    assert not {code for code in writing if reading.has(code)}


def test_nothing_that_lets_somebody_in_later_is_in_the_stand_in_s_reach(ask, acme):
    browser, _answer = enter(ask(may_write=True))
    with organisation_context("org_acme"):
        party = make_customer()
        key = SignInSession.objects.get(user__email=OPERATOR_EMAIL, ended_at=None)
        assert key.confirmed_at is None  # a visit never counts as a proof of who somebody is
    pages = (
        "/accounts/keys/new/", "/accounts/security/app/",
        "/data/personal/", "/data/file-encryption/now/", "/organisation/domains/", "/organisation/look/",
        "/organisation/operator/", "/organisation/leave/", "/data/export/now/", "/data/backups/now/",
    )  # fmt: skip
    for page in pages:
        answer = browser.post(page, {"email": "backdoor@evil.example", "name": "B", "verb": "add"})
        assert answer.status_code == 403, (page, answer.status_code)
    calls = {
        "auth/keys/": {"name": "k", "scopes": ["*"]},
        "auth/password/": {"current_password": "x", "password": "y"},
        "auth/email/": {"email": "backdoor@evil.example"},
        "auth/sessions/end-all/": {},
        "customer-portal/invitations/": {"party": party.pk, "email": "backdoor@evil.example", "name": "B"},
        "accounts/grants/": {},
        "backup/exports/": {},
    }
    for path, values in calls.items():
        answer = browser.post(f"/api/v1/{path}", values, content_type="application/json")
        assert answer.status_code == 403, (path, answer.content)
    browser.post(f"/portal/office/invite/{party.pk}/", {"email": "backdoor@evil.example", "name": "B"})
    header = browser.post("/accounts/keys/new/", {"name": "k"}, HTTP_AUTHORIZATION="Bearer x")
    assert header.status_code == 403  # a header at a page does not take the visit's walls away
    with organisation_context("org_acme"):
        assert not User.objects.filter(email="backdoor@evil.example").exists()
        assert not ApiKey.objects.filter(user__email=OPERATOR_EMAIL).exists()


def test_keys_of_the_stand_in_are_never_made_never_good_and_end_with_the_visit(ask, acme):
    visit = ask(may_write=True)
    enter(visit)
    with organisation_context("org_acme"):
        stand_in = User.objects.get(email=OPERATOR_EMAIL)
        with pytest.raises(NotAllowed):
            keys.key_make(user=stand_in, name="later", scopes=["*"], days=300)
        with pytest.raises(NotAllowed):
            pair_issue(None, stand_in)
        asha = User.objects.get(email="asha@acme.example")
        row, text = keys.key_make(user=asha, name="later", scopes=["*"], days=300)
        assert keys.key_find(text) == row
        ApiKey.objects.filter(pk=row.pk).update(user=stand_in)  # one of before the rule
        assert keys.key_find(text) is None
    connection.set_schema_to_public()
    override.override_end(Override.objects.get(pk=visit.pk), why="left")
    with organisation_context("org_acme"):
        assert ApiKey.objects.get(pk=row.pk).revoked_at
