"""The operator's page of one organisation over days: growth, sign-ins, errors; counts of that one only."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from apps.platform.models import Figures
from apps.platform.selectors import figures_over
from apps.tenancy.models import Organisation

pytestmark = pytest.mark.commits


def counted(organisation, days_ago, **values):
    day = timezone.localdate() - timedelta(days=days_ago)
    return Figures.objects.create(organisation=organisation, day=day, **values)


def test_the_page_tells_what_grew_and_what_failed_of_this_organisation_alone(operator):
    acme, zenith = (Organisation.objects.get(slug=slug) for slug in ("acme", "zenith"))
    Figures.objects.all().delete()
    counted(acme, 60, users=2, sign_ins=1)
    counted(acme, 20, users=4, sign_ins=10, documents=100)
    counted(acme, 0, users=7, sign_ins=5, documents=1350, failed_jobs=31, failed_events=17)
    counted(zenith, 0, users=8123, sign_ins=9999)

    shown = figures_over(acme, 30)
    assert [(row.users, share) for row, share in shown["rows"]] == [(7, 50), (4, 100)]
    grown = {item["name"]: item["more"] for item in shown["grown"]}
    assert (grown["users"], grown["documents"]) == (3, 1250)
    assert {item["name"]: item["more"] for item in figures_over(acme, 90)["grown"]}["users"] == 5

    address = f"/admin/tenancy/organisation/{acme.pk}/figures/"
    page = operator.browser.get(address).content.decode()
    assert "1,350" in page
    cell = '<td class="bahi-right">{}</td>'.format
    assert cell("31") + cell("17, 0") in page  # jobs that failed, events given up and mails waiting
    assert page.count('<p class="bahi-card__figure">0, 31</p>') == 1
    assert page.count('<p class="bahi-card__figure">17, 0</p>') == 1
    assert "8,123" not in page
    assert page.count("bahi-platform__bar") == 2
    assert address in operator.browser.get("/admin/").content.decode()  # the dashboard leads there
    for asked, days in (("90", 3), ("365", 3), ("7", 2), ("x", 2)):
        page = operator.browser.get(f"{address}?days={asked}").content.decode()
        assert page.count("bahi-platform__bar") == days
    connection.set_schema_to_public()
    Figures.objects.all().delete()
    assert "Not counted yet" in operator.browser.get(address).content.decode()
    assert operator.browser.get("/admin/tenancy/organisation/999999/figures/").status_code == 404


def test_strangers_are_sent_to_the_sign_in(commits):
    stranger = Client(HTTP_HOST="platform.localhost")
    assert stranger.get("/admin/tenancy/organisation/1/figures/").status_code == 302
