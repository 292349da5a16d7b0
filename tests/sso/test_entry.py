"""From claims to a user: domains, verified addresses, new users within the plan, profile, roles, factors."""

from __future__ import annotations

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from apps.accounts.models import AccessLog, Department, Role, SecondFactor, SignInSession, User
from apps.accounts.selectors import OPERATOR_EMAIL
from apps.accounts.services.factors import totp_begin
from apps.accounts.services.policy import policy_save as rules_save
from apps.core.errors import InvalidInput, Refused
from apps.core.quota import LimitReached
from apps.sso.models import ExternalIdentity, GivenRole, IdentityProvider
from apps.sso.services.providers import identity_unlink, provider_save
from tests.sso.conftest import oidc_row
from tests.sso.providers.oidc import go_and_come_back

pytestmark = pytest.mark.django_db


def browser():
    return Client(HTTP_HOST="acme.localhost")


def reason_of(answer):
    assert answer.status_code == 403, answer.status_code
    return AccessLog.objects.filter(event="sign_in_failed").order_by("-id").first().detail["reason"]


def someone(oidc_provider, **claims):
    oidc_provider.person = {
        "sub": "p-7", "email": "ravi@acme.example", "email_verified": True, "name": "Ravi K", **claims,
    }  # fmt: skip


def roles_of(email="ravi@acme.example"):
    return set(User.objects.get(email=email).roles.values_list("name", flat=True))


# --- who may come in --------------------------------------------------------------------------------


def test_unknown_person_is_refused_where_nobody_is_entered(works, oidc_provider):
    someone(oidc_provider)
    answer = go_and_come_back(browser())
    assert reason_of(answer) == "no_account"
    assert "ask your administrator to invite you" in answer.content.decode()
    assert not User.objects.filter(email="ravi@acme.example").exists()


@pytest.mark.parametrize("verified", [False, None, "false", 1])
def test_unverified_address_links_nobody(works, oidc_provider, verified):
    oidc_provider.person["email_verified"] = verified
    assert reason_of(go_and_come_back(browser())) == "not_verified"
    assert not ExternalIdentity.objects.exists()


def test_same_id_at_another_provider_is_another_person(works, oidc_provider):
    go_and_come_back(browser())
    oidc_row(oidc_provider, code="second", name="Second")
    oidc_provider.person |= {"email": "nobody@acme.example"}
    assert reason_of(go_and_come_back(browser(), "second")) == "no_account"


def test_administrator_may_trust_addresses_of_named_domains(works, oidc_provider, change):
    oidc_provider.person.pop("email_verified")
    change(works, trust_email=True, email_domains=["acme.example"])
    assert go_and_come_back(browser()).status_code == 302


def test_other_domains_are_refused_for_known_people_too(works, oidc_provider, change):
    assert go_and_come_back(browser()).status_code == 302
    change(works, email_domains=["zenith.example"])
    assert reason_of(go_and_come_back(browser())) == "domain"


def test_domain_must_be_the_whole_of_it(works, oidc_provider, change, role):
    change(works, email_domains=["acme.example"], provision=True, default_role=role("Clerk"))
    for email in ("x@evil-acme.example", "x@acme.example.evil.example", "x@sub.acme.example"):
        someone(oidc_provider, email=email)
        assert reason_of(go_and_come_back(browser())) == "domain"


def test_google_must_say_that_the_domain_rules_the_account(works, oidc_provider, change):
    change(works, preset="google", email_domains=["acme.example"])
    assert reason_of(go_and_come_back(browser())) == "domain"
    oidc_provider.person["hd"] = "acme.example"
    assert go_and_come_back(browser()).status_code == 302


def test_no_address_is_refused(works, oidc_provider):
    someone(oidc_provider, email="nonsense")
    assert reason_of(go_and_come_back(browser())) == "no_email"


def test_operator_s_stand_in_is_linked_with_nobody(works, oidc_provider):
    User.objects.create_user(OPERATOR_EMAIL, name="Platform operator")
    someone(oidc_provider, email=OPERATOR_EMAIL)
    assert reason_of(go_and_come_back(browser())) in ("no_account", "no_email")
    assert not ExternalIdentity.objects.exists()


# --- new users --------------------------------------------------------------------------------------


def test_new_person_is_entered_with_role_groups_and_profile(works, oidc_provider, change, role):
    clerk, seller = role("Clerk"), role("Seller", "sales.view_order")
    works.group_roles.create(group="sales", role=seller)
    stores = Department.objects.create(code="ST", name="Stores")
    change(
        works, provision=True, email_domains=["acme.example"], default_role=clerk,
        claim_department="dept", claim_employee_code="empno",
    )  # fmt: skip
    someone(
        oidc_provider, groups=["sales", "unknown"], phone_number="+91 98765 43210", dept="ST", empno="E-9"
    )
    assert go_and_come_back(browser()).status_code == 302
    user = User.objects.get(email="ravi@acme.example")
    assert (user.name, user.phone, user.department) == ("Ravi K", "+91 98765 43210", stores)
    assert not user.has_usable_password()
    assert roles_of() == {"Clerk", "Seller"}
    identity = user.identities.get()
    assert (identity.provisioned, identity.employee_code) == (True, "E-9")
    assert identity.groups == ["sales", "unknown"]
    assert AccessLog.objects.filter(event="user_provisioned", user_id=user.pk).exists()


def test_new_person_takes_room_of_the_plan(works, oidc_provider, change, role, monkeypatch):
    change(works, provision=True, email_domains=["acme.example"], default_role=role("Clerk"))
    someone(oidc_provider)
    from apps.core import quota

    def full(metric, add):
        raise LimitReached("No room.", limit=metric)

    monkeypatch.setattr(quota, "_claim", [full])
    assert reason_of(go_and_come_back(browser())) == "limit"
    assert not User.objects.filter(email="ravi@acme.example").exists()


def test_nobody_is_entered_without_named_domains(works, change):
    with pytest.raises(InvalidInput):
        change(works, provision=True)
    with pytest.raises(InvalidInput):
        change(works, trust_email=True)


# --- profile ----------------------------------------------------------------------------------------


def test_profile_follows_where_it_should(works, oidc_provider, change, administrator):
    oidc_provider.person["name"] = "Asha Rao"
    go_and_come_back(browser())
    administrator.refresh_from_db()
    assert administrator.name == "Asha Rao"
    assert administrator.history.first().name == "Asha Rao"
    change(works, sync_profile=False)
    oidc_provider.person["name"] = "Somebody"
    go_and_come_back(browser())
    administrator.refresh_from_db()
    assert administrator.name == "Asha Rao"


# --- roles by groups --------------------------------------------------------------------------------


@pytest.fixture
def ravi(user_with):
    return user_with("parties.view_party", email="ravi@acme.example")


def test_role_goes_with_the_group_and_hand_given_ones_stay(works, oidc_provider, role, ravi):
    seller, buyer, by_hand = role("Seller"), role("Buyer"), role("Byhand")
    works.group_roles.create(group="sales", role=seller)
    works.group_roles.create(group="purchase", role=buyer)
    works.group_roles.create(group="hand", role=by_hand)
    first = ravi.roles.get().name
    ravi.roles.add(by_hand)
    someone(oidc_provider, groups=["sales", "hand"])
    go_and_come_back(browser())
    assert roles_of() == {first, "Byhand", "Seller"}
    someone(oidc_provider, groups=["purchase"])
    go_and_come_back(browser())
    assert roles_of() == {first, "Byhand", "Buyer"}
    oidc_provider.person.pop("groups")
    go_and_come_back(browser())
    assert roles_of() == {first, "Byhand"}
    changes = AccessLog.objects.filter(event="user_changed", detail__user=ravi.email)
    assert [row.detail["added"] for row in changes.order_by("id")] == [["seller"], ["buyer"], []]


def test_too_many_groups_to_list_change_nothing(works, oidc_provider, role, ravi):
    works.group_roles.create(group="sales", role=role("Seller"))
    someone(oidc_provider, groups=["sales"])
    go_and_come_back(browser())
    someone(oidc_provider, _claim_names={"groups": "src1"}, _claim_sources={"src1": {}})
    go_and_come_back(browser())
    assert "Seller" in roles_of()


def test_last_administrator_keeps_his_role_and_comes_in(works, oidc_provider, ravi, administrator):
    works.group_roles.create(group="admins", role=Role.objects.get(code="administrator"))
    someone(oidc_provider, groups=["admins"])
    go_and_come_back(browser())
    assert "Administrator" in roles_of()
    administrator.roles.clear()
    someone(oidc_provider, groups=[])
    assert go_and_come_back(browser()).status_code == 302
    assert "Administrator" in roles_of()
    assert AccessLog.objects.filter(event="refused", detail__role="administrator").exists()


def test_role_in_the_bin_is_not_given(works, oidc_provider, role, ravi):
    gone = role("Gone")
    works.group_roles.create(group="sales", role=gone)
    Role.objects.filter(pk=gone.pk).untracked_update(deleted_at=timezone.now())
    someone(oidc_provider, groups=["sales"])
    go_and_come_back(browser())
    assert "Gone" not in roles_of()


def test_removed_link_takes_roles_and_sign_ins_with_it(works, oidc_provider, role, ravi, administrator):
    works.group_roles.create(group="sales", role=role("Seller"))
    someone(oidc_provider, groups=["sales"])
    client = browser()
    go_and_come_back(client)
    identity_unlink(ExternalIdentity.objects.get(user=ravi), by=administrator)
    assert "Seller" not in roles_of()
    assert not GivenRole.objects.exists()
    assert client.get("/accounts/profile/").status_code == 302
    assert AccessLog.objects.filter(event="identity_unlinked").exists()


def test_linked_people_hold_their_issuer(works, oidc_provider, change):
    go_and_come_back(browser())
    with pytest.raises(Refused) as caught:
        change(works, issuer="https://another.example")
    assert caught.value.code == "linked"


def test_person_is_told_by_mail_when_he_is_linked(works, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        go_and_come_back(browser())
    assert any("Works" in message.body for message in mail.outbox)


# --- second factors ---------------------------------------------------------------------------------


@pytest.fixture
def with_app(administrator):
    factor = totp_begin(administrator)
    factor.confirmed_at = timezone.now()
    factor.save()
    return administrator


def test_own_second_factor_is_asked_and_the_sign_in_stays_the_provider_s(works, with_app):
    from apps.accounts import totp
    from apps.core.secrets import secret_read

    client = browser()
    assert go_and_come_back(client, page="/accounts/profile/")["Location"] == "/accounts/second-step/"
    assert client.get("/accounts/profile/").status_code == 302
    seed = secret_read(SecondFactor.objects.get(user=with_app), "secret")
    code = totp.code_at(seed, int(timezone.now().timestamp()) // totp.STEP_SECONDS)
    answer = client.post("/accounts/second-step/", {"way": "totp", "answer": code})
    assert answer["Location"] == "/accounts/profile/"
    session = SignInSession.objects.get(user=with_app)
    assert (session.provider, session.second_factor) == ("Works", "totp")


@pytest.mark.parametrize(
    ("claims", "counts"), [({"amr": ["pwd", "mfa"]}, True), ({"amr": ["pwd"]}, False), ({}, False)]
)
def test_second_factor_of_the_provider_counts_where_it_is_trusted(  # noqa: PLR0917 - fixtures
    works, with_app, oidc_provider, change, claims, counts
):
    change(works, trust_second_factor=True)
    oidc_provider.person |= claims
    answer = go_and_come_back(browser())
    assert (answer["Location"] == "/") is counts
    assert SignInSession.objects.filter(user=with_app, second_factor="sso").exists() is counts


def test_untrusted_provider_s_factor_counts_nothing(works, with_app, oidc_provider):
    oidc_provider.person["amr"] = ["mfa"]
    assert go_and_come_back(browser())["Location"] == "/accounts/second-step/"


def test_required_factor_is_met_by_a_trusted_provider_only(works, oidc_provider, change, administrator):
    rules_save(require_for="all", roles=[], methods=["totp"], by=administrator)
    client = browser()
    go_and_come_back(client)
    assert client.get("/accounts/profile/")["Location"] == "/accounts/security/"
    change(works, trust_second_factor=True)
    oidc_provider.person["amr"] = ["mfa"]
    client = browser()
    go_and_come_back(client)
    assert client.get("/accounts/profile/").status_code == 200


# --- proof again ------------------------------------------------------------------------------------


def test_person_proves_himself_again_at_the_provider(works, oidc_provider, administrator):
    from tests.sso.providers.oidc import came_back

    client = browser()
    go_and_come_back(client)
    SignInSession.objects.update(confirmed_at="2026-01-01T00:00:00Z")
    asked = client.get("/accounts/keys/new/", follow=False)
    step = client.get(asked["Location"])
    assert step["Location"].startswith("/accounts/sso/works/confirm/?next=")
    away = client.get(step["Location"])["Location"]
    assert "prompt=login" in away
    assert "max_age=0" in away
    assert client.get(came_back(away))["Location"] == "/accounts/keys/new/"
    assert client.get("/accounts/keys/new/").status_code == 200


@pytest.mark.parametrize(
    ("claims", "reason"), [({"auth_time": 1_700_000_000}, "stale"), ({"sub": "p-8"}, "other_person")]
)
def test_proof_must_be_fresh_and_one_s_own(works, oidc_provider, claims, reason):
    from tests.sso.providers.oidc import came_back

    client = browser()
    go_and_come_back(client)
    away = client.get("/accounts/sso/works/confirm/")["Location"]
    oidc_provider.person |= claims
    assert reason_of(client.get(came_back(away))) == reason


def test_proof_without_a_time_is_no_proof(works, oidc_provider):
    from tests.sso.providers.oidc import came_back

    client = browser()
    go_and_come_back(client)
    away = client.get("/accounts/sso/works/confirm/")["Location"]
    oidc_provider.lie = lambda claims: {n: v for n, v in claims.items() if n != "auth_time"}
    assert reason_of(client.get(came_back(away))) == "stale"


# --- who may change it ------------------------------------------------------------------------------


def test_only_full_administrators_change_providers(works, user_with):
    from apps.core.errors import NotAllowed

    almost = user_with("sso.change_identityprovider", "sso.add_identityprovider", "sso.view_identityprovider")
    for row in (IdentityProvider(), works):
        with pytest.raises(NotAllowed):
            provider_save(row, values={"code": "x", "name": "X"}, version=row.version, by=almost)
