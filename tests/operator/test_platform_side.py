"""Maintenance, announcements, look, own domains, and the operator's own pages."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone
from PIL import Image

from apps.accounts.brand import contrast
from apps.core.errors import InvalidInput, Refused
from apps.core.tenant import organisation_context
from apps.platform.models import Announcement, Figures
from apps.platform.services.announcements import announcements_for, announcements_forget
from apps.platform.services.figures import figures_collect
from apps.platform.services.look import look_css, look_of, look_save
from apps.platform.services.profile import picture_save
from apps.platform.services.sign_up import sign_up_switch
from apps.runtime.services.dispatcher import active_schemas
from apps.tenancy.dns import lookup_simulated
from apps.tenancy.hosts import forget_hosts
from apps.tenancy.models import Domain, Organisation, PlatformState
from apps.tenancy.services.domains import domain_claim, domain_primary, domain_remove, domain_verify
from apps.tenancy.services.maintenance import maintenance_organisation, maintenance_platform

pytestmark = pytest.mark.django_db


def ask(path="/accounts/login/", host="acme.localhost", **headers):
    answer = Client(HTTP_HOST=host).get(path, **headers)
    connection.set_schema_to_public()
    return answer


def test_maintenance_of_the_platform_answers_all_and_spares_the_platform(acme):
    until = timezone.now() + timedelta(minutes=10)
    maintenance_platform(on=True, text="New disks", until=until)
    page, call = ask(), ask("/api/v1/auth/me/")
    assert (page.status_code, call.status_code) == (503, 503)
    assert "New disks" in page.content.decode()
    assert call.json()["errors"][0] == {"field": "", "code": "maintenance", "detail": "New disks"}
    assert 500 < int(call["Retry-After"]) <= 600
    assert ask(host="platform.localhost").status_code == 200
    assert ask("/health/live").status_code == 200
    maintenance_platform(on=False)
    assert ask().status_code == 200


def test_maintenance_of_one_stops_its_work_and_leaves_the_others(acme):
    maintenance_organisation(acme, on=True)
    assert (ask().status_code, ask(host="zenith.localhost").status_code) == (503, 200)
    assert active_schemas() == ["org_zenith"]
    maintenance_organisation(acme, on=False)
    assert ask().status_code == 200


def make(**values):
    now = timezone.now()
    given = {"title": "Diwali", "starts_at": now - timedelta(hours=1), "ends_at": now + timedelta(hours=1)}
    row = Announcement.objects.create(**{**given, **values})
    announcements_forget()
    return row


def test_announcements_reach_whom_they_are_for(acme, administrator, user_with):
    connection.set_schema_to_public()
    zenith = Organisation.objects.get(slug="zenith")
    now = timezone.now()
    for_all, for_some, for_zenith = make(), make(audience="administrators"), make()
    for_zenith.organisations.set([zenith])
    make(starts_at=now + timedelta(hours=1), ends_at=now + timedelta(hours=2))
    make(starts_at=now - timedelta(hours=2), ends_at=now - timedelta(hours=1))
    announcements_forget()
    with organisation_context("org_acme"):
        clerk = user_with("sales.view_order")
        assert set(announcements_for(acme, administrator)) == {for_all, for_some}
        assert announcements_for(acme, clerk) == [for_all]
        assert for_zenith in announcements_for(zenith, administrator)


def test_announcement_is_put_away_by_one_person(acme, administrator):
    connection.set_schema_to_public()
    row, fixed = make(title="Come and see"), make(title="Stays", may_dismiss=False)
    page = Client(HTTP_HOST="acme.localhost")
    with organisation_context("org_acme"):
        page.force_login(administrator)
    assert "Come and see" in page.get("/").content.decode()
    assert (
        page.post(f"/organisation/announcements/{row.pk}/dismiss/", {"next": "//evil.example"})["Location"]
        == "/"
    )
    html = page.get("/").content.decode()
    assert "Come and see" not in html
    assert "Stays" in html
    assert page.post(f"/organisation/announcements/{fixed.pk}/dismiss/").status_code == 404


def picture(kind="PNG", size=(900, 300)):
    out = io.BytesIO()
    Image.new("RGB", size, "#1c7c54").save(out, kind)
    return SimpleUploadedFile("logo.png", out.getvalue())


def test_look_of_the_sign_in_page(acme):
    look_save(None, text="Platform's", accent="", background="")
    assert "Platform&#x27;s" in ask().content.decode()
    look_save(acme, text="Acme's people", accent="#7a1f3d", background="#fff4e0", logo=picture())
    page = ask().content.decode()
    assert "Acme&#x27;s people" in page
    css = ask("/organisation/look.css").content.decode()
    assert "#fff4e0" in css
    assert "#7a1f3d" in css
    logo = ask("/organisation/look.png")
    with Image.open(io.BytesIO(logo.content)) as drawn:
        assert (drawn.format, drawn.width <= 480, drawn.height <= 160) == ("PNG", True, True)
    assert ask("/organisation/look.png", host="zenith.localhost").status_code == 404
    kept = ask("/organisation/look.png", HTTP_IF_NONE_MATCH=logo["ETag"])
    assert (kept.status_code, kept.content) == (304, b"")
    assert look_css(None) == ""


def test_logo_on_the_sign_in_page_is_the_nearest_one(acme):
    def shown():
        forget_hosts()
        found = re.search(r'<img src="([^"?]+)\?(\w+)"[^>]*bahi-platform__logo', ask().content.decode())
        return found and found.groups()

    plain = {"text": "", "accent": "", "background": ""}
    assert shown() is None
    platform_s = look_save(None, **plain, logo=picture())
    assert shown() == ("/organisation/look.png", platform_s.logo_digest)
    picture_save(acme, "logo", picture(size=(300, 300)))
    acme.refresh_from_db()
    assert shown() == ("/organisation/pictures/logo.png", acme.logo_digest)
    of_page = look_save(acme, **plain, logo=picture(size=(400, 100)))
    assert shown() == ("/organisation/look.png", of_page.logo_digest)


def test_switches_of_the_platform_leave_each_other_alone(acme, monkeypatch):
    read_before = PlatformState.current()
    maintenance_platform(on=True, text="Back at nine")
    monkeypatch.setattr(PlatformState, "current", lambda: read_before)
    sign_up_switch(on=True)
    row = PlatformState.objects.get()
    assert (row.maintenance, row.maintenance_text, row.sign_up) == (True, "Back at nine", True)
    read_before.refresh_from_db()
    PlatformState.objects.update(sign_up=False)
    maintenance_platform(on=False)
    row.refresh_from_db()
    assert (row.maintenance, row.sign_up) == (False, False)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"accent": "#ffffee", "background": "#ffffff"}, "accent"), ({"accent": "red"}, "accent"),
        ({"background": "#12"}, "background"), ({"logo": SimpleUploadedFile("x.png", b"<svg/>")}, "logo"),
        ({"logo": SimpleUploadedFile("x.png", b"x" * 2_000_000)}, "logo"),
    ],
)  # fmt: skip
def test_look_that_cannot_be_read_is_refused(acme, values, field):
    with pytest.raises(InvalidInput) as refused:
        look_save(acme, **{"text": "", "accent": "", "background": "", **values})
    assert refused.value.field == field
    assert look_of(acme) is None


def test_contrast_as_wcag_has_it():
    assert round(contrast("#000000", "#ffffff"), 2) == 21
    assert round(contrast("#767676", "#ffffff"), 2) == 4.54


@pytest.fixture
def dns(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    settings.DNS_LOOKUP = "apps.tenancy.dns.lookup_simulated"


def test_own_domain_opens_after_its_record_was_seen(acme, dns):
    claim = domain_claim(acme, " ERP.Acme.example. ")
    assert domain_claim(acme, "erp.acme.example") == claim
    with pytest.raises(Refused):
        domain_verify(claim)
    assert "not there yet" in claim.error
    assert ask(host="erp.acme.example").status_code == 404
    call_command("simulate_dns", claim.record_name, claim.record_text, verbosity=0)
    assert lookup_simulated(claim.record_name) == [claim.record_text]
    domain_verify(claim)
    assert ask(host="erp.acme.example").status_code == 200
    domain_primary(claim)
    assert Domain.objects.get(tenant=acme, is_primary=True).domain == "erp.acme.example"
    domain_remove(claim)
    assert ask(host="erp.acme.example").status_code == 404


def test_domain_is_whose_who_proves_it_first(acme, dns):
    zenith = Organisation.objects.get(slug="zenith")
    mine, theirs = domain_claim(acme, "erp.both.example"), domain_claim(zenith, "erp.both.example")
    assert mine.token != theirs.token
    for claim in (mine, theirs):
        call_command("simulate_dns", claim.record_name, claim.record_text, verbosity=0)
    domain_verify(theirs)
    with pytest.raises(Refused) as refused:
        domain_verify(mine)
    assert refused.value.code == "duplicate"
    with pytest.raises(InvalidInput):
        domain_claim(acme, "erp.both.example")


@pytest.mark.parametrize(
    "name", ["x", "a b.example", "zenith.localhost", "platform.example.in", "-a.example", "1.2.3.4"]
)
def test_names_that_are_no_own_domain(acme, dns, name):
    with pytest.raises(InvalidInput) as refused:
        domain_claim(acme, name)
    assert refused.value.field == "domain"


def test_figures_are_counts(acme):
    with organisation_context("org_acme"):
        row = figures_collect()
        assert figures_collect() == row
    assert (row.users >= 1, row.database > 0, Figures.objects.count()) == (True, True, 1)


def test_own_domain_that_begins_with_www_opens_by_that_name(acme, dns):
    claim = domain_claim(acme, "www.firma.example")
    call_command("simulate_dns", claim.record_name, claim.record_text, verbosity=0)
    domain_verify(claim)
    assert ask(host="www.firma.example").status_code == 200
    assert ask(host="firma.example").status_code == 404  # only what was proved
    plain = domain_claim(acme, "books.example")
    call_command("simulate_dns", plain.record_name, plain.record_text, verbosity=0)
    domain_verify(plain)
    assert ask(host="www.books.example").status_code == 200
