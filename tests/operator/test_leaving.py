"""An administrator deletes the organisation: asked twice, closed at once, taken back by the mailed link."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from apps.accounts.models import AccessLog, SignInSession
from apps.backup.models import DataExport
from apps.core.errors import InvalidInput, NotAllowed, NotFound
from apps.core.tenant import organisation_context, public_context
from apps.platform.services.leaving import leaving_ask, leaving_find, leaving_undo
from apps.tenancy.hosts import forget_hosts
from apps.tenancy.models import Organisation
from tests.factories.accounts import make_user

pytestmark = pytest.mark.django_db
PAGE, PASSWORD = "/organisation/leave/", "kalam-Dawat-9"


def entered(user) -> Client:
    user.set_password(PASSWORD)
    user.save()
    client = Client(HTTP_HOST="acme.localhost")
    assert client.post("/accounts/login/", {"email": user.email, "password": PASSWORD}).status_code == 302
    return client


def acme() -> Organisation:
    with public_context():
        return Organisation.objects.get(slug="acme")


def inside():
    return organisation_context("org_acme")


@pytest.fixture
def asked(administrator, mailoutbox, django_capture_on_commit_callbacks):
    """The deletion is asked for by the page; → the path of the link in the administrator's mail."""
    client = entered(administrator)
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(PAGE, {"name": f" {acme().name} ", "without_copy": "on"})
    assert answer.status_code == 200, answer.content
    assert acme().state == "scheduled"
    mail = next(mail for mail in mailoutbox if administrator.email in mail.to)
    return re.search(r"https?://[^/]+(/organisation/keep/\S+)", mail.body).group(1)


def test_name_and_permission_are_asked_and_nothing_else_does_it(administrator):
    client = entered(administrator)
    assert "type the name" in client.get(PAGE).content.decode()
    answer = client.post(PAGE, {"name": "another", "without_copy": "on"})
    assert "Type the name exactly" in answer.content.decode()
    for typed, by, error in (
        ("", administrator, InvalidInput),
        (acme().slug + "x", administrator, InvalidInput),
        (acme().name, make_user("platform.manage_operator"), NotAllowed),
        (acme().name, None, NotAllowed),
    ):
        with pytest.raises(error):
            leaving_ask(acme(), typed=typed, by=by)
    assert acme().state == "active"
    assert entered(make_user("platform.manage_operator")).get(PAGE).status_code == 403


def test_a_fresh_copy_is_offered_and_going_without_must_be_said(administrator):
    client = entered(administrator)
    page = client.get(PAGE).content.decode()
    assert "/data/backups/now/" in page
    assert "/data/export/now/" in page
    answer = client.post(PAGE, {"name": acme().name})
    assert "say that you go without" in answer.content.decode()
    assert acme().state == "active"
    DataExport.objects.create(owner_id=administrator.pk, ready_at=timezone.now() - timedelta(hours=25))
    assert "without_copy" in client.get(PAGE).content.decode()
    DataExport.objects.create(owner_id=administrator.pk, ready_at=timezone.now() - timedelta(hours=23))
    assert "without_copy" not in client.get(PAGE).content.decode()
    assert client.post(PAGE, {"name": acme().name}).status_code == 200
    assert acme().state == "scheduled"


def test_a_fresh_proof_is_asked(administrator):
    client = entered(administrator)
    SignInSession.objects.update(confirmed_at=timezone.now() - timedelta(hours=1))
    answer = client.post(PAGE, {"name": acme().name})
    assert answer["Location"].startswith("/accounts/confirm/")
    assert acme().state == "active"


def test_it_is_closed_at_once_for_thirty_days_and_told(asked, administrator):
    row = acme()
    assert timedelta(days=29) < row.delete_after - timezone.now() <= timedelta(days=30)
    forget_hosts()
    stranger = Client(HTTP_HOST="acme.localhost")
    assert stranger.get("/accounts/login/").status_code == 403
    assert stranger.get("/api/v1/company/companies/").status_code == 403
    with inside():
        entry = AccessLog.objects.filter(event="platform").latest("pk")
        assert (entry.detail["action"], entry.user_id) == ("deletion_asked", administrator.pk)
    with public_context():
        steps = [e.detail for e in AccessLog.objects.filter(event="platform", detail__action="schedule")]
        assert steps[-1]["organisation"] == "acme"


def test_link_takes_it_back_on_a_click_and_once(asked):
    forget_hosts()
    client = Client(HTTP_HOST="acme.localhost")
    page = client.get(asked)
    assert page.status_code == 200
    assert acme().state == "scheduled"  # looking does nothing
    assert client.post(asked)["Location"] == "/"
    assert acme().state == "active"
    assert acme().delete_after is None
    connection.set_schema_to_public()
    forget_hosts()
    assert client.get("/accounts/login/").status_code == 200
    assert client.get(asked).status_code == 404


@pytest.mark.parametrize(
    "change",
    [lambda t: t[:-3] + "/", lambda t: t.replace("keep/", "keep/9"), lambda t: "/organisation/keep/x/"],
)
def test_a_changed_link_is_refused(asked, change):
    forget_hosts()
    client = Client(HTTP_HOST="acme.localhost")
    assert client.post(change(asked)).status_code == 404
    assert client.get("/organisation/keep/").status_code == 404
    assert acme().state == "scheduled"


def test_link_of_an_earlier_deletion_or_another_organisation_is_worthless(asked, administrator):
    token = asked.rstrip("/").rsplit("/", 1)[1]
    with public_context():
        zenith = Organisation.objects.get(slug="zenith")
        Organisation.objects.filter(pk=zenith.pk).update(state="scheduled", delete_after=acme().delete_after)
    for organisation in (zenith, None):
        with pytest.raises(NotFound):
            leaving_find(organisation, token)
    leaving_undo(acme(), token)
    with public_context():
        Organisation.objects.filter(slug="acme").update(
            state="scheduled", delete_after=timezone.now() + timedelta(days=12)
        )
    with pytest.raises(NotFound):
        leaving_undo(acme(), token)
