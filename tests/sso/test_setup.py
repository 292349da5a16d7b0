"""Setting single sign-on up: page, back office, API, the test sign-in, addresses, and what is never shown."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from apps.accounts.models import AccessLog, SignInSession, User
from apps.core.errors import InvalidInput
from apps.core.secrets import secret_read
from apps.sso.models import ExternalIdentity, IdentityProvider, ProviderState, SamlKey, SsoAttempt
from apps.sso.presets import KNOWN
from apps.sso.services.attempts import leftovers_remove
from apps.sso.services.policy import policy_get
from apps.sso.services.providers import provider_save
from tests.kit.clients import ApiClient
from tests.sso.providers.oidc import CLIENT, SECRET, came_back, go_and_come_back

pytestmark = pytest.mark.django_db
PAGE = "/accounts/sso/"


@pytest.fixture
def admin(administrator):
    """The administrator's browser, who has just signed in."""
    client = Client(HTTP_HOST="acme.localhost")
    client.force_login(administrator)
    SignInSession.objects.create(
        user=administrator,
        session_kind="browser",
        session_key=client.session.session_key,
        seen_at=timezone.now(),
        confirmed_at=timezone.now(),
        expires_at=timezone.now() + timezone.timedelta(hours=1),
    )
    return client


def text(answer):
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


# --- the test sign-in -------------------------------------------------------------------------------


def test_test_shows_what_comes_and_changes_nothing(works, oidc_provider, admin, change, role):
    works.group_roles.create(group="sales", role=role("Seller"))
    change(works, active=False)
    oidc_provider.person |= {"groups": ["sales"], "name": "Asha Changed"}
    before = _people()
    page = text(admin.get(came_back(admin.get("/accounts/sso/works/test/")["Location"])))
    assert "would come in as" in page
    assert "Seller" in page
    assert "asha@acme.example" in page
    assert _people() == before
    state = ProviderState.objects.get(provider=works)
    assert state.tested_with == IdentityProvider.objects.get(pk=works.pk).connection_digest


def _people():
    return [*User.objects.order_by("pk").values_list("pk", "name")], ExternalIdentity.objects.count()


def test_test_of_a_stranger_says_why_and_proves_nothing(works, oidc_provider, admin):
    oidc_provider.person |= {"sub": "x", "email": "x@acme.example"}
    page = text(admin.get(came_back(admin.get("/accounts/sso/works/test/")["Location"])))
    assert "would not come in" in page
    assert ProviderState.objects.get(provider=works).tested_at is None


def test_test_is_for_administrators_and_finished_by_the_same_one(works, admin, user_with, visitor):
    away = admin.get("/accounts/sso/works/test/")["Location"]
    visitor.force_login(user_with("parties.view_party"))
    assert visitor.get("/accounts/sso/works/test/").status_code == 403
    assert visitor.get(came_back(away)).status_code == 403


# --- the page ---------------------------------------------------------------------------------------


def test_page_shows_addresses_and_is_for_administrators(works, office, admin, user_with, visitor):
    page = text(admin.get(PAGE))
    for part in ("works/return/", "works/back-channel/", "office/acs/", "office/slo/", "office/metadata/"):
        assert f"http://acme.localhost/accounts/sso/{part}" in page
    assert "not tested yet" in page
    visitor.force_login(user_with("parties.view_party"))
    assert visitor.get(PAGE).status_code == 403
    assert visitor.post("/accounts/sso/key/next/").status_code in (302, 403)


def test_provider_is_asked_again(works, office, admin):
    for row, said in ((works, "It publishes 1 key."), (office, "The certificate is good until")):
        page = text(admin.post(f"{PAGE}{row.pk}/check/", follow=True))
        assert said in page


def test_rule_is_saved_on_the_page_and_refusals_stand_beside_it(works, admin):
    page = text(admin.post(PAGE, {"force": "all"}))
    assert "First sign in for a test" in page
    assert policy_get().force == "nobody"
    assert admin.post(PAGE, {"force": "nobody", "domains": "acme.example"}).status_code == 302
    assert policy_get().domains == ["acme.example"]


def test_changes_of_the_rule_and_of_keys_ask_for_a_fresh_proof(works, admin):
    SignInSession.objects.update(confirmed_at="2026-01-01T00:00:00Z")
    for path in (PAGE, f"{PAGE}key/next/", f"{PAGE}{works.pk}/address/"):
        assert admin.post(path, {"force": "all"})["Location"].startswith("/accounts/confirm/")


def test_certificate_is_rotated_on_the_page(office, admin, visitor):
    visitor.get("/accounts/sso/office/metadata/")
    first = SamlKey.objects.get()
    assert "Drop it" in text(admin.post(f"{PAGE}key/next/", follow=True))
    assert "is in use" in text(admin.post(f"{PAGE}key/use/", follow=True))
    assert SamlKey.objects.get().fingerprint != first.fingerprint
    assert "There is no next key." in text(admin.post(f"{PAGE}key/drop/", follow=True))
    assert admin.post(f"{PAGE}key/nonsense/").status_code == 404


def test_people_who_start_at_another_address_are_led_to_the_known_one(works, visitor):
    IdentityProvider.objects.filter(pk=works.pk).untracked_update(base_url="http://erp.acme.example")
    away = visitor.get("/accounts/sso/works/start/?next=/accounts/profile/")["Location"]
    assert away == "http://erp.acme.example/accounts/sso/works/start/?next=/accounts/profile/"


# --- back office ------------------------------------------------------------------------------------

FORM = {
    "code": "idp", "name": "Our login", "preset": "other", "protocol": "oidc", "token_auth": "basic",
    "scopes": "openid email profile", "sync_profile": "on", "email_domains": "", "second_factor_values": "",
    "group_roles-TOTAL_FORMS": "0", "group_roles-INITIAL_FORMS": "0",
}  # fmt: skip
ADD = "/admin/sso/identityprovider/add/"


def test_secret_is_sealed_and_never_shown(admin, oidc_provider):
    body = FORM | {"issuer": oidc_provider.url, "client_id": CLIENT, "new_secret": SECRET, "active": "on"}
    answer = admin.post(ADD, body)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    row = IdentityProvider.objects.get(code="idp")
    assert row.client_secret.startswith("v1.")
    assert secret_read(row, "client_secret") == SECRET
    page = text(admin.get(f"/admin/sso/identityprovider/{row.pk}/change/"))
    assert SECRET not in page
    assert row.client_secret not in page
    shown = ApiClient(User.objects.get(email="asha@acme.example")).get(f"sso/providers/{row.pk}/")["data"]
    assert "client_secret" not in shown
    assert go_and_come_back(Client(HTTP_HOST="acme.localhost"), "idp").status_code == 302


def test_changed_without_a_new_secret_keeps_the_one_before(admin, works):
    body = FORM | {
        "code": "works", "name": "Renamed", "issuer": works.issuer, "client_id": CLIENT, "active": "on",
    }  # fmt: skip
    answer = admin.post(f"/admin/sso/identityprovider/{works.pk}/change/", body)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    row = IdentityProvider.objects.get(pk=works.pk)
    assert (row.name, secret_read(row, "client_secret")) == ("Renamed", SECRET)
    assert AccessLog.objects.filter(event="sso_changed", detail__changed__contains="name").exists()


def test_saml_provider_is_filled_in_by_its_metadata_file(admin, idp):
    upload = SimpleUploadedFile("idp.xml", idp.metadata().encode(), "application/xml")
    body = FORM | {"protocol": "saml", "metadata_file": upload, "active": "on"}
    answer = admin.post(ADD, body)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    row = IdentityProvider.objects.get(code="idp")
    assert (row.issuer, row.sso_url) == (idp.entity_id, f"{idp.url}/sso")
    assert row.claim_email == "email"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"issuer": "http://login.example.com", "client_id": "x"}, "issuer"),
        ({"issuer": "https://10.0.0.5", "client_id": "x"}, "issuer"),
        ({"issuer": "https://login.microsoftonline.com/common/v2.0", "client_id": "x"}, "issuer"),
        ({"issuer": "https://login.example.com", "client_id": "x", "active": "on"}, "new_secret"),
        ({"email_domains": "no domain"}, "email_domains"),
        ({"code": "No Code!"}, "code"),
        ({"protocol": "saml", "certificates": "no certificate"}, "certificates"),
        ({"protocol": "saml", "sso_url": "javascript:alert(1)"}, "sso_url"),
        ({"protocol": "saml", "metadata_file": SimpleUploadedFile("x.xml", b"<a/>")}, "metadata_file"),
        ({"active": "on"}, "__all__"),
        ({"provision": "on"}, "__all__"),
    ],
)
def test_refusal_stands_beside_its_field(admin, wrong, field):
    answer = admin.post(ADD, FORM | wrong)
    assert answer.status_code == 200
    assert field in answer.context["adminform"].form.errors
    assert not IdentityProvider.objects.exists()


def test_link_is_removed_in_the_list(works, admin):
    go_and_come_back(Client(HTTP_HOST="acme.localhost"))
    pk = ExternalIdentity.objects.get().pk
    body = {"action": "unlink", "_selected_action": [pk]}
    admin.post("/admin/sso/externalidentity/", body)
    assert not ExternalIdentity.objects.exists()


def test_almost_administrators_may_not_change_it(works, user_with, visitor):
    codes = [f"sso.{action}_identityprovider" for action in ("view", "add", "change", "delete")]
    almost = user_with(*codes)
    api = ApiClient(almost)
    api.patch(f"sso/providers/{works.pk}/", {"name": "X", "version": works.version}, 403)
    api.delete(f"sso/providers/{works.pk}/", 403)
    visitor.force_login(almost)
    answer = visitor.post(f"/admin/sso/identityprovider/{works.pk}/delete/", {"post": "yes"})
    assert answer.status_code == 302
    assert IdentityProvider.objects.get(pk=works.pk).deleted_at is None
    assert visitor.post(ADD, FORM).status_code == 200
    assert IdentityProvider.objects.count() == 1


# --- API --------------------------------------------------------------------------------------------


def test_provider_is_made_by_the_api(api, administrator, oidc_provider, role):
    clerk = role("Clerk")
    body = {
        "code": "idp", "name": "Our login", "issuer": oidc_provider.url, "client_id": CLIENT,
        "email_domains": ["ACME.example", "@acme.example"], "provision": True, "default_role": clerk.pk,
        "group_roles": [{"group": "sales", "role": clerk.pk}],
    }  # fmt: skip
    made = api.post("sso/providers/", body)["data"]
    assert made["email_domains"] == ["acme.example"]
    assert made["claim_groups"] == "groups"
    assert made["base_url"] == "http://acme.localhost"
    assert [row["group"] for row in made["group_roles"]] == ["sales"]
    path = f"sso/providers/{made['id']}"
    SignInSession.objects.update(confirmed_at="2026-01-01T00:00:00Z")
    answer = api.post(f"{path}/secret/", {"client_secret": SECRET}, 403)
    assert answer["errors"][0]["code"] == "confirmation_required"
    SignInSession.objects.update(confirmed_at=timezone.now())
    api.post(f"{path}/secret/", {"client_secret": SECRET}, 200)
    found = api.post(f"{path}/check/", {}, 200)["data"]
    assert [one["good"] for one in found] == [True, True]
    version = api.get(f"{path}/")["data"]["version"]
    api.patch(f"{path}/", {"active": True, "version": version})
    assert go_and_come_back(Client(HTTP_HOST="acme.localhost"), "idp").status_code == 302
    api.delete(f"{path}/")
    assert not IdentityProvider.objects.get(pk=made["id"]).active


def test_metadata_by_the_api_and_names_of_fields(api, idp):
    made = api.post("sso/providers/", {"code": "s", "name": "S", "protocol": "saml"})["data"]
    SignInSession.objects.update(confirmed_at=timezone.now())
    path = f"sso/providers/{made['id']}/metadata/"
    assert api.post(path, {"xml": idp.metadata()}, 200)["data"]["issuer"] == idp.entity_id
    api.post(path, {"xml": "<a/>"}, 400)
    wrong = api.post("sso/providers/", {"code": "t", "name": "T", "issuer": "http://x"}, 400)
    assert wrong["errors"][0]["field"] == "issuer"


def test_links_are_read_and_removed_by_the_api(api, works):
    go_and_come_back(Client(HTTP_HOST="acme.localhost"))
    (row,) = api.get("sso/identities/")["data"]
    assert row["subject"] == "p-1"
    api.post(f"sso/identities/{row['id']}/unlink/", {}, 200)
    assert api.get("sso/identities/")["data"] == []


# --- presets and leftovers --------------------------------------------------------------------------


@pytest.mark.parametrize(("preset", "protocol"), sorted(KNOWN))
def test_preset_fills_in_what_is_known(db, preset, protocol):
    row = provider_save(
        IdentityProvider(),
        values={"code": "p", "name": "P", "preset": preset, "protocol": protocol, "claim_name": "own"},
        by=None,
    )
    assert row.claim_email
    assert row.claim_name == "own"
    assert not row.active


def test_switched_on_only_when_complete(db):
    values = {"code": "p", "name": "P", "protocol": "saml", "active": True}
    with pytest.raises(InvalidInput):
        provider_save(IdentityProvider(), values=values, by=None)


def test_leftovers_are_removed(works, visitor):
    visitor.get("/accounts/sso/works/start/")
    leftovers_remove()
    assert SsoAttempt.objects.count() == 1
    SsoAttempt.objects.update(created_at="2026-01-01T00:00:00Z", expires_at="2026-01-01T00:10:00Z")
    leftovers_remove()
    assert not SsoAttempt.objects.exists()
