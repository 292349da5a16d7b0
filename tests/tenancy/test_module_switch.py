"""A module that is off is nowhere: menu, pages, back office, API, rights, events, jobs."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client

from apps.core.events import Event, emit, subscribe
from apps.core.tenant import current_organisation
from apps.parties.models import Party
from apps.tenancy.hosts import forget_hosts
from apps.tenancy.services.provisioning import modules_switch

pytestmark = pytest.mark.django_db


@pytest.fixture
def parties_off():
    """acme without parties, in this process and in the database."""
    organisation = current_organisation()
    modules_switch(organisation, keys=[])  # everything that can be switched stands on the parties
    connection.set_tenant(organisation)
    yield organisation
    forget_hosts()


@pytest.fixture
def office(administrator):
    client = Client(HTTP_HOST="acme.localhost")
    client.force_login(administrator, backend="apps.accounts.backends.RoleBackend")
    return client


def test_module_on_is_there(office, api):
    assert office.get("/admin/parties/party/").status_code == 200
    assert "/admin/parties/party/" in office.get("/admin/").content.decode()
    api.get("parties/parties/")


def test_api_of_a_module_that_is_off_is_404_for_everybody(parties_off, api, user_with, api_as):
    for path in ("parties/parties/", "parties/parties/1/", "sales/orders/", "sales/orders/1/confirm/"):
        api.get(path, 404)
        api_as(user_with("parties.view_party")).get(path, 404)
    api.post("parties/parties/", {"legal_name": "x"}, 404)
    assert "parties" not in {module["key"] for module in api.get("auth/me/")["data"]["modules"]}
    assert not [c for c in api.get("auth/me/")["data"]["permissions"] if c.startswith("parties.")]


def test_back_office_and_menu_of_a_module_that_is_off_are_gone(parties_off, office):
    for path in (
        "/admin/parties/party/",
        "/admin/parties/party/add/",
        "/admin/sales/order/",
        "/admin/parties/",
    ):
        assert office.get(path).status_code in (403, 404), path
    for page in ("/admin/", "/"):
        text = office.get(page).content.decode()
        assert "/admin/parties/" not in text
        assert "/admin/sales/" not in text


def test_nobody_sees_rows_of_a_module_that_is_off(parties_off, administrator):
    Party.objects.create(legal_name="x", display_name="x")
    assert not Party.objects.for_user(administrator).exists()


def test_another_organisation_keeps_the_module(parties_off):
    connection.set_schema_to_public()
    assert "parties" not in parties_off.enabled_modules
    from apps.tenancy.models import Organisation

    assert "parties" in Organisation.objects.get(slug="zenith").enabled_modules


def test_subscribers_of_a_module_that_is_off_sleep(monkeypatch):
    from apps.core import events

    heard = []

    class Rang(Event):
        name = ""

    def listener(event):
        heard.append(event)

    listener.__module__ = "apps.parties.subscribers"
    monkeypatch.setattr(events, "_subscribers", type(events._subscribers)(list))
    subscribe(Rang)(listener)
    emit(Rang())
    assert len(heard) == 1
    organisation = current_organisation()
    organisation.enabled_modules = []
    connection.set_tenant(organisation)
    emit(Rang())
    assert len(heard) == 1


def test_job_of_a_module_that_is_off_does_nothing(parties_off):
    from apps.runtime.models import Job
    from apps.runtime.services import jobs

    ran = []

    def work(job):
        ran.append(job)

    work.__module__, work.__name__ = "apps.parties.tasks", "work_once"
    jobs.task(work)
    job = Job.objects.create(task="parties.work_once", title="x")
    jobs._run(job.pk)
    job.refresh_from_db()
    assert (ran, job.state) == ([], "failed")
    assert "switched off" in job.message
    jobs._tasks.pop("parties.work_once")
