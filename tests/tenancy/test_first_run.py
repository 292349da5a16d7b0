"""The page before any organisation exists, and what it leads to."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client

from apps.accounts.models import User
from apps.company.models import Company
from apps.core.setup_steps import setup_steps
from apps.core.tenant import organisation_context
from apps.tenancy import first_run
from apps.tenancy.hosts import forget_hosts
from apps.tenancy.models import Organisation
from apps.tenancy.services.owner_jobs import provisioning_start

pytestmark = pytest.mark.commits
PASSWORD = "kalam-Dawat-9"
FORM = {
    "name": "Sharma Traders", "legal_name": "Sharma Traders Pvt Ltd", "gstin": "27aapfu0939f1zv",
    "state_code": "", "fiscal_year_start": 4, "administrator": "Asha Rao", "email": "asha@sharma.example",
    "password": PASSWORD,
}  # fmt: skip


@pytest.fixture
def empty(owner, monkeypatch):
    """No organisation yet; gives the slugs whose set-up was queued."""
    Organisation.objects.all().delete()
    forget_hosts()
    started: list[str] = []
    monkeypatch.setattr(first_run, "provisioning_start", lambda made: started.append(made.slug))
    return started


def test_unset_machine_asks_and_other_hosts_and_addresses_do_not(empty):
    client = Client(HTTP_HOST="localhost")
    page = client.get("/")
    assert page.status_code == 200
    assert "GSTIN" in page.content.decode()
    assert client.get("/admin/")["Location"] == "/"
    assert Client(HTTP_HOST="some.localhost").get("/").status_code == 404


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"gstin": "27AAPFU0939F1ZW"}, "gstin"),
        ({"gstin": ""}, "state_code"),
        ({"state_code": "29"}, "state_code"),
        ({"password": "12345"}, "password"),
        ({"email": "x"}, "email"),
        ({"fiscal_year_start": 13}, "fiscal_year_start"),
        ({"name": ""}, "name"),
    ],
)
def test_wrong_answers_are_named_and_nothing_is_entered(change, field):
    form = first_run.FirstRunForm({**FORM, **change})
    assert not form.is_valid()
    assert field in form.errors


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Sharma Traders", "sharma-traders"),
        ("शर्मा", "main"),
        ("3M India", "main"),
        ("A", "main"),
        ("Ünder", "under"),
    ],
)
def test_short_name_from_the_name(name, slug):
    assert first_run.slug_of(name) == slug


def test_first_organisation_from_the_form_to_the_first_sign_in(empty, owner):
    client = Client(HTTP_HOST="localhost")
    answer = client.post("/", FORM)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert empty == ["sharma-traders"]
    connection.set_schema_to_public()
    organisation = Organisation.objects.get(slug="sharma-traders")
    assert PASSWORD not in str(organisation.setup)
    assert [step.key for step in setup_steps(organisation.setup)] == ["administrator", "company"]
    assert "Waiting for the worker" in client.get("/").content.decode()
    assert client.post("/", FORM).status_code == 200
    assert Organisation.objects.count() == 1

    from django.core.management import call_command

    connection.set_schema_to_public()
    job = provisioning_start(organisation)
    call_command("run_organisation_job", str(job.pk), verbosity=0)
    connection.set_schema_to_public()
    organisation.refresh_from_db()
    assert (organisation.state, organisation.setup) == ("active", {})
    with organisation_context("org_sharma_traders"):
        company = Company.objects.get()
        assert (company.gstin, company.state_code, company.fiscal_years.count()) == (
            "27AAPFU0939F1ZV",
            "27",
            1,
        )
        assert User.objects.get().check_password(PASSWORD)
    entered = client.get("/accounts/enter/")
    assert (entered.status_code, entered["Location"]) == (302, "/")
    home = client.get("/").content.decode()
    assert "Getting started" in home
    thief = Client(HTTP_HOST="localhost")
    thief.cookies["bahi_enter"] = client.cookies["bahi_enter"].value
    assert thief.get("/accounts/enter/")["Location"] == "/accounts/login/"
    assert client.post("/accounts/logout/").status_code == 302
    assert client.post("/accounts/login/", {"email": FORM["email"], "password": PASSWORD})["Location"] == "/"
