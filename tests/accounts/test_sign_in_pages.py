"""Pages: sign-in and out, invitation, new password, profile, sign-ins."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from apps.accounts.models import AccessLink, AccessLog, SignInSession, User
from apps.accounts.services.passwords import invitation_send
from apps.messaging.socket_access import visitor_of_session

pytestmark = pytest.mark.django_db
PASSWORD = "kalam-Dawat-9"


@pytest.fixture
def person(user_with):
    return user_with("parties.view_party")


def browser(host="acme.localhost", **extra):
    return Client(HTTP_HOST=host, enforce_csrf_checks=False, **extra)


def sign_in(client, email, password=PASSWORD, **data):
    return client.post("/accounts/login/", {"email": email, "password": password, **data})


def link_of(message):
    return re.search(r"http://[^/]+(/\S+)", message.body).group(1)


def test_person_signs_in_under_a_new_session_key_and_out(person):
    client = browser()
    page = client.get("/accounts/login/?next=/accounts/profile/").content.decode()
    assert "Acme" in page
    assert 'name="next" value="/accounts/profile/"' in page
    answer = sign_in(client, person.email.upper(), next="/accounts/profile/")
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/profile/")
    assert client.cookies["bahi_language"].value == "en"
    row = SignInSession.objects.get(user=person)
    assert row.session_key == client.session.session_key
    assert client.get("/accounts/profile/").status_code == 200
    client.post("/accounts/logout/")
    assert client.get("/accounts/profile/").status_code == 302
    row.refresh_from_db()
    assert row.ended_why == "sign_out"
    events = list(AccessLog.objects.filter(user_id=person.pk).values_list("event", flat=True))
    assert sorted(events) == ["sign_in", "sign_out"]


def test_sign_in_goes_nowhere_else(person):
    for target in ("https://evil.example/", "//evil.example", "javascript:alert(1)"):
        assert sign_in(browser(), person.email, next=target)["Location"] == "/"


def test_wrong_password_says_so_without_naming_which(person):
    first = sign_in(browser(), person.email, "wrong").content.decode()
    second = sign_in(browser(), "nobody@acme.example", "wrong").content.decode()
    assert "E-mail or password is wrong." in first
    assert "E-mail or password is wrong." in second


def test_page_and_api_share_the_lock(person, api_as):
    for _ in range(5):
        sign_in(browser(), person.email, "wrong")
    answer = sign_in(browser(), person.email)
    assert answer.status_code == 429
    assert "Too many wrong passwords" in answer.content.decode()
    api_as().post("auth/token/", {"email": person.email, "password": PASSWORD}, 429)
    assert sign_in(browser(REMOTE_ADDR="10.1.1.1"), person.email).status_code == 302


def test_removed_user_is_out_at_once(person):
    client = browser()
    sign_in(client, person.email)
    person.deleted_at = timezone.now()
    person.save()
    assert client.get("/accounts/profile/").status_code == 302


def test_session_of_one_organisation_is_nobody_in_another(person):
    client = browser()
    sign_in(client, person.email)
    thief = browser(host="zenith.localhost")
    thief.cookies["sessionid"] = client.cookies["sessionid"].value
    assert thief.get("/accounts/profile/").status_code == 302
    assert client.get("/accounts/profile/").status_code == 200


def test_idle_and_long_sessions_end(person, settings):
    client = browser()
    sign_in(client, person.email)
    session = client.session
    session["bahi_seen"] -= settings.SESSION_IDLE_SECONDS + 1
    session.save()
    assert client.get("/accounts/profile/").status_code == 302
    sign_in(client, person.email)
    session = client.session
    session["bahi_started"] -= settings.SESSION_COOKIE_AGE + 1
    session.save()
    assert client.get("/accounts/profile/").status_code == 302
    assert set(SignInSession.objects.filter(user=person).values_list("ended_why", flat=True)) == {"timeout"}


@pytest.mark.parametrize(
    ("name", "setting"),
    [("bahi_seen", "SESSION_IDLE_SECONDS"), ("bahi_started", "SESSION_COOKIE_AGE")],
)
def test_page_that_was_left_open_hears_nothing_after_the_limit(person, settings, name, setting):
    client = browser()
    sign_in(client, person.email)
    assert visitor_of_session(client.session.session_key).user_id == person.pk
    session = client.session
    session[name] -= getattr(settings, setting) + 1
    session.save()
    assert visitor_of_session(session.session_key) is None


def test_invited_person_chooses_a_password_once(administrator, django_capture_on_commit_callbacks):
    person = User.objects.create_user("ravi@acme.example", name="Ravi")
    with django_capture_on_commit_callbacks(execute=True):
        invitation_send(user=person, by=administrator)
    (message,) = mail.outbox
    assert message.to == ["ravi@acme.example"]
    path = link_of(message)
    client = browser()
    assert "ravi@acme.example" in client.get(path).content.decode()
    weak = client.post(path, {"name": "Ravi K", "password": "12345", "again": "12345"})
    assert "too short" in weak.content.decode()
    other = client.post(path, {"name": "Ravi K", "password": PASSWORD, "again": "x"})
    assert "different" in other.content.decode()
    done = client.post(path, {"name": "Ravi K", "password": PASSWORD, "again": PASSWORD})
    assert (done.status_code, done["Location"]) == (302, "/")
    person.refresh_from_db()
    assert person.name == "Ravi K"
    assert client.get("/accounts/profile/").status_code == 200
    assert browser().get(path).status_code == 410


def test_reset_by_mail_is_single_use_expires_and_ends_sign_ins(person, django_capture_on_commit_callbacks):
    old = browser()
    sign_in(old, person.email)
    with django_capture_on_commit_callbacks(execute=True):
        known = browser().post("/accounts/password/forgotten/", {"email": person.email})
        unknown = browser().post("/accounts/password/forgotten/", {"email": "nobody@acme.example"})
    assert len(mail.outbox) == 1
    strip = re.compile(r'name="csrf[^>]*>|csrf-token" content="[^"]*"|value="[^"]*"')
    assert strip.sub("", known.content.decode()) == strip.sub("", unknown.content.decode())
    path = link_of(mail.outbox[0])
    assert browser().get(path, HTTP_HOST="zenith.localhost").status_code == 410
    client = browser()
    client.get(path)
    done = client.post(path, {"password": "Neem-tree-77", "again": "Neem-tree-77"})
    assert done["Location"] == "/accounts/login/"
    assert browser().get(path).status_code == 410
    assert old.get("/accounts/profile/").status_code == 302
    assert sign_in(browser(), person.email).status_code == 200
    assert sign_in(browser(), person.email, "Neem-tree-77").status_code == 302


def test_expired_link_is_refused(person, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        browser().post("/accounts/password/forgotten/", {"email": person.email})
    AccessLink.objects.update(
        created_at=timezone.now() - timedelta(hours=3), expires_at=timezone.now() - timedelta(hours=1)
    )
    assert browser().get(link_of(mail.outbox[0])).status_code == 410


def test_forged_host_never_gets_into_a_mail(person, django_capture_on_commit_callbacks):
    client = browser(host="203.0.113.9")
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/accounts/password/forgotten/", {"email": person.email})
    assert "203.0.113.9" not in mail.outbox[0].body
    assert "http://acme.localhost" in mail.outbox[0].body


def test_person_changes_password_and_stays_signed_in_here_only(person):
    here, there = browser(), browser()
    sign_in(here, person.email)
    sign_in(there, person.email)
    answer = here.post(
        "/accounts/password/",
        {"current_password": PASSWORD, "password": "Neem-tree-77", "again": "Neem-tree-77"},
    )
    assert answer.status_code == 302
    assert here.get("/accounts/profile/").status_code == 200
    assert there.get("/accounts/profile/").status_code == 302
    row = SignInSession.objects.get(user=person, ended_at=None)
    assert row.session_key == here.session.session_key


def test_person_signs_out_other_devices(person, user_with):
    here, there = browser(), browser(HTTP_USER_AGENT="Old phone")
    sign_in(here, person.email)
    sign_in(there, person.email)
    assert "Old phone" in here.get("/accounts/security/").content.decode()
    other = SignInSession.objects.get(agent="Old phone")
    stranger = browser()
    sign_in(stranger, user_with().email)
    assert stranger.post(f"/accounts/sessions/{other.pk}/end/").status_code == 404
    here.post(f"/accounts/sessions/{other.pk}/end/")
    assert there.get("/accounts/profile/").status_code == 302
    assert here.get("/accounts/profile/").status_code == 200


def test_new_address_counts_once_confirmed(person, django_capture_on_commit_callbacks):
    client = browser()
    sign_in(client, person.email)
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/accounts/email/", {"email": "new@acme.example"})
    old = person.email
    assert [message.to for message in mail.outbox] == [["new@acme.example"], [old]]
    paths = [link_of(message) for message in mail.outbox]
    for path in paths:
        assert client.get(path).status_code == 200
        person.refresh_from_db()
        assert person.email == old
        with django_capture_on_commit_callbacks(execute=True):
            client.post(path)
    person.refresh_from_db()
    assert person.email == "new@acme.example"
    assert mail.outbox[-1].to == [old]
    assert "new@acme.example" in mail.outbox[-1].body
    assert client.get(paths[0]).status_code == 410


def test_new_request_ends_the_links_of_the_one_before(person, django_capture_on_commit_callbacks):
    client = browser()
    sign_in(client, person.email)
    for wanted in ("first@acme.example", "second@acme.example"):
        with django_capture_on_commit_callbacks(execute=True):
            client.post("/accounts/email/", {"email": wanted})
        if wanted.startswith("first"):
            client.post(link_of(mail.outbox[0]))
    assert client.get(link_of(mail.outbox[1])).status_code == 410
    client.post(link_of(mail.outbox[-1]))
    person.refresh_from_db()
    assert person.email not in ("first@acme.example", "second@acme.example")


def test_profile_saves_language_and_theme(person):
    client = browser()
    sign_in(client, person.email)
    answer = client.post(
        "/accounts/profile/", {"name": "Meera", "phone": "98", "language": "hi", "theme": "dark"}
    )
    assert answer.status_code == 302
    assert (client.cookies["bahi_language"].value, client.cookies["bahi_theme"].value) == ("hi", "dark")
    person.refresh_from_db()
    assert (person.name, person.language, person.theme) == ("Meera", "hi", "dark")


def test_refused_page_is_logged_once_a_minute(user_with):
    person = user_with()
    client = browser()
    sign_in(client, person.email)
    for _ in range(3):
        assert client.get("/api/v1/parties/parties/").status_code == 403
    assert AccessLog.objects.filter(event="refused", user_id=person.pk).count() == 1


def test_who_may_do_nothing_in_the_back_office_is_refused_there_and_it_is_told(user_with):
    person = user_with()
    client = browser()
    sign_in(client, person.email)
    for path in ("/admin/sales/quotation/", "/data/backups/", "/admin/accounts/user/1/change/"):
        assert client.get(path).status_code == 403, path
    assert AccessLog.objects.filter(event="refused", user_id=person.pk).count() == 3
    assert client.get("/admin/", follow=True).redirect_chain[-1][0] == "/"
    assert browser().get("/admin/sales/quotation/").status_code == 302  # a stranger signs in first


def test_brand_colour_can_be_read():
    from apps.accounts.brand import _luminance, readable_on

    for colour in ("#ffffff", "#000000", "#ffd700", "#0b63a5", "#888888"):
        high, low = sorted((_luminance(colour), _luminance(readable_on(colour))), reverse=True)
        assert (high + 0.05) / (low + 0.05) >= 4.5
    assert b"--bahi-accent:#0b63a5" in browser().get("/accounts/brand.css").content
