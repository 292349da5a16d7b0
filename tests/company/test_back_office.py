"""Companies in the back office."""

from __future__ import annotations

import base64

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from apps.company.models import Company, Currency, FiscalYear, NumberSeries, Period
from tests.factories.company import make_company

pytestmark = pytest.mark.django_db
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.fixture
def office(administrator):
    client = Client(HTTP_HOST="acme.localhost")
    client.force_login(administrator, backend="apps.accounts.backends.RoleBackend")
    return client


def company_form(**more):
    form = {
        "code": "MUM", "trade_name": "Sharma", "legal_name": "Sharma Pvt Ltd", "gstin": "27AAPFU0939F1ZV",
        "pan": "", "state_code": "27", "tan": "", "cin": "", "active": "on", "phone": "", "email": "",
        "website": "", "upi_id": "", "currency": Currency.objects.get(code="INR").pk, "fiscal_year_start": 4,
        "tax_rounding": "per_line", "lut_number": "",
        "addresses-TOTAL_FORMS": 1, "addresses-INITIAL_FORMS": 0, "addresses-0-address_kind": "registered",
        "addresses-0-line1": "1 Fort", "addresses-0-country": "IN",
        "bank_accounts-TOTAL_FORMS": 0, "bank_accounts-INITIAL_FORMS": 0,
    }  # fmt: skip
    return {**form, **more}


def test_every_page_of_company_opens(office):
    company = make_company()
    year, period = FiscalYear.objects.first(), Period.objects.first()
    for page in (
        "company/", "company/add/", f"company/{company.pk}/change/", "currency/", "currencyrate/",
        "currencyrate/add/", "fiscalyear/", "fiscalyear/add/", f"fiscalyear/{year.pk}/change/", "period/",
        f"period/{period.pk}/change/", "numberseries/", "numberseries/add/",
    ):  # fmt: skip
        assert office.get(f"/admin/company/{page}").status_code == 200, page


def test_company_is_entered_with_logo_address_and_books(office):
    logo = SimpleUploadedFile("logo.png", PICTURE, "image/png")
    answer = office.post("/admin/company/company/add/", company_form(logo=logo))
    assert answer.status_code == 302, answer.context["errors"]
    company = Company.objects.get(code="MUM")
    assert company.addresses.get().line1 == "1 Fort"
    assert company.logo_file_id
    assert company.fiscal_years.count() == 1
    page = office.get(f"/admin/company/company/{company.pk}/change/").content.decode()
    assert f"/media/{company.logo_file_id}/logo.png" in page


def test_wrong_gstin_or_picture_is_shown_and_nothing_is_kept(office):
    answer = office.post("/admin/company/company/add/", company_form(state_code="29"))
    assert "belongs to state 27" in answer.content.decode()
    bad = SimpleUploadedFile("logo.png", b"MZ rubbish", "image/png")
    answer = office.post("/admin/company/company/add/", company_form(logo=bad))
    assert answer.status_code == 200
    assert not Company.objects.filter(code="MUM").exists()


def test_year_is_opened_and_periods_close_and_open(office):
    company = make_company()
    answer = office.post("/admin/company/fiscalyear/add/", {"company": company.pk, "start": "05-12-2010"})
    assert answer.status_code == 302, answer.context["errors"]
    year = FiscalYear.objects.get(company=company, label="2010-11")
    period = year.periods.first()
    data = {"action": "close_hard", "_selected_action": [period.pk]}
    go = {**data, "_go": "1", "ask_reason": "Returns are filed"}
    assert "Reason" in office.post("/admin/company/period/", data).content.decode()
    office.post("/admin/company/period/", {**go, "ask_reason": ""})
    period.refresh_from_db()
    assert period.status == "open", "nobody closes or opens a month without saying why"
    office.post("/admin/company/period/", go)
    period.refresh_from_db()
    assert period.status == "closed"
    again = office.post("/admin/company/period/", go, follow=True)
    assert "already" in again.content.decode()
    office.post("/admin/company/period/", {**go, "action": "reopen", "ask_reason": "A late bill"})
    period.refresh_from_db()
    assert period.status == "open"
    reasons = period.history.order_by("history_id").values_list("history_change_reason", flat=True)
    assert list(reasons)[-2:] == ["Returns are filed", "A late bill"]


def test_series_is_changed_forward_only(office):
    company = make_company()
    year = FiscalYear.objects.filter(company=company).latest("start")
    form = {
        "company": company.pk, "record_kind": "sales.order", "fiscal_year": year.pk, "pattern": "S{####}",
        "next_number": 5, "gapless": "on",
    }  # fmt: skip
    assert office.post("/admin/company/numberseries/add/", form).status_code == 302
    series = NumberSeries.objects.get(pattern="S{####}")
    NumberSeries.objects.filter(pk=series.pk).untracked_update(next_number=6, last_number=5)
    path = f"/admin/company/numberseries/{series.pk}/change/"
    answer = office.post(path, {**form, "next_number": 3})
    assert "was given already" in answer.content.decode()
    assert "S0006" in office.get(path).content.decode()
