"""Bulk actions of document lists: first what would happen, then it happens."""

from __future__ import annotations

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django_tenants.utils import get_tenant_model

from apps.accounting.models import Invoice
from apps.documents import tasks
from apps.messaging.models import MailMessage
from apps.runtime.models import JobState
from apps.runtime.services import jobs
from apps.runtime.services.jobs import job_start, run_job
from apps.runtime.services.outbox import outbox_deliver
from apps.sales.models import Order
from tests.kit.stock import assert_stock_equals_ledger

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(administrator):
    client = Client(HTTP_HOST="acme.localhost")
    client.force_login(administrator, backend="apps.accounts.backends.RoleBackend")
    return client


def bulk(client, kind, verb, ids, **more):
    body = {"action": f"bulk_{verb}", "_selected_action": [str(pk) for pk in ids], **more}
    return client.post(f"/admin/{kind}/", body, follow=True)


def orders(api, shop, count):
    return [api.post("sales/orders/", shop.draft())["data"]["id"] for _ in range(count)]


def test_nothing_happens_before_the_page_was_confirmed(clerk, api, shop):
    ids = orders(api, shop, 2)
    page = bulk(clerk, "sales/order", "confirm", ids).content.decode()
    assert "2 rows will go" in page
    assert set(Order.objects.values_list("status", "number")) == {("draft", "")}
    bulk(clerk, "sales/order", "confirm", ids[:1], _ids=",".join(map(str, ids)), _go="1")
    assert Order.objects.filter(status="confirmed").count() == 2


def test_page_says_which_would_be_refused_and_why(clerk, api, shop):
    shop.stock(shop.chair, 15)
    body = {**shop.draft({"product": shop.chair.pk, "quantity": "10"})}
    ids = [api.post("accounting/invoices/", body)["data"]["id"] for _ in range(2)]
    page = bulk(clerk, "accounting/invoice", "post", ids).content.decode()
    assert "1 row will go" in page
    assert "1 is refused" in page
    assert "are needed; 5 free" in page.split(">Refused<")[1][:300], "the second would find no stock"
    assert not Invoice.objects.exclude(status="draft").exists()
    assert_stock_equals_ledger()


def test_reason_is_asked_and_needed(clerk, api, shop):
    ids = orders(api, shop, 1)
    page = bulk(clerk, "sales/order", "cancel", ids).content.decode()
    assert 'name="ask_reason"' in page
    page = bulk(clerk, "sales/order", "cancel", ids, _go="1").content.decode()
    assert "This field is required." in page
    assert Order.objects.get().status == "draft"
    bulk(clerk, "sales/order", "cancel", ids, _go="1", ask_reason="Asked twice")
    assert Order.objects.get().status == "cancelled"


def test_verbs_that_would_do_nothing_are_not_in_the_list(clerk, shop):
    page = clerk.get("/admin/sales/order/").content.decode()
    assert "bulk_amend" not in page
    assert "bulk_deliver" not in page
    assert 'value="bulk_confirm"' in page


def test_ids_of_the_page_are_those_in_scope_only(clerk, api, shop, user_with):
    ids = orders(api, shop, 1)
    stranger = Client(HTTP_HOST="acme.localhost")
    stranger.force_login(user_with("accounting.view_invoice", "accounting.cancel_invoice"))
    bulk(stranger, "sales/order", "cancel", ids, _ids=str(ids[0]), _go="1", ask_reason="no")
    assert Order.objects.get().status == "draft"


def run(job):
    run_job("org_acme", job.pk)
    connection.set_tenant(get_tenant_model().objects.get(schema_name="org_acme"))
    job.refresh_from_db()


def test_mails_go_out_once_though_the_worker_ended_in_between(api, shop, administrator, monkeypatch):
    """The job is taken up again where it was cut off."""
    body = shop.draft({"product": shop.fitting.pk, "quantity": "1"})
    ids = [api.post("accounting/invoices/", body)["data"]["id"] for _ in range(3)]
    for pk in ids:
        api.post(f"accounting/invoices/{pk}/post/", expect=200)
    api.post(f"accounting/invoices/{ids[2]}/send/", {"to": "early@buyer.example"}, 200)
    monkeypatch.setattr(jobs, "enqueue", lambda *args: True)
    asked = {"kind": "accounting.Invoice", "ids": ids, "name": "send", "data": {"to": "books@buyer.example"}}
    job = job_start(tasks.run_transitions, title="Send", by=administrator, **asked)
    progress = tasks.job_progress

    def cut_off(job, done, total):
        raise OperationalError("the database went away")

    monkeypatch.setattr(tasks, "job_progress", cut_off)
    monkeypatch.setattr(jobs.connection, "close", lambda: None)
    run(job)
    outbox_deliver()
    sent = MailMessage.objects.filter(to__contains=["books@buyer.example"])
    assert (job.state, sent.count()) == (JobState.RUNNING, 1)
    monkeypatch.setattr(tasks, "job_progress", progress)
    run(job)
    outbox_deliver()
    assert (job.state, job.result) == (JobState.DONE, {"done": 3, "refused": []})
    assert sent.count() == 3
