"""Large exports: made by a job, told, kept for their owner as his rights are, removed after some days."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from apps.accounts.models import AccessLog, User
from apps.core.errors import NotAllowed, Refused
from apps.core.tenant import require_organisation
from apps.datatools.models import ExportFile
from apps.datatools.reports import files
from apps.datatools.services.exports import MOST_RUNNING, export_open, exports_expire
from apps.files.models import StoredFile
from apps.messaging.models import Notification
from apps.runtime.models import Job
from apps.runtime.services import jobs
from apps.runtime.services.jobs import run_job
from apps.runtime.services.outbox import outbox_deliver
from tests.factories import invoicing
from tests.factories.accounts import make_user
from tests.factories.parties import make_customer
from tests.kit.clients import ApiClient, signed_in

pytestmark = pytest.mark.django_db
PARTIES = "/admin/parties/party/"
RIGHTS = ("parties.view_party", "parties.export_party")


@pytest.fixture(autouse=True)
def small_limit(monkeypatch):
    """Three rows are many; jobs are run by the tests themselves."""
    from apps.core import typed_settings

    known = typed_settings.setting

    def setting(key, *rest):
        return 3 if key == "datatools.export_rows" else known(key, *rest)

    for place in ("apps.datatools.services.exports", "apps.datatools.reports.exporting"):
        monkeypatch.setattr(f"{place}.setting", setting)
    monkeypatch.setattr(jobs, "enqueue", lambda *_args: True)


@pytest.fixture
def many():
    return [make_customer(display_name=f"Many {n}", legal_name=f"Many {n} Ltd") for n in range(5)]


def run(job_id):
    from django.db import connection
    from django_tenants.utils import get_tenant_model

    run_job("org_acme", job_id)
    connection.set_tenant(get_tenant_model().objects.get(schema_name="org_acme"))
    return Job.objects.get(pk=job_id)


def names_in(content: bytes) -> set[str]:
    return {row["display_name"] for row in csv.DictReader(io.StringIO(content.decode("utf-8-sig")))}


def asked_and_made(user, path="parties/parties/export/?format=csv&display_name__istartswith=Many"):
    answer = ApiClient(user).client.get(f"/api/v1/{path}")
    assert answer.status_code == 202, answer.content
    data = answer.json()["data"]
    job = run(data["job"])
    assert job.state == "done", job.message
    return ExportFile.objects.get(pk=data["export"])


def test_program_asks_follows_the_job_and_takes_the_file(api, many, administrator):
    job = api.get("parties/parties/export/?format=csv&display_name__istartswith=Many", expect=202)["data"][
        "job"
    ]
    assert api.get(f"jobs/{job}/")["data"]["status"] == "waiting"
    run(job)
    seen = api.get(f"jobs/{job}/")["data"]
    assert (seen["status"], seen["done"], seen["total"]) == ("done", 5, 5)
    answer = api.client.get(seen["result"]["file"])
    assert answer.status_code == 200
    assert names_in(answer.getvalue()) == {party.display_name for party in many}
    row = api.get("datatools/exports/")["data"][0]
    assert (row["rows"], row["format"], row["size"] > 100) == (5, "csv", True)
    outbox_deliver()
    told = Notification.objects.get(user=administrator, event="job.finished")
    assert told.url == "/data/exports/"
    steps = [entry.detail.get("step") for entry in AccessLog.objects.filter(event="export").order_by("pk")]
    assert steps == [None, "downloaded"]


def test_few_rows_are_answered_at_once_unless_a_job_is_wanted(api, many):
    path = "parties/parties/export/?format=csv&display_name__in=Many 1,Many 2"
    assert names_in(api.client.get(f"/api/v1/{path}").getvalue()) == {"Many 1", "Many 2"}
    assert not ExportFile.objects.exists()
    assert api.get(f"{path}&background=true", expect=202)["data"]["job"]
    assert api.get(f"{path}&background=perhaps", expect=400)["errors"][0]["field"] == "background"


@pytest.mark.parametrize(("form", "start"), [("xlsx", b"PK"), ("json", b"["), ("pdf", b"%PDF")])
def test_list_of_the_back_office_goes_by_its_filters(browser, administrator, many, form, start):
    make_customer(display_name="Many gone", active=False)
    answer = browser.get(f"{PARTIES}?active__exact=1&q=many&_export={form}")
    assert answer["Location"] == "/data/exports/"
    row = ExportFile.objects.get()
    page = browser.get("/data/exports/").content.decode()
    assert f'data-bahi-job="{row.job_id}"' in page
    assert run(row.job_id).state == "done"
    assert f"/data/exports/{row.pk}/file/" in browser.get("/data/exports/").content.decode()
    content = browser.get(f"/data/exports/{row.pk}/file/").getvalue()
    assert content.startswith(start)
    row.refresh_from_db()
    assert row.row_count == 5
    if form == "json":
        assert b"Many gone" not in content
        assert b"Many 4" in content


def test_asking_twice_makes_one_file_and_only_some_are_made_at_a_time(api, many):
    path = "parties/parties/export/?format=csv"
    first = api.get(path, expect=202)["data"]
    assert api.get(path, expect=202)["data"] == first
    for number in range(1, MOST_RUNNING):
        api.get(f"{path}&background=true&search=many{number}", expect=202)
    answer = api.get(f"{path}&background=true&search=more", expect=409)
    assert answer["errors"][0]["code"] == "running"


def test_export_that_is_refused_is_told_on_the_list_that_asked(browser, administrator, many):
    for number in range(MOST_RUNNING):
        browser.get(f"{PARTIES}?display_name__istartswith=Many&o={number}&_export=csv")
    assert ExportFile.objects.count() == MOST_RUNNING
    page = browser.get(f"{PARTIES}?q=many&_export=csv", follow=True)
    assert page.redirect_chain == [(f"{PARTIES}?q=many&_once=1", 302)]
    assert "Wait for one to end" in page.content.decode()


def test_pdf_that_would_be_too_large_is_refused_before_a_job_begins(browser, api, many, monkeypatch):
    monkeypatch.setattr("apps.datatools.pdf_list.MAX_PDF_ROWS", 4)
    page = browser.get(f"{PARTIES}?q=many&_export=pdf", follow=True)
    assert "A PDF holds at most 4 rows" in page.content.decode()
    query = "display_name__istartswith=Many"
    answer = api.get(f"parties/parties/export/?{query}&format=pdf", expect=400)
    assert [(e["field"], e["code"]) for e in answer["errors"]] == [("format", "too_large")]
    assert not ExportFile.objects.exists()
    api.get(f"parties/parties/export/?{query}&format=csv", expect=202)


def test_large_ageing_keeps_the_days_that_were_asked(api, administrator):
    company = invoicing.company()
    for _number in range(4):
        invoicing.invoice(company=company, party=invoicing.customer(), moves_stock=False, post=True)
    path = f"accounting/reports/receivables-ageing/export/?company={company.pk}&buckets=10,20&format=csv"
    row = asked_and_made(administrator, path)
    content = export_open(row, by=administrator).read().decode("utf-8-sig")
    assert "11-20" in content.replace("–", "-")
    assert row.row_count >= 4


def test_report_whose_file_is_refused_says_so_on_its_page(browser, administrator, monkeypatch):
    company = invoicing.company()
    for amount in ("100", "200"):
        invoicing.receipt(company=company, party=invoicing.customer(), amount=amount)
    address, query = "/data/reports/accounting/day-book/", f"company={company.pk}"
    monkeypatch.setattr(files, "MOST_PDF", 3)
    told = browser.get(f"{address}?{query}&format=pdf", follow=True)
    assert "A PDF holds at most 3 rows" in told.content.decode()
    assert told.status_code == 200
    assert "format=" not in told.redirect_chain[-1][0]
    assert not ExportFile.objects.exists(), "a job that can't succeed isn't begun"
    for day in range(1, MOST_RUNNING + 1):
        browser.get(f"{address}?{query}&format=csv&from=2020-01-0{day}")
    told = browser.get(f"{address}?{query}&format=xlsx", follow=True)
    assert "Wait for one to end" in told.content.decode()


def test_job_that_was_cut_off_runs_again_and_makes_one_file(administrator, many, monkeypatch):
    data = ApiClient(administrator).get("parties/parties/export/?format=csv", expect=202)["data"]
    from apps.datatools import tasks

    def cut_off(*_args):
        raise OSError("the power went")

    with monkeypatch.context() as patched:
        patched.setattr(tasks, "export_finish", cut_off)
        assert run(data["job"]).state == "failed"
    assert ExportFile.objects.get(pk=data["export"]).file is None
    files_before = StoredFile.objects.count()
    ApiClient(administrator).post(f"jobs/{data['job']}/retry/", expect=200)
    assert run(data["job"]).state == "done"
    job = Job.objects.get(pk=data["job"])
    tasks.run_export(job, export_id=data["export"])  # once more, as after a crash behind the commit
    assert StoredFile.objects.count() == files_before + 1


def test_nobody_else_gets_the_file_by_any_way(administrator, many, browser):
    owner, other = make_user(*RIGHTS), make_user(*RIGHTS)
    row = asked_and_made(owner)
    ApiClient(other).get(f"datatools/exports/{row.pk}/", 404)
    assert ApiClient(other).client.get(f"/api/v1/datatools/exports/{row.pk}/file/").status_code == 404
    assert ApiClient(other).get("datatools/exports/")["data"] == []
    assert signed_in(other).get(f"/data/exports/{row.pk}/file/").status_code == 404
    assert browser.get(f"/data/exports/{row.pk}/file/").status_code == 404, "not the administrator either"
    for client in (signed_in(owner), signed_in(other), browser):
        assert client.get(f"/media/{row.file_id}/{row.file.name}").status_code == 404


def test_rights_that_went_since_close_the_file(many):
    owner = make_user(*RIGHTS, "parties.see_bank_account")
    row = asked_and_made(owner)
    assert export_open(row, by=User.objects.get(pk=owner.pk))
    role = owner.roles.get()
    role.grants.filter(permission="parties.see_bank_account").delete()
    with pytest.raises(NotAllowed, match="What you may see has changed"):
        export_open(row, by=User.objects.get(pk=owner.pk))
    row = asked_and_made(User.objects.get(pk=owner.pk))
    assert export_open(row, by=User.objects.get(pk=owner.pk))
    role.default_level = "own"
    role.save()
    with pytest.raises(NotAllowed, match="What you may see has changed"):
        export_open(row, by=User.objects.get(pk=owner.pk))
    role.grants.filter(permission="parties.export_party").delete()
    client = ApiClient(User.objects.get(pk=owner.pk)).client
    assert client.get(f"/api/v1/datatools/exports/{row.pk}/file/").status_code == 403


def test_job_runs_with_the_rights_of_its_own_moment(many):
    owner = make_user(*RIGHTS)
    data = ApiClient(owner).get("parties/parties/export/?format=csv", expect=202)["data"]
    owner.roles.get().grants.filter(permission="parties.export_party").delete()
    assert run(data["job"]).state == "failed"
    assert ExportFile.objects.get(pk=data["export"]).file is None


def test_file_goes_after_its_days_and_what_is_known_of_it_later(
    administrator, many, django_capture_on_commit_callbacks
):
    row = asked_and_made(administrator)
    place = f"{require_organisation()}/{row.file.path}"
    assert exports_expire() == 0
    ExportFile.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    row.refresh_from_db()
    with pytest.raises(Refused, match="isn't kept any longer"):
        export_open(row, by=administrator)
    with django_capture_on_commit_callbacks(execute=True):
        assert exports_expire() == 1
    assert not default_storage.exists(place)
    assert "Kept no longer" in signed_in(administrator).get("/data/exports/").content.decode()
    ExportFile.objects.update(created_at=timezone.now() - timedelta(days=61))
    exports_expire()
    assert not ExportFile.objects.exists()


def test_report_with_many_rows_is_made_part_by_part(api, administrator, browser, monkeypatch):
    company = invoicing.company()
    for amount in ("100", "200", "300"):
        invoicing.receipt(company=company, party=invoicing.customer(), amount=amount)
    query = f"company={company.pk}&format=csv"
    monkeypatch.setattr("apps.datatools.reports.exporting.setting", lambda *_args: 100)
    at_once = api.client.get(f"/api/v1/accounting/reports/day-book/?{query}").content.decode("utf-8-sig")
    assert len(at_once.splitlines()) == 1 + 6 + 1
    monkeypatch.setattr("apps.datatools.reports.exporting.setting", lambda *_args: 2)
    monkeypatch.setattr(files, "PART", 1)
    row = asked_and_made(administrator, "accounting/reports/day-book/export/?" + query)
    assert (row.source, row.row_count) == ("report", 7)
    assert export_open(row, by=administrator).read().decode("utf-8-sig") == at_once
    page = browser.get(f"/data/reports/accounting/day-book/?{query}")
    assert page["Location"] == "/data/exports/"
    reader = make_user("accounting.view_reports")
    ApiClient(reader).get("accounting/reports/day-book/export/?" + query, expect=403)


def test_parts_of_a_report_follow_each_other_without_gap(administrator):
    """Twelve rows in parts of five: each once, in their order, and progress is told after each part."""
    from apps.datatools.reports.definition import Answer, Column, Report, Row

    def build(values, user):
        start, limit = int(values["cursor"] or 0), values["limit"]
        rows = [Row({"n": str(n)}) for n in range(start, min(12, start + limit))]
        return Answer([Column("n", "N")], rows, more=str(start + limit) if start + limit < 12 else "")

    report = Report("x", "y", "Y", (), (), build)
    told: list[int] = []
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(files, "PART", 5)
        content, name, total = files.report_file(report, {}, "csv", administrator, told.append)
    assert (name, total, told) == ("y.csv", 12, [5, 10, 12])
    assert content.read().decode("utf-8-sig").split() == ["N", *(str(n) for n in range(12))]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(files, "MOST_PDF", 5)
        with pytest.raises(Exception, match="A PDF holds at most 5 rows"):
            files.report_file(report, {}, "pdf", administrator, told.append)
