"""The second step: app, mail, text, backup codes; rules that require it; help by an administrator."""

from __future__ import annotations

import html
import re
import time
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone, translation

from apps.accounts import totp
from apps.accounts.models import (
    AccessLog,
    BackupCode,
    FactorMethod,
    Role,
    SecondFactor,
    SignInChallenge,
    SignInSession,
)
from apps.accounts.services.addresses import OFFERED
from apps.accounts.services.backup_codes import backup_codes_make
from apps.accounts.services.code_messages import email_changed_tell
from apps.accounts.services.factors import (
    factor_remove,
    factors_reset,
    sent_factor_add,
    totp_begin,
    totp_details,
)
from apps.accounts.services.policy import policy_save
from apps.core.errors import BahiError, NotAllowed, Refused
from apps.core.secrets import secret_read
from apps.messaging.models import MailMessage, TextMessage
from apps.messaging.socket_access import visitor_of_session
from tests.kit.clients import ApiClient

pytestmark = pytest.mark.django_db
PASSWORD = "kalam-Dawat-9"


@pytest.fixture
def person(user_with):
    return user_with("parties.view_party")


@pytest.fixture
def with_app(person):
    """The person with an authenticator app, whose first code isn't spent yet."""
    factor = totp_begin(person)
    factor.confirmed_at = timezone.now()
    factor.save()
    return person


def now_code(user, steps=0):
    seed = secret_read(SecondFactor.objects.get(user=user, method=FactorMethod.TOTP), "secret")
    return totp.code_at(seed, int(time.time()) // totp.STEP_SECONDS + steps)


def browser(**extra):
    return Client(HTTP_HOST="acme.localhost", **extra)


def sign_in(client, user, password=PASSWORD, **data):
    return client.post("/accounts/login/", {"email": user.email, "password": password, **data})


def is_in(client):
    return client.get("/accounts/profile/").status_code == 200


# --- codes of apps ---------------------------------------------------------------------------------


def test_codes_are_those_of_rfc_6238():
    """The last six digits of the standard's own examples (SHA-1)."""
    seed = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    for at, wanted in (
        (59, "287082"),
        (1111111109, "081804"),
        (1234567890, "005924"),
        (20000000000, "353130"),
    ):
        assert totp.code_at(seed, at // 30) == wanted


def test_code_is_good_a_step_early_and_late_but_once():
    seed, now = totp.seed_make(), 1_800_000_000
    step = now // 30
    for shift, held in ((-2, False), (-1, True), (0, True), (1, True), (2, False)):
        assert (totp.step_of(seed, totp.code_at(seed, step + shift), now=now) is not None) is held
    assert totp.step_of(seed, totp.code_at(seed, step), now=now, last_step=step) is None
    assert totp.step_of(seed, "", now=now) is None
    assert totp.step_of(seed, "०१२३४५", now=now) is None


# --- pages -----------------------------------------------------------------------------------------


def test_person_sets_up_an_app_gets_backup_codes_and_is_asked_from_then_on(person):
    client = browser()
    sign_in(client, person)
    page = client.get("/accounts/security/app/").content.decode()
    assert "data:image/svg+xml" in page
    wrong = client.post("/accounts/security/app/", {"code": "000000"}).content.decode()
    assert "This code is wrong" in wrong
    shown = client.post("/accounts/security/app/", {"code": now_code(person)}).content.decode()
    codes = re.findall(r"<code>([A-Z2-9]{3}-[A-Z2-9]{4}-[A-Z2-9]{4})</code>", shown)
    assert len(set(codes)) == 10
    seed = secret_read(SecondFactor.objects.get(user=person), "secret")
    assert seed not in client.get("/accounts/security/").content.decode()

    other = browser()
    answer = sign_in(other, person, next="/accounts/profile/")
    assert answer["Location"] == "/accounts/second-step/"
    assert not is_in(other)
    used = other.post("/accounts/second-step/", {"way": "totp", "answer": now_code(person)})
    assert "not right" in used.content.decode()  # the code of the set-up was spent
    done = other.post("/accounts/second-step/", {"way": "backup", "answer": codes[0].lower()})
    assert done["Location"] == "/accounts/profile/"
    assert is_in(other)
    assert SignInSession.objects.filter(user=person, second_factor="backup").exists()
    third = browser()
    sign_in(third, person)
    again = third.post("/accounts/second-step/", {"way": "backup", "answer": codes[0]})
    assert "not right" in again.content.decode()
    events = set(AccessLog.objects.filter(user_id=person.pk).values_list("event", flat=True))
    assert {"factor_added", "backup_codes_made", "backup_code_used"} <= events


def test_half_done_sign_in_opens_nothing_and_ends(with_app):
    client = browser()
    sign_in(client, with_app)
    for path in ("/", "/accounts/security/", "/admin/", "/api/v1/auth/me/"):
        assert client.get(path).status_code in (302, 401)
    past = timezone.now() - timedelta(seconds=1)
    SignInChallenge.objects.update(created_at=past - timedelta(minutes=5), expires_at=past)
    late = client.post("/accounts/second-step/", {"way": "totp", "answer": now_code(with_app)})
    assert late["Location"] == "/accounts/login/"
    assert not is_in(client)


def test_five_wrong_codes_end_the_challenge_and_ten_lock_the_second_step(with_app):
    client = browser()
    for _round in range(2):
        sign_in(client, with_app)
        for _try in range(5):
            client.post("/accounts/second-step/", {"way": "totp", "answer": "123"})
        over = client.post("/accounts/second-step/", {"way": "totp", "answer": now_code(with_app)})
        assert over["Location"] == "/accounts/login/"
    elsewhere = browser(REMOTE_ADDR="10.9.9.9")
    sign_in(elsewhere, with_app)
    locked = elsewhere.post("/accounts/second-step/", {"way": "totp", "answer": now_code(with_app)})
    assert locked.status_code == 429
    assert AccessLog.objects.filter(event="factor_failed").count() == 10


def test_mailed_code_signs_in_once_and_belongs_to_its_sign_in(person, django_capture_on_commit_callbacks):
    sent_factor_add(person, FactorMethod.EMAIL)
    first, second = browser(), browser()
    for client in (first, second):
        sign_in(client, person)
        with django_capture_on_commit_callbacks(execute=True):
            client.post("/accounts/second-step/send/", {"way": "email"})
    page = second.get("/accounts/second-step/?way=email").content.decode()
    assert f"{person.email[0]}•••@acme.example" in page
    codes = [re.search(r"\b(\d{6})\b", message.subject).group(1) for message in mail.outbox[-2:]]
    # the second sign-in ended the first one
    lost = first.post("/accounts/second-step/", {"way": "email", "answer": codes[0]})
    assert lost["Location"] == "/accounts/login/"
    if codes[0] != codes[1]:
        wrong = second.post("/accounts/second-step/", {"way": "email", "answer": codes[0]})
        assert "not right" in wrong.content.decode()
    assert second.post("/accounts/second-step/", {"way": "email", "answer": codes[1]}).status_code == 302
    assert is_in(second)


def test_code_is_sent_again_only_after_a_while(with_app):
    sent_factor_add(with_app, FactorMethod.EMAIL)
    client = browser()
    sign_in(client, with_app)
    for _send in range(2):
        client.post("/accounts/second-step/send/", {"way": "email"})
    challenge = SignInChallenge.objects.get(user=with_app)
    assert challenge.sends == 1
    assert "wait" in client.get("/accounts/second-step/?way=email").content.decode()


def test_text_code_goes_through_the_simulator(person, django_capture_on_commit_callbacks):
    client = browser()
    sign_in(client, person)
    bad = client.post("/accounts/security/code/sms/", {"phone": "12345"}).content.decode()
    assert "mobile number" in bad
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/accounts/security/code/sms/", {"phone": "098765 43210"})
    message = TextMessage.objects.get()
    assert (message.to, message.state) == ("+919876543210", "sent")
    code = re.match(r"\d{6}", message.text).group(0)
    client.post("/accounts/security/code/sms/", {"code": code})
    factor = SecondFactor.objects.get(user=person)
    assert (factor.method, factor.phone) == ("sms", "+919876543210")
    assert factor.confirmed_at
    other = browser()
    sign_in(other, person)
    with django_capture_on_commit_callbacks(execute=True):
        other.post("/accounts/second-step/send/", {"way": "sms"})
    fresh = re.match(r"\d{6}", TextMessage.objects.first().text).group(0)
    other.post("/accounts/second-step/", {"way": "sms", "answer": fresh})
    assert is_in(other)


# --- over the API ----------------------------------------------------------------------------------


def test_api_sign_in_is_two_steps(with_app):
    api = ApiClient()
    half = api.post("auth/token/", {"email": with_app.email, "password": PASSWORD}, 200)["data"]
    assert half["two_factor_required"] is True
    assert half["methods"] == ["totp"]
    assert "access" not in half
    api.client.credentials(HTTP_AUTHORIZATION=f"Bearer {half['partial_token']}")
    api.get("auth/me/", 401)
    api.client.credentials()
    body = {"partial_token": half["partial_token"], "method": "totp", "code": "000000"}
    refused = api.post("auth/token/second-factor/", body, 401)
    assert refused["errors"][0]["code"] == "wrong_code"
    body["code"] = now_code(with_app)
    pair = api.post("auth/token/second-factor/", body, 200)["data"]
    assert set(pair) == {"access", "refresh"}
    over = api.post("auth/token/second-factor/", body, 401)
    assert over["errors"][0]["code"] == "challenge_over"
    thief = ApiClient(host="zenith.localhost")
    thief.client.credentials(HTTP_AUTHORIZATION=f"Bearer {pair['access']}")
    thief.get("auth/me/", 401)


def test_partial_token_of_one_organisation_is_unknown_in_another(with_app):
    half = ApiClient().post("auth/token/", {"email": with_app.email, "password": PASSWORD}, 200)["data"]
    body = {"partial_token": half["partial_token"], "method": "totp", "code": now_code(with_app)}
    ApiClient(host="zenith.localhost").post("auth/token/second-factor/", body, 401)


def test_sensitive_change_over_the_api_asks_for_a_fresh_proof(with_app):
    api = ApiClient(with_app)
    SignInSession.objects.update(confirmed_at=timezone.now() - timedelta(hours=1))
    refused = api.post("auth/email/", {"email": "new@acme.example"}, 403)
    assert refused["errors"][0]["code"] == "confirmation_required"
    half = api.post("auth/confirm/", {"password": PASSWORD}, 200)["data"]
    stranger = ApiClient(with_app.__class__.objects.exclude(pk=with_app.pk).first())
    body = {"partial_token": half["partial_token"], "method": "totp", "code": now_code(with_app)}
    stranger.post("auth/confirm/second-factor/", body, 401)
    api.post("auth/confirm/second-factor/", body, 200)
    api.post("auth/email/", {"email": "new@acme.example"}, 200)


# --- rules -----------------------------------------------------------------------------------------


@pytest.fixture
def required(administrator):
    policy_save(require_for="all", roles=[], methods=["totp", "passkey"], by=administrator)


def test_person_cannot_go_on_until_he_has_a_factor(required, person):
    client = browser()
    sign_in(client, person)
    for path in ("/", "/accounts/profile/", "/accounts/keys/", "/admin/parties/party/"):
        assert client.get(path)["Location"] == "/accounts/security/", path
    refused = client.get("/api/v1/auth/me/")
    assert refused.status_code == 403
    assert refused.json()["errors"][0]["code"] == "second_factor_setup_required"
    page = client.get("/accounts/security/").content.decode()
    assert "requires a second factor" in page
    assert "/accounts/security/code/email/" not in page
    client.get("/accounts/security/app/")
    client.post("/accounts/security/app/", {"code": now_code(person)})
    assert is_in(client)


def test_rule_reaches_open_sessions_tokens_and_refreshes(person, administrator):
    client, api = browser(), ApiClient()
    sign_in(client, person)
    pair = api.post("auth/token/", {"email": person.email, "password": PASSWORD}, 200)["data"]
    policy_save(require_for="all", roles=[], methods=["totp"], by=administrator)
    session = client.session
    session["bahi_seen"] -= 301
    session.save()
    assert client.get("/accounts/profile/").status_code == 302
    refused = api.post("auth/token/refresh/", {"refresh": pair["refresh"]}, 401)
    assert refused["errors"][0]["code"] == "token_revoked"
    refused = api.post("auth/token/", {"email": person.email, "password": PASSWORD}, 403)
    assert refused["errors"][0]["code"] == "second_factor_setup_required"


def test_rule_for_roles_concerns_their_people_only(person, user_with, administrator):
    role = person.roles.get()
    policy_save(require_for="roles", roles=[role], methods=["totp"], by=administrator)
    mine, other = browser(), browser()
    sign_in(mine, person)
    sign_in(other, user_with("parties.view_party"))
    assert not is_in(mine)
    assert is_in(other)


def test_factor_of_a_way_that_is_no_longer_allowed_is_still_asked(person, administrator):
    sent_factor_add(person, FactorMethod.EMAIL)
    policy_save(require_for="all", roles=[], methods=["totp"], by=administrator)
    client = browser()
    assert sign_in(client, person)["Location"] == "/accounts/second-step/"


def test_rules_are_checked_and_need_their_permission(person, administrator, user_with):
    with pytest.raises(NotAllowed):
        policy_save(require_for="all", roles=[], methods=["totp"], by=person)
    for wrong in (
        {"require_for": "roles", "roles": [], "methods": ["totp"]},
        {"require_for": "all", "roles": [], "methods": []},
        {"require_for": "some", "roles": [Role.objects.first()], "methods": ["smoke"]},
    ):
        with pytest.raises(BahiError):
            policy_save(**wrong, by=administrator)
    client = browser()
    sign_in(client, person)
    assert client.get("/accounts/sign-in-rules/").status_code == 403
    holder = user_with("accounts.change_signinpolicy")
    policy_save(require_for="all", roles=[], methods=["totp"], by=holder)


def test_last_factor_stays_where_one_is_required(required, with_app):
    factor = SecondFactor.objects.get(user=with_app)
    with pytest.raises(Refused):
        factor_remove(with_app, factor.pk)


# --- removal and help ------------------------------------------------------------------------------


def test_removal_asks_for_a_fresh_proof_and_tells_by_mail(with_app, django_capture_on_commit_callbacks):
    client = browser()
    sign_in(client, with_app)
    client.post("/accounts/second-step/", {"way": "totp", "answer": now_code(with_app)})
    factor = SecondFactor.objects.get(user=with_app)
    SignInSession.objects.update(confirmed_at=timezone.now() - timedelta(hours=1))
    asked = client.post(f"/accounts/security/{factor.pk}/remove/")
    assert asked["Location"].startswith("/accounts/confirm/")
    key = client.session.session_key
    answer = client.post("/accounts/confirm/", {"password": PASSWORD, "next": "/accounts/security/"})
    assert answer["Location"] == "/accounts/second-step/"
    client.post("/accounts/second-step/", {"way": "totp", "answer": now_code(with_app, 1)})
    assert client.session.session_key != key
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"/accounts/security/{factor.pk}/remove/")
    assert not SecondFactor.objects.filter(user=with_app).exists()
    assert "removed" in mail.outbox[-1].body


def test_nobody_removes_anothers_factor(with_app, user_with):
    other = user_with("parties.view_party")
    client = browser()
    sign_in(client, other)
    client.post(f"/accounts/security/{SecondFactor.objects.get(user=with_app).pk}/remove/")
    assert SecondFactor.objects.filter(user=with_app).exists()


def test_administrator_resets_the_factors_of_who_lost_them(with_app, administrator, user_with):
    backup_codes_make(with_app)
    client = browser()
    sign_in(client, with_app)
    client.post("/accounts/second-step/", {"way": "totp", "answer": now_code(with_app)})
    helper = user_with("accounts.view_user", "accounts.reset_second_factor")
    with pytest.raises(NotAllowed):  # rights that the helper lacks
        factors_reset(user=administrator, by=helper)
    with pytest.raises(Refused):
        factors_reset(user=administrator, by=administrator)
    ApiClient(user_with("accounts.view_user")).post(
        f"accounts/users/{with_app.pk}/reset-second-factors/", expect=403
    )
    ApiClient(administrator).post(f"accounts/users/{with_app.pk}/reset-second-factors/", expect=200)
    assert not SecondFactor.objects.filter(user=with_app).exists()
    assert not BackupCode.objects.filter(user=with_app).exists()
    assert not is_in(client)
    entry = AccessLog.objects.get(event="factor_reset")
    assert entry.detail == {"user": with_app.email}
    assert entry.user_id == administrator.pk


def test_new_password_by_mail_does_not_pass_the_second_step_by(with_app, django_capture_on_commit_callbacks):
    client = browser()
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/accounts/password/forgotten/", {"email": with_app.email})
    path = re.search(r"http://[^/]+(/\S+)", mail.outbox[-1].body).group(1)
    client.post(path, {"password": "neel-Gagan-77", "again": "neel-Gagan-77"})
    assert sign_in(client, with_app, "neel-Gagan-77")["Location"] == "/accounts/second-step/"


def test_seed_is_shown_only_while_it_is_set_up(person):
    factor = totp_begin(person)
    again = totp_begin(person)
    assert totp_details(factor) == totp_details(again)
    factor.confirmed_at = timezone.now()
    factor.save()
    with pytest.raises(Refused):
        totp_begin(person)


def test_socket_is_closed_to_who_lacks_the_required_factor(required, person):
    client = browser()
    sign_in(client, person)
    assert visitor_of_session(client.session.session_key) is None
    client.get("/accounts/security/app/")
    client.post("/accounts/security/app/", {"code": now_code(person)})
    assert visitor_of_session(client.session.session_key).user_id == person.pk


def test_token_that_set_up_the_required_factor_is_refreshed(person, administrator):
    api = ApiClient()
    pair = api.post("auth/token/", {"email": person.email, "password": PASSWORD}, 200)["data"]
    policy_save(require_for="all", roles=[], methods=["totp"], by=administrator)
    api.client.credentials(HTTP_AUTHORIZATION=f"Bearer {pair['access']}")
    api.post("auth/second-factors/totp/", {}, 200)
    done = api.post("auth/second-factors/totp/confirm/", {"code": now_code(person)})["data"]
    assert len(done["backup_codes"]) == 10
    assert "sessionid" not in "".join(api.last.cookies.keys())
    ApiClient().post("auth/token/refresh/", {"refresh": pair["refresh"]}, 200)


def test_told_in_one_s_own_language_whoever_acts(person, administrator):
    person.language = "hi"
    person.save()
    api = ApiClient(administrator)
    api.client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    api.patch(f"accounts/users/{person.pk}/", {"email": "new@acme.example", "version": person.version})
    told = MailMessage.objects.get(to=[person.email]).text
    assert "wants you to sign in" not in told
    with translation.override("hi"):
        wanted = str(OFFERED) % {"who": administrator, "mail": "new@acme.example"}
    assert wanted in html.unescape(told)
    email_changed_tell(person, "before@acme.example", by=administrator)
    assert "From now on" not in MailMessage.objects.get(to=["before@acme.example"]).text
