"""Which host opens what; what a suspended, unfinished or broken organisation answers."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client

from apps.core.errors import InvalidInput, Refused
from apps.tenancy.choices import OrganisationState
from apps.tenancy.hosts import forget_hosts, host_find
from apps.tenancy.lifecycle import organisation_step
from apps.tenancy.models import Domain, Organisation
from apps.tenancy.services.provisioning import (
    modules_check,
    organisation_create,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme():
    connection.set_schema_to_public()
    forget_hosts()
    yield Organisation.objects.get(slug="acme")
    forget_hosts()


def ask(host, path="/"):
    return Client(HTTP_HOST=host).get(path)


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("acme.localhost", 302), ("acme.localhost:8000", 302), ("ACME.localhost", 302),
        ("www.acme.localhost", 302),
        ("localhost", 302), ("127.0.0.1:8000", 302), ("192.168.1.20", 302), ("[::1]:8000", 302),
        ("nobody.localhost", 404), ("evil.example", 404), ("platform.localhost", 302), ("a b", 400),
    ],
)  # fmt: skip
def test_hosts(host, status):
    assert ask(host).status_code == status


def test_default_host_opens_the_default_organisation_only(acme):
    assert acme.is_default
    assert host_find("localhost").organisation == acme
    assert host_find("zenith.localhost").organisation.slug == "zenith"


def test_own_domain_opens_the_organisation(acme):
    assert ask("books.acme.example").status_code == 404
    connection.set_schema_to_public()
    Domain.objects.create(domain="books.acme.example", tenant=acme)
    forget_hosts()
    assert ask("books.acme.example").status_code == 302


def test_suspended_organisation_says_why_on_page_and_api(acme):
    with pytest.raises(InvalidInput):
        organisation_step(acme, "suspend", reason=" ")
    organisation_step(acme, "suspend", reason="Fee not paid")
    page = ask("acme.localhost")
    assert page.status_code == 403
    assert "Fee not paid" in page.content.decode()
    answer = ask("acme.localhost", "/api/v1/auth/me/")
    assert (answer.status_code, answer.json()["errors"][0]["detail"]) == (403, "Fee not paid")
    connection.set_schema_to_public()
    organisation_step(acme, "restore")
    assert ask("acme.localhost").status_code == 302
    connection.set_schema_to_public()
    with pytest.raises(Refused):
        organisation_step(acme, "restore")


def test_scheduled_deletion_closes_and_can_be_taken_back(acme):
    organisation_step(acme, "schedule")
    assert acme.delete_after is not None
    assert ask("acme.localhost").status_code == 403
    connection.set_schema_to_public()
    organisation_step(acme, "undo")
    assert acme.delete_after is None
    assert ask("acme.localhost").status_code == 302


def test_missing_schema_never_falls_through_to_public(acme):
    Organisation.objects.filter(pk=acme.pk).update(schema_name="org_gone")
    forget_hosts()
    assert ask("acme.localhost").status_code == 503
    assert ask("acme.localhost", "/api/v1/auth/me/").status_code == 503


def test_organisation_being_set_up_shows_progress(acme):
    Organisation.objects.filter(pk=acme.pk).update(
        state=OrganisationState.PROVISIONING, progress="Building the tables"
    )
    forget_hosts()
    assert "Building the tables" in ask("acme.localhost").content.decode()
    assert ask("acme.localhost", "/setup/status/").json()["state"] == "provisioning"
    assert ask("acme.localhost", "/api/v1/auth/me/").status_code == 503


def test_a_link_of_a_mail_that_came_before_the_last_step_waits_and_goes_on_to_its_page(acme):
    link = "/accounts/invitation/1:abc-def/?x=1"

    def state(value):
        connection.set_schema_to_public()
        Organisation.objects.filter(pk=acme.pk).update(state=value)

    state(OrganisationState.PROVISIONING)
    forget_hosts()
    assert f'data-setup-enter="{link}"' in ask("acme.localhost", link).content.decode()
    assert 'data-setup-enter="/accounts/enter/"' in ask("acme.localhost").content.decode()
    far = Client(HTTP_HOST="acme.localhost").get("/", PATH_INFO="//evil.example/").content.decode()
    assert 'data-setup-enter="/%2Fevil.example/"' in far, far[-500:]
    state(OrganisationState.ACTIVE)  # but this process remembers the host as it was
    answer = ask("acme.localhost", link)
    assert answer["Location"] == link
    assert ask("acme.localhost", link).status_code == 410, "the invitation's own page now"


def test_failed_set_up_shows_why_and_only_its_founder_tries_again(acme, monkeypatch):
    from apps.tenancy import first_run

    started = []
    monkeypatch.setattr(first_run, "provisioning_start", lambda made: started.append(made.slug))
    Organisation.objects.filter(pk=acme.pk).update(
        state=OrganisationState.FAILED,
        state_reason="disk full",
        setup={"administrator": {"proof": first_run.proof_of("mine")}},
    )
    forget_hosts()
    assert "disk full" in ask("acme.localhost").content.decode()
    stranger = Client(HTTP_HOST="acme.localhost")
    stranger.post("/setup/retry/")
    assert started == []
    founder = Client(HTTP_HOST="acme.localhost")
    founder.cookies["bahi_enter"] = "mine"
    founder.post("/setup/retry/")
    assert started == ["acme"]
    connection.set_schema_to_public()
    with pytest.raises(Refused):
        organisation_step(Organisation.objects.get(slug="acme"), "retry")


@pytest.mark.parametrize("slug", ["a", "Public", "1abc", "a_b", "a" * 41, "acme", "platform", "x--"])
def test_bad_names_are_refused(acme, slug):
    with pytest.raises(InvalidInput) as caught:
        organisation_create(slug=slug)
    assert {error.field for error in caught.value.errors} & {"slug", "schema_name"}


def test_unknown_module_and_one_without_what_it_needs_are_refused():
    for keys in (["parties", "flying"], ["sales"]):
        with pytest.raises(InvalidInput):
            modules_check(keys)
    assert modules_check(["catalog", "parties", "catalog"]) == ["catalog", "parties"]
