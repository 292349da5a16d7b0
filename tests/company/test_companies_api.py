"""Companies, years, periods, rates over the API."""

from __future__ import annotations

import base64
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from apps.accounts.models import User
from apps.company.models import Company, CompanyAccess, Currency, FiscalYear, NumberSeries, Period
from apps.company.selectors import period_hold
from apps.core.errors import Locked
from apps.files.services.storage import file_store
from tests.factories.company import make_company
from tests.kit.clients import ApiClient

pytestmark = pytest.mark.django_db
GSTIN = "27AAPFU0939F1ZV"
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def company_body(**more):
    return {"code": "MUM", "trade_name": "Sharma", "legal_name": "Sharma Pvt Ltd", "gstin": GSTIN, **more}


def test_company_comes_with_year_and_periods_and_its_own_identifiers(api):
    made = api.post(
        "company/companies/",
        company_body(
            gstin="27aapfu0939f1zv",
            addresses=[{"kind": "registered", "line1": "1 Fort", "city": "Mumbai", "state_code": "27"}],
            bank_accounts=[{"bank_name": "SBI", "account_number": "12345678901", "ifsc": "SBIN0000300"}],
        ),
    )["data"]
    assert (made["gstin"], made["pan"], made["state_code"]) == (GSTIN, "AAPFU0939F", "27")
    assert made["bank_accounts"][0]["is_primary"] is True
    year = FiscalYear.objects.get(company_id=made["id"])
    assert (year.start.month, year.periods.count()) == (4, 12)
    listed = api.get("company/companies/", search="sharma")["data"]
    assert listed[0]["addresses"][0]["city"] == "Mumbai"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"state_code": "29"}, "gstin"),
        ({"pan": "AAAPL1234C"}, "pan"),
        ({"gstin": "27AAPFU0939F1ZW"}, "gstin"),
        ({"state_code": "88", "gstin": ""}, "state_code"),
        ({"code": "A B"}, "code"),
        ({"tan": "X"}, "tan"),
        ({"cin": "X"}, "cin"),
        ({"fiscal_year_start": 13}, "fiscal_year_start"),
        ({"logo": 99999}, "logo"),
        ({"bank_accounts": [{"bank_name": "A", "account_number": "123456789", "ifsc": "1"}]},
         "bank_accounts.0.ifsc"),
    ],
)  # fmt: skip
def test_wrong_company_is_refused_by_field(api, change, field):
    answer = api.post("company/companies/", company_body(**change), 400)
    assert field in {error["field"] for error in answer["errors"]}
    assert not Company.objects.filter(code="MUM").exists()


def test_database_itself_refuses_a_foreign_state_or_pan():
    rupee = Currency.objects.get(code="INR")
    for values in ({"state_code": "29", "pan": GSTIN[2:12]}, {"state_code": "27", "pan": "AAAPL1234C"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Company.objects.create(
                code="X", trade_name="X", legal_name="X", gstin=GSTIN, currency=rupee, **values
            )


def test_only_one_bank_account_is_printed_and_it_can_move(api):
    rows = [
        {"bank_name": name, "account_number": number, "ifsc": "SBIN0000300", "is_primary": name == "A"}
        for name, number in (("A", "123456789"), ("B", "123456780"))
    ]
    made = api.post("company/companies/", company_body(bank_accounts=rows))["data"]
    path = f"company/companies/{made['id']}/"
    rows = made["bank_accounts"]
    rows[0]["is_primary"], rows[1]["is_primary"] = False, True
    saved = api.patch(path, {"bank_accounts": rows, "version": made["version"]})["data"]
    assert [row["is_primary"] for row in saved["bank_accounts"]] == [False, True]
    rows[0]["is_primary"] = True
    answer = api.patch(path, {"bank_accounts": rows, "version": saved["version"]}, 400)
    assert answer["errors"][0]["field"] == "bank_accounts.1.is_primary"


def test_no_bank_account_goes_without_the_permission(api, api_as, user_with):
    row = {"bank_name": "A", "account_number": "123456789", "ifsc": "SBIN0000300"}
    made = api.post("company/companies/", company_body(bank_accounts=[row]))["data"]
    clerk = api_as(user_with("company.view_company", "company.change_company"))
    path, body = f"company/companies/{made['id']}/", {"bank_accounts": [], "version": made["version"]}
    error = clerk.patch(path, body, 403)["errors"][0]
    assert (error["field"], error["code"]) == ("bank_accounts", "permission_denied")
    assert api.patch(path, body)["data"]["bank_accounts"] == []


def test_logo_is_a_picture_that_the_person_uploaded_and_all_of_the_company_see(api, administrator, user_with):
    logo = file_store(SimpleUploadedFile("logo.png", PICTURE), by=administrator, purpose="picture")
    text = file_store(SimpleUploadedFile("a.txt", b"hello"), by=administrator)
    answer = api.post("company/companies/", company_body(logo=text.pk), 400)
    assert answer["errors"][0]["field"] == "logo"
    made = api.post("company/companies/", company_body(logo=logo.pk))["data"]
    assert made["logo"] == logo.pk
    reader = ApiClient(user_with("company.view_company"))
    assert reader.get(f"/media/{logo.pk}/logo.png") == PICTURE
    ApiClient(user_with()).get(f"/media/{logo.pk}/logo.png", 404)


def test_limited_user_sees_his_company_only_everywhere(user_with):
    mine, other = make_company(), make_company()
    person = user_with(
        "company.view_company", "company.view_fiscalyear", "company.view_period", "company.view_numberseries",
        "company.close_period", "company.add_company",
    )  # fmt: skip
    CompanyAccess.objects.create(user=person, company=mine)
    client = ApiClient(person)
    assert [row["id"] for row in client.get("company/companies/")["data"]] == [mine.pk]
    client.get(f"company/companies/{other.pk}/", 404)
    for path in ("company/fiscal-years/", "company/periods/"):
        assert {row["company"] for row in client.get(path)["data"]} == {mine.pk}
    hidden = Period.objects.filter(company=other).first()
    client.post(f"company/periods/{hidden.pk}/close/", {}, 404)
    made = client.post("company/companies/", company_body())["data"]
    fresh = ApiClient(User.objects.get(pk=person.pk))
    assert {row["id"] for row in fresh.get("company/companies/")["data"]} == {mine.pk, made["id"]}


def test_last_company_stays(api):
    existing = list(Company.objects.filter(deleted_at=None))
    made = make_company()
    for company in existing:
        api.delete(f"company/companies/{company.pk}/")
    answer = api.delete(f"company/companies/{made.pk}/", 409)
    assert answer["errors"][0]["code"] == "in_use"


def test_first_month_moves_while_nothing_was_numbered(api):
    company = make_company()
    body = {"fiscal_year_start": 1, "version": company.version}
    api.patch(f"company/companies/{company.pk}/", body)
    year = FiscalYear.objects.get(company=company)
    assert (year.start.month, year.label) == (1, str(year.start.year))
    NumberSeries.objects.create(
        company=company, record_kind="sales.order", fiscal_year=year, pattern="X{####}", next_number=2,
        last_number=1,
    )  # fmt: skip
    answer = api.patch(f"company/companies/{company.pk}/", {"fiscal_year_start": 4, "version": 2}, 409)
    assert answer["errors"][0]["field"] == "fiscal_year_start"


def test_year_is_opened_once_with_its_periods(api):
    company = make_company()
    made = api.post("company/fiscal-years/", {"company": company.pk, "label": "2010-11"})["data"]
    assert (made["start"], made["end"]) == ("2010-04-01", "2011-03-31")
    again = api.post("company/fiscal-years/", {"company": company.pk, "start": "2010-12-01"})["data"]
    assert again["id"] == made["id"]
    assert Period.objects.filter(fiscal_year_id=made["id"]).count() == 12
    for body, field in (
        ({"company": company.pk}, "label"),
        ({"company": company.pk, "label": "2010-12"}, "label"),
        ({"company": company.pk, "label": "1890-91"}, "label"),
        ({"company": 99999, "label": "2010-11"}, "company"),
    ):
        assert api.post("company/fiscal-years/", body, 400)["errors"][0]["field"] == field


def test_period_closes_softly_then_hard_and_opens_with_a_reason(api, user_with):
    company = make_company()
    period = Period.objects.filter(company=company).first()
    path = f"company/periods/{period.pk}/"
    ApiClient(user_with("company.view_period")).post(f"{path}close/", {}, 403)
    assert api.post(f"{path}close/", {"hard": False}, 200)["data"]["status"] == "soft_closed"
    with pytest.raises(Locked):
        period_hold(company.pk, period.start)
    assert period_hold(company.pk, period.start, may_soft=True).pk == period.pk
    assert api.post(f"{path}close/", {"reason": "GST filed"}, 200)["data"]["status"] == "closed"
    with pytest.raises(Locked):
        period_hold(company.pk, period.start, may_soft=True)
    assert api.post(f"{path}close/", {}, 409)["errors"][0]["code"] == "invalid_transition"
    assert api.post(f"{path}reopen/", {}, 400)["errors"][0]["field"] == "reason"
    assert api.post(f"{path}reopen/", {"reason": "late bill"}, 200)["data"]["status"] == "open"
    reasons = list(period.history.order_by("history_id").values_list("history_change_reason", flat=True))
    assert reasons[-2:] == ["GST filed", "late bill"]


def test_whole_year_closes(api):
    company = make_company()
    year = FiscalYear.objects.filter(company=company).latest("start")
    api.post(f"company/fiscal-years/{year.pk}/close/", {"hard": False}, 200)
    assert set(year.periods.values_list("status", flat=True)) == {"soft_closed"}


def test_rates_are_one_a_day_and_positive(api):
    pound = Currency.objects.get(code="GBP")
    body = {"currency": pound.pk, "date": "2026-11-20", "rate": "105.25"}
    assert api.post("company/currency-rates/", body)["data"]["rate"] == "105.250000"
    assert api.post("company/currency-rates/", body, 400)["errors"]
    answer = api.post("company/currency-rates/", {**body, "date": "2026-11-21", "rate": "0"}, 400)
    assert answer["errors"][0]["field"] == "rate"


def test_currency_of_the_books_stays(api):
    make_company()
    rupee = Currency.objects.get(code="INR")
    assert api.delete(f"company/currencies/{rupee.pk}/", 409)["errors"][0]["code"] == "in_use"
    yen = Currency.objects.get(code="JPY")
    api.delete(f"company/currencies/{yen.pk}/")


def test_today_is_the_organisations_day(monkeypatch):
    """C32: 18:50 UTC is 00:20 of the next day in India."""
    from datetime import UTC, datetime

    from apps.company import selectors

    monkeypatch.setattr(selectors.timezone, "now", lambda: datetime(2026, 3, 31, 18, 50, tzinfo=UTC))
    assert selectors.company_today() == date(2026, 4, 1)
