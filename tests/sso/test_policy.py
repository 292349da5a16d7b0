"""Forced single sign-on: whom it covers on every way in, and that somebody can always come in."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.entering import browser_enter
from apps.accounts.models import AccessLink, Role, SignInSession, User
from apps.accounts.services.factors import factors_reset, totp_begin
from apps.accounts.services.passwords import invitation_send
from apps.accounts.services.policy import factor_required
from apps.accounts.services.users import user_deactivate, user_save
from apps.core.errors import InvalidInput, Refused
from apps.sso.models import IdentityProvider, ProviderState
from apps.sso.refusals import SsoRequired
from apps.sso.services.policy import is_covered, policy_get, policy_save
from apps.sso.services.providers import provider_delete
from tests.factories.accounts import make_user
from tests.kit.clients import ApiClient
from tests.sso.providers.oidc import go_and_come_back

pytestmark = pytest.mark.django_db
PASSWORD = "kalam-Dawat-9"


def browser():
    return Client(HTTP_HOST="acme.localhost")


def with_factor(user):
    factor = totp_begin(user)
    factor.confirmed_at = timezone.now()
    factor.save()
    return user


@pytest.fixture
def proven(works):
    """A provider at which a test sign-in succeeded."""
    ProviderState.objects.update_or_create(
        provider=works, defaults={"tested_at": timezone.now(), "tested_with": works.connection_digest}
    )
    return works


@pytest.fixture
def chief(administrator):
    administrator.set_password(PASSWORD)
    administrator.save()
    return with_factor(administrator)


@pytest.fixture
def ravi(user_with):
    return user_with("parties.view_party", email="ravi@acme.example")


def force(chief, force="all", **values):
    given = {"roles": [], "domains": [], "password_users": [chief], "by": chief} | values
    return policy_save(force=force, **given)


def test_password_no_longer_opens_the_page(proven, chief, ravi):
    force(chief)
    page = browser().post("/accounts/login/", {"email": ravi.email, "password": PASSWORD}).content.decode()
    assert "requires you to sign in through its identity provider" in page
    assert "Continue with Works" in page
    assert not SignInSession.objects.filter(user=ravi).exists()
    wrong = browser().post("/accounts/login/", {"email": ravi.email, "password": "no"}).content.decode()
    assert "identity provider" not in wrong  # who doesn't know the password learns nothing


def test_api_says_that_single_sign_on_is_required_and_where(proven, chief, ravi):
    force(chief)
    answer = ApiClient().post("auth/token/", {"email": ravi.email, "password": PASSWORD}, 403)
    assert answer["errors"][0]["code"] == "sso_required"
    assert answer["data"]["sign_in"] == [{"name": "Works", "url": "/accounts/sso/works/start/"}]
    assert ApiClient().get("auth/sso/")["data"] == answer["data"]["sign_in"]
    ApiClient().post("auth/token/", {"email": ravi.email, "password": "wrong"}, 401)


def test_invitation_link_gives_no_password_any_more(proven, chief):
    invited = User.objects.create_user("new@acme.example", name="New")
    from apps.accounts.services.links import link_make

    invitation_send(user=invited, by=chief)
    token = link_make(user=invited, purpose="invitation")
    force(chief)
    body = {"token": token, "name": "New", "password": PASSWORD}
    assert ApiClient().post("auth/invitation/accept/", body, 403)["errors"][0]["code"] == "sso_required"
    invited.refresh_from_db()
    assert not invited.has_usable_password()


def test_no_link_for_a_new_password_is_mailed_to_covered_people(proven, chief, ravi):
    force(chief)
    for email, links in ((ravi.email, 0), (chief.email, 1)):
        browser().post("/accounts/password/forgotten/", {"email": email})
        assert AccessLink.objects.filter(user__email=email).count() == links


def test_passkey_and_setup_cookie_open_nothing_for_covered_people(proven, chief, ravi, rf):
    force(chief)
    request = rf.get("/")
    request.session = browser().session
    with pytest.raises(SsoRequired):
        browser_enter(request, ravi, "/", factor="passkey")


def test_named_administrator_keeps_password_and_must_have_a_second_factor(proven, chief):
    force(chief)
    answer = browser().post("/accounts/login/", {"email": chief.email, "password": PASSWORD})
    assert answer["Location"] == "/accounts/second-step/"
    factors_reset(user=chief, by=None)
    assert factor_required(chief)
    client = browser()
    client.post("/accounts/login/", {"email": chief.email, "password": PASSWORD})
    assert client.get("/accounts/profile/")["Location"] == "/accounts/security/"


def test_provider_still_lets_covered_people_in(proven, chief, ravi, oidc_provider):
    force(chief)
    oidc_provider.person = {"sub": "r", "email": ravi.email, "email_verified": True, "name": ravi.name}
    client = browser()
    assert go_and_come_back(client)["Location"] == "/"
    assert client.get("/accounts/profile/").status_code == 200


def test_abandoned_sign_in_at_the_provider_opens_no_password(proven, chief, ravi, oidc_provider):
    """The mark that the provider vouched for somebody is for that person and that sign-in alone."""
    with_factor(ravi)
    force(chief)
    oidc_provider.person = {"sub": "r", "email": ravi.email, "email_verified": True, "name": ravi.name}
    client = browser()
    assert go_and_come_back(client)["Location"] == "/accounts/second-step/"
    page = client.post("/accounts/login/", {"email": ravi.email, "password": PASSWORD}).content.decode()
    assert "requires you to sign in through its identity provider" in page


def test_who_came_in_by_password_is_signed_out_when_the_rule_comes(proven, chief, ravi):
    client, api = browser(), ApiClient()
    client.post("/accounts/login/", {"email": ravi.email, "password": PASSWORD})
    pair = api.post("auth/token/", {"email": ravi.email, "password": PASSWORD}, 200)["data"]
    force(chief)
    assert client.get("/accounts/profile/").status_code == 302
    api.post("auth/token/refresh/", {"refresh": pair["refresh"]}, 401)


@pytest.mark.parametrize(
    ("rule", "values", "covered"),
    [
        ("roles", {}, {"ravi"}),
        ("domains", {"domains": ["zenith.example"]}, {"mina"}),
        ("all", {}, {"ravi", "mina"}),
        ("nobody", {}, set()),
    ],
)
def test_rule_covers_whom_it_names(proven, chief, ravi, rule, values, covered):  # noqa: PLR0917 - fixtures
    mina = make_user("parties.view_party", email="mina@zenith.example")
    roles = [ravi.roles.get()] if rule == "roles" else []
    force(chief, rule, roles=roles, **values)
    people = {"ravi": ravi, "mina": mina, "chief": chief}
    assert {name for name, user in people.items() if is_covered(user)} == covered


def test_rule_without_roles_or_domains_names_the_field(proven, chief):
    for rule, field in (("roles", "roles"), ("domains", "domains")):
        with pytest.raises(InvalidInput) as caught:
            force(chief, rule)
        assert caught.value.errors[0].field == field
    with pytest.raises(InvalidInput):
        force(chief, "domains", domains=["no domain"])


# --- nobody can lock everybody out ------------------------------------------------------------------


def refused(code, work):
    with pytest.raises(Refused) as caught:
        work()
    assert caught.value.code == code


def test_rule_without_an_administrator_by_password_is_refused(proven, chief):
    refused("last_password_administrator", lambda: force(chief, password_users=[]))
    assert policy_get().force == "nobody"


def test_rule_without_a_proven_provider_is_refused(works, chief, change):
    refused("provider_unproven", lambda: force(chief))
    ProviderState.objects.update_or_create(
        provider=works, defaults={"tested_at": timezone.now(), "tested_with": "before it was changed"}
    )
    refused("provider_unproven", lambda: force(chief))


@pytest.mark.parametrize("lacks", ["factor", "password", "role"])
def test_only_provable_administrators_keep_the_password(proven, chief, administrator, ravi, lacks):
    ravi.roles.add(Role.objects.get(code="administrator"))
    if lacks != "factor":
        with_factor(ravi)
    if lacks == "password":
        ravi.set_unusable_password()
        ravi.save()
    if lacks == "role":
        ravi.roles.clear()
    with pytest.raises(InvalidInput) as caught:
        force(chief, password_users=[chief, ravi])
    assert caught.value.errors[0].field == "password_users"


def test_last_administrator_by_password_stays(proven, chief, ravi):
    other = with_factor(ravi)
    other.roles.add(Role.objects.get(code="administrator"))
    force(chief)
    refused("last_password_administrator", lambda: user_deactivate(user=chief, by=other))
    chief.refresh_from_db()
    clerk = Role.objects.create(code="clerk", name="Clerk")

    def demoted():
        return user_save(chief, values={}, roles=[clerk], version=chief.version, by=other)

    refused("last_password_administrator", demoted)


def test_last_provider_stays_while_the_rule_holds(proven, chief, change):
    force(chief)
    refused("last_provider", lambda: change(proven, active=False))
    row = IdentityProvider.objects.get(pk=proven.pk)
    refused("last_provider", lambda: provider_delete(row, by=chief))


def test_sign_in_page_shows_the_provider_first_where_all_must_use_it(proven, chief):
    before = browser().get("/accounts/login/").content.decode()
    assert "<details" not in before
    force(chief)
    after = browser().get("/accounts/login/").content.decode()
    assert after.index("Continue with Works") < after.index("Sign in with a password")
