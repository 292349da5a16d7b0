"""From a stranger's form to the invitation, and every way in which it is refused."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.utils import timezone

from apps.core.errors import Refused
from apps.platform.models import SignUp
from apps.platform.services import sign_up
from apps.tenancy.models import Organisation, OrganisationJob, Plan, PlatformState

pytestmark = pytest.mark.django_db
FORM = {"name": "Sharma Traders", "slug": "sharma", "person": "Asha", "email": "Asha@Sharma.example"}


@pytest.fixture
def page(acme, django_capture_on_commit_callbacks):
    """The platform's host with sign-up open; ``send`` posts and lets mails out."""
    state = PlatformState.current()
    state.sign_up = True
    state.save()
    client = Client(HTTP_HOST="platform.localhost", REMOTE_ADDR="203.0.113.9")

    def send(path, data):
        with django_capture_on_commit_callbacks(execute=True):
            answer = client.post(path, data)
        connection.set_schema_to_public()
        return answer

    client.send = send
    yield client
    connection.set_schema_to_public()


def link_of(message):
    return re.search(r"http://platform\.localhost(/sign-up/\S+)", message.body).group(1)


def test_closed_is_said(acme):
    assert Client(HTTP_HOST="platform.localhost").get("/sign-up/").status_code == 404


@pytest.mark.parametrize(
    ("change", "field", "text"),
    [
        ({"slug": "admin"}, "slug", "reserved"), ({"slug": "pg-x"}, "slug", "reserved"),
        ({"slug": "acme"}, "slug", "taken"), ({"slug": "Ab"}, "slug", "3 to 40"),
        ({"slug": "1st"}, "slug", "3 to 40"),
        ({"slug": "a_b"}, "slug", "3 to 40"), ({"email": "x"}, "email", "valid"),
        ({"name": ""}, "name", "required"),
        ({"website": "http://spam.example"}, None, "again"),
    ],
)  # fmt: skip
def test_bad_answers_are_named_and_nothing_is_kept(page, change, field, text):
    form = page.send("/sign-up/", {**FORM, **change}).context["form"]
    assert text in str(form.errors[field or "__all__"])
    assert not SignUp.objects.exists()
    assert mail.outbox == []


def test_request_is_confirmed_approved_and_set_up(page):
    Plan.objects.create(code="trial", name="Trial", users=5, on_sign_up=True)
    assert page.send("/sign-up/", FORM).status_code == 200
    assert not Organisation.objects.filter(slug="sharma").exists()  # a name is taken by who can read its mail
    path = link_of(mail.outbox[0])
    assert mail.outbox[0].to == ["asha@sharma.example"]
    assert page.get(path).status_code == 200  # a mail scanner's look confirms nothing
    connection.set_schema_to_public()
    assert SignUp.objects.get().state == "unconfirmed"
    page.send(path, {"slug": "sharma"})
    made = Organisation.objects.get(slug="sharma")
    assert (made.state, made.plan.code, made.is_default) == ("requested", "trial", False)
    assert Client(HTTP_HOST="sharma.localhost").get("/").status_code == 404
    assert "Waits for a decision" in page.get(path).content.decode()
    connection.set_schema_to_public()
    sign_up.request_approve(made)
    made.refresh_from_db()
    assert made.state == "approved"
    assert OrganisationJob.objects.get(organisation=made).work == "provision"
    assert SignUp.objects.get().state == "approved"
    assert "Waiting for the worker" in page.get(path).content.decode()
    assert page.get(f"{path}progress/").json()["state"] == "approved"


def test_confirmed_twice_is_once_and_a_taken_name_asks_for_another(page):
    page.send("/sign-up/", FORM)
    page.send("/sign-up/", {**FORM, "email": "other@x.example"})
    first, second = link_of(mail.outbox[0]), link_of(mail.outbox[1])
    page.send(first, {"slug": "sharma"})
    page.send(first, {"slug": "sharma"})
    form = page.send(second, {"slug": "sharma"}).context["form"]
    assert "taken" in str(form.errors["slug"])
    page.send(second, {"slug": "sharma-two"})
    asked = Organisation.objects.filter(state="requested").order_by("slug")
    assert list(asked.values_list("slug", flat=True)) == ["sharma", "sharma-two"]


def test_refused_with_the_reason_by_mail_and_the_name_is_free(page, django_capture_on_commit_callbacks):
    page.send("/sign-up/", FORM)
    path = link_of(mail.outbox[0])
    page.send(path, {"slug": "sharma"})
    made = Organisation.objects.get(slug="sharma")
    with django_capture_on_commit_callbacks(execute=True):
        sign_up.request_refuse(made, reason="Not a company")
    assert "Not a company" in mail.outbox[-1].body
    assert not Organisation.objects.filter(slug="sharma").exists()
    assert "Not a company" in page.get(path).content.decode()
    connection.set_schema_to_public()
    sign_up.slug_free("sharma")
    with pytest.raises(Refused):
        sign_up.request_refuse(Organisation.objects.get(slug="acme"), reason="x")


def test_one_mailbox_and_one_address_ask_only_so_often(page):
    for number in range(sign_up.A_DAY_BY_EMAIL):
        assert page.send("/sign-up/", {**FORM, "slug": f"sharma-{number}"}).status_code == 200
    assert page.send("/sign-up/", {**FORM, "slug": "sharma-9"}).status_code == 429
    for number in range(sign_up.A_DAY_BY_ADDRESS - sign_up.A_DAY_BY_EMAIL):
        data = {**FORM, "slug": f"other-{number}", "email": f"{number}@x.example"}
        assert page.send("/sign-up/", data).status_code == 200
    assert page.send("/sign-up/", {**FORM, "slug": "more", "email": "m@x.example"}).status_code == 429


def test_late_links_are_over_and_forgotten(page):
    page.send("/sign-up/", FORM)
    path = link_of(mail.outbox[0])
    SignUp.objects.update(created_at=timezone.now() - timedelta(hours=49))
    assert page.get(path).status_code == 410
    connection.set_schema_to_public()
    assert sign_up.sign_ups_clean() == 1
    assert page.get("/sign-up/made-up/").status_code == 410
