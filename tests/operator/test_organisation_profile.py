"""The organisation's own page: names, formats, time zone, colour and pictures, and who reads them."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import formats, timezone
from PIL import Image

from apps.accounts.models import AccessLog
from apps.backup.services.making import KEPT
from apps.core.formats import show_date, show_moment, show_money, show_number, show_quantity, zone_of
from apps.core.tenant import organisation_context, public_context
from apps.documents.printing.formats import amount
from apps.messaging.services.mail import mail_queue
from apps.platform.services.profile import PICTURES_PART, organisation_save
from apps.tenancy.models import Organisation
from tests.kit import files

pytestmark = pytest.mark.django_db
ADDRESS = "platform/organisation/"


def png(width=900, height=300) -> SimpleUploadedFile:
    return SimpleUploadedFile("logo.png", files.png(width, height), "image/png")


def change(**values):
    organisation_save(Organisation.objects.get(slug="acme"), values=values)
    connection.tenant = Organisation.objects.get(slug="acme")


def browser_of(user) -> Client:
    client = Client(HTTP_HOST="acme.localhost")
    client.force_login(user, backend="apps.accounts.backends.RoleBackend")
    return client


def test_numbers_are_grouped_as_the_organisation_chose():
    figure = Decimal("1234567.5")
    assert show_number(figure) == "12,34,567.50"
    assert formats.number_format(figure, 2, use_l10n=True, force_grouping=True) == "12,34,567.50"
    change(number_format="western")
    assert show_number(figure) == "1,234,567.50"
    assert show_money(figure) == "₹1,234,567.50"
    assert show_quantity(figure) == "1,234,567.5"
    assert amount(figure) == "1,234,567.50"  # on prints
    assert formats.number_format(figure, 2, use_l10n=True, force_grouping=True) == "1,234,567.50"


@pytest.mark.parametrize(
    ("chosen", "shown"),
    [
        ("day_dash", "03-04-2026"),
        ("day_slash", "03/04/2026"),
        ("day_dot", "03.04.2026"),
        ("iso", "2026-04-03"),
    ],
)
def test_days_are_written_as_the_organisation_chose(chosen, shown):
    change(date_format=chosen)
    day = date(2026, 4, 3)
    assert show_date(day) == shown
    assert formats.date_format(day, "SHORT_DATE_FORMAT") == shown
    assert formats.localize(day) == shown  # lists of the back office


def test_times_are_those_of_the_organisation_and_of_a_person_who_set_his_own(administrator):
    at = datetime(2026, 4, 3, 20, 0, tzinfo=UTC)
    change(time_zone="America/New_York")
    with organisation_context(connection.schema_name):
        assert show_moment(at) == "03-04-2026 16:00"  # a job or a mail
        assert timezone.get_current_timezone_name() == "America/New_York"
    assert str(zone_of(administrator)) == "America/New_York"
    administrator.time_zone = "Asia/Tokyo"
    assert str(zone_of(administrator)) == "Asia/Tokyo"
    administrator.save()
    page = browser_of(administrator).get("/").content.decode()
    assert 'data-zone="Asia/Tokyo"' in page  # the scripts use the same


def test_pages_hand_the_formats_to_the_scripts(administrator):
    change(number_format="western", date_format="iso", time_zone="Europe/Berlin")
    page = browser_of(administrator).get("/admin/").content.decode()
    assert 'data-numbers="western" data-dates="iso" data-zone="Europe/Berlin"' in page


def test_the_administrator_changes_the_organisation_on_its_page(administrator):
    browser = browser_of(administrator)
    asked = {
        "name": "Acme Traders", "language": "hi", "time_zone": "Asia/Dubai", "number_format": "western",
        "date_format": "iso", "country": "ae", "currency": "INR", "fiscal_year_start": "1",
        "accent": "#0B6644", "logo": png(), "mark": png(300, 300),
    }  # fmt: skip
    answer = browser.post("/organisation/profile/", asked)
    assert answer.status_code == 302, answer.content.decode()
    row = Organisation.objects.get(slug="acme")
    assert (row.name, row.time_zone, row.country, row.accent) == (
        "Acme Traders",
        "Asia/Dubai",
        "AE",
        "#0b6644",
    )
    page = browser.get("/").content.decode()
    assert f"/organisation/pictures/logo.png?{row.logo_digest}" in page
    assert f"/organisation/pictures/mark.png?{row.mark_digest}" in page
    back_office = browser.get("/admin/").content.decode()
    assert f"/organisation/pictures/mark.png?{row.mark_digest}" in back_office
    stranger = Client(HTTP_HOST="acme.localhost")
    assert "/organisation/pictures/logo.png" in stranger.get("/accounts/login/").content.decode()
    shown = stranger.get("/organisation/pictures/logo.png")
    assert shown["Content-Type"] == "image/png"
    assert Image.open(io.BytesIO(shown.content)).size == (480, 160)  # drawn anew, small
    gone = browser.post("/organisation/profile/", {**asked, "logo": "", "mark": "", "remove_logo": "on"})
    assert gone.status_code == 302
    assert stranger.get("/organisation/pictures/logo.png").status_code == 404
    assert stranger.get("/organisation/pictures/mark.png").status_code == 200


def test_mails_carry_logo_and_colour(administrator, api):
    api.client.put("/api/v1/platform/organisation/logo/", {"file": png()}, format="multipart")
    api.patch(ADDRESS, {"accent": "#7a1f5c"})
    connection.tenant = Organisation.objects.get(slug="acme")
    mail = mail_queue(to=["a@example.in"], subject="Hello", context={"body": "x"})
    assert "/organisation/pictures/logo.png?" in mail.html
    assert "#7a1f5c" in mail.html


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("time_zone", "Mars/Olympus"),
        ("language", "xx"),
        ("country", "INDIA"),
        ("currency", "ZZZ"),
        ("fiscal_year_start", 13),
        ("number_format", "roman"),
        ("date_format", "month_first"),
        ("accent", "red"),
        ("name", ""),
        ("slug", "other"),
    ],
)
def test_a_bad_value_is_refused_by_its_name(api, field, value):
    before = api.get(ADDRESS)["data"]
    answer = api.patch(ADDRESS, {field: value}, expect=400)
    assert [item["field"] for item in answer["errors"]] == [field]
    assert api.get(ADDRESS)["data"] == before


def test_only_who_may_changes_the_organisation_and_both_trails_know(api, api_as, user_with):
    clerk = api_as(user_with("parties.view_party"))
    clerk.get(ADDRESS, expect=403)
    clerk.patch(ADDRESS, {"name": "Mine"}, expect=403)
    assert browser_of(clerk.user).get("/organisation/profile/").status_code == 403
    before = api.get(ADDRESS)["data"]["name"]
    api.patch(ADDRESS, {"name": "Acme Group"})
    told = {"action": "organisation_profile", "changes": {"name": [before, "Acme Group"]}}
    assert AccessLog.objects.filter(event="platform").latest("pk").detail == told
    with public_context():
        theirs = AccessLog.objects.filter(event="platform").latest("pk").detail
    assert theirs == {**told, "organisation": "acme"}


def test_pictures_and_formats_come_with_a_backup(api):
    api.client.put("/api/v1/platform/organisation/logo/", {"file": png()}, format="multipart")
    acme = Organisation.objects.get(slug="acme")
    kept = PICTURES_PART.read(acme)
    with public_context():
        other = Organisation.objects.create(slug="bolt", schema_name="org_bolt", name="Bolt")
        assert PICTURES_PART.write(other, kept) == []
        other.refresh_from_db()
    assert other.logo_digest == acme.logo_digest
    assert {"number_format", "date_format"} <= set(KEPT)


def test_a_file_that_is_no_picture_is_refused_by_name(api):
    bad = SimpleUploadedFile("logo.png", b"<svg onload=alert(1)>", "image/png")
    answer = api.client.put("/api/v1/platform/organisation/logo/", {"file": bad}, format="multipart")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "logo"
    assert api.client.put("/api/v1/platform/organisation/logo/", {}, format="multipart").status_code == 400
    assert api.client.put("/api/v1/platform/organisation/seal/", {}, format="multipart").status_code == 404
