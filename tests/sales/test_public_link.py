"""The customer's link: one offer, no sign-in, nothing of anybody else's."""

from __future__ import annotations

import re

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django_tenants.utils import get_tenant_model

from apps.audit.models import AuditEntry
from apps.core.api.throttling import AddressThrottle
from apps.core.tenant import signer
from apps.documents.models import TimelineEntry
from apps.sales.models import Quotation
from apps.sales.printing import quotation_print
from apps.sales.public import AnswerThrottle, LinkThrottle
from apps.sales.services.public_links import PURPOSE, quotation_link, quotation_token
from tests.kit.clients import ApiClient

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_limits():
    """Each test begins with its rate limits unused."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def customer():
    """A browser of somebody who is not signed in."""
    return Client(HTTP_HOST="acme.localhost", enforce_csrf_checks=True)


@pytest.fixture
def link(sent):
    return quotation_link(Quotation.objects.get(pk=sent["id"]))


def answer(client, link, **form):
    """Send the form as the page does, with its token."""
    page = client.get(link).content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    return client.post(link, {"csrfmiddlewaretoken": token[1] if token else "", **form})


def test_customer_reads_the_offer_without_sign_in(customer, link, sent):
    page = customer.get(link)
    text = page.content.decode()
    assert page.status_code == 200
    assert sent["number"] in text
    assert "21,240.00" in text
    assert "Chair" in text
    assert "noindex" in page["X-Robots-Tag"]
    # "no-referrer" would make a real browser post "Origin: null", which the CSRF check refuses.
    assert page["Referrer-Policy"] == "same-origin"
    assert "no-store" in page["Cache-Control"]


def test_customer_may_write_a_whole_comment(customer, link):
    """A limit written with the thousands' comma is read by browsers as two letters."""
    assert 'maxlength="2000"' in customer.get(link).content.decode()


def test_customer_downloads_the_offer(customer, link, sent):
    page = customer.get(f"{link}pdf/")
    assert page["Content-Type"] == "application/pdf"
    assert page.content.startswith(b"%PDF")
    assert sent["number"].replace("/", "-") in page["Content-Disposition"]


def test_page_keeps_to_the_strict_policy(customer, link):
    page = customer.get(link)
    text = page.content.decode()
    assert "unsafe" not in page["Content-Security-Policy"]
    assert "style=" not in text
    assert "onclick" not in text
    assert not re.search(r"<script>", text)


def test_customer_accepts_and_the_trail_is_kept(customer, link, sent):
    done = answer(customer, link, name="Ravi Kulkarni", action="accept", text="Please deliver before noon")
    assert done.status_code == 302
    quotation = Quotation.objects.get(pk=sent["id"])
    assert (quotation.status, quotation.decided_by) == ("accepted", "Ravi Kulkarni")
    entry = TimelineEntry.objects.get(target_kind="sales.quotation", target_id=sent["id"], verb="accept")
    assert "Ravi Kulkarni" in entry.actor_label
    assert entry.actor_id is None
    page = customer.get(link).content.decode()
    assert "Please deliver before noon" in page
    assert 'value="accept"' not in page


def test_customer_rejects_only_with_a_reason(customer, link, sent):
    refused = answer(customer, link, name="Ravi", action="reject")
    assert refused.status_code == 400
    assert "few words" in refused.content.decode()
    assert Quotation.objects.get(pk=sent["id"]).status == "sent"
    assert answer(customer, link, name="Ravi", action="reject", text="Too late").status_code == 302
    quotation = Quotation.objects.get(pk=sent["id"])
    assert (quotation.status, quotation.reject_reason) == ("rejected", "Too late")


def test_customer_comments_and_the_offer_stays_open(customer, link, sent):
    assert (
        answer(customer, link, name="<b>Ravi", action="comment", text="<script>x</script>").status_code == 302
    )
    page = customer.get(link).content.decode()
    assert "&lt;script&gt;x&lt;/script&gt;" in page
    assert "<script>x" not in page
    assert Quotation.objects.get(pk=sent["id"]).status == "sent"


def test_answer_without_csrf_token_is_refused(customer, link, sent):
    assert customer.post(link, {"name": "Ravi", "action": "accept"}).status_code == 403
    assert Quotation.objects.get(pk=sent["id"]).status == "sent"


def test_answered_offer_is_not_answered_again(customer, link):
    answer(customer, link, name="Ravi", action="accept")
    other = Client(HTTP_HOST="acme.localhost")
    assert other.post(link, {"name": "Eve", "action": "reject", "text": "no"}).status_code == 409


def test_what_our_people_enter_is_no_signature_of_the_customers(api, administrator, customer, link, sent):
    """A clerk makes the order: neither the page nor the print says that he accepted for the customer."""
    api.post(f"sales/quotations/{sent['id']}/convert/", {}, 201)
    row = Quotation.objects.get(pk=sent["id"])
    assert (row.status, row.decided_by, row.decided_at is None) == ("accepted", "", False)
    page = customer.get(link).content.decode()
    assert "This offer is accepted." in page
    assert administrator.name not in page
    signature = quotation_print(row).signatures[1]
    assert (signature.name, signature.note) == ("", "Name, date, seal")


@pytest.mark.parametrize("damage", ["x", "1.x:y", "9999999.abc:sig", "%00", "1" * 3000])
def test_forged_tokens_are_not_found(customer, link, damage):
    assert customer.get(f"/q/{damage}/").status_code == 404
    assert customer.get(f"/q/{damage}/pdf/").status_code == 404


def test_changed_id_or_signature_is_not_found(customer, link, sent):
    token = quotation_token(Quotation.objects.get(pk=sent["id"]))
    other_id = token.replace(str(sent["id"]), str(sent["id"] + 1), 1)
    assert customer.get(f"/q/{other_id}/").status_code == 404
    assert customer.get(f"/q/{token[:-1]}/").status_code == 404


def test_link_with_an_old_key_is_not_found(customer, sent):
    old = signer(PURPOSE).sign(f"{sent['id']}.old-key")
    assert customer.get(f"/q/{old}/").status_code == 404
    keyless = signer(PURPOSE).sign(f"{sent['id']}.")
    assert customer.get(f"/q/{keyless}/").status_code == 404


def test_signature_for_another_purpose_is_not_found(customer, sent):
    key = Quotation.objects.get(pk=sent["id"]).link_key
    other = signer("something.else").sign(f"{sent['id']}.{key}")
    assert customer.get(f"/q/{other}/").status_code == 404


def test_link_of_another_organisation_is_not_found(link, sent):
    acme = connection.tenant
    zenith = Client(HTTP_HOST="zenith.localhost")
    assert zenith.get(link).status_code == 404
    connection.set_tenant(acme)
    # even where both organisations have an offer of the same id and key, each signature holds at home only
    key = Quotation.objects.get(pk=sent["id"]).link_key
    connection.set_tenant(get_tenant_model().objects.get(slug="zenith"))
    foreign = signer(PURPOSE).sign(f"{sent['id']}.{key}")
    connection.set_tenant(acme)
    assert Client(HTTP_HOST="acme.localhost").get(f"/q/{foreign}/").status_code == 404


def test_link_ends_with_the_offer(customer, link, sent):
    Quotation.objects.filter(pk=sent["id"]).untracked_update(date="2020-01-01", valid_until="2020-01-31")
    page = customer.get(link)
    assert page.status_code == 410
    assert "Chair" not in page.content.decode()
    assert customer.get(f"{link}pdf/").status_code == 410
    assert Client(HTTP_HOST="acme.localhost").post(link, {"name": "R", "action": "accept"}).status_code == 410


def test_link_of_a_revised_offer_says_so(api, customer, link, sent):
    api.post(f"sales/quotations/{sent['id']}/revise/")
    page = customer.get(link)
    assert page.status_code == 410
    assert "newer version" in page.content.decode()
    assert "Chair" not in page.content.decode()


def test_draft_revision_has_no_link(api, sent):
    new = api.post(f"sales/quotations/{sent['id']}/revise/")["data"]
    assert api.get(f"sales/quotations/{new['id']}/link/")["data"]["url"] == ""


def test_too_many_requests_are_slowed_down(customer, link, monkeypatch):
    from apps.sales.public import LinkThrottle

    monkeypatch.setattr(LinkThrottle, "default_rate", "3/min")
    answers = [customer.get(link).status_code for _ in range(5)]
    assert answers == [200, 200, 200, 429, 429]
    assert int(customer.get(link)["Retry-After"]) > 0


def test_switched_off_module_closes_the_page(customer, link):
    organisation = get_tenant_model().objects.get(slug="acme")
    before = list(organisation.enabled_modules)
    organisation.enabled_modules = [key for key in before if key != "sales"]
    organisation.save()
    try:
        from apps.tenancy.hosts import forget_hosts

        forget_hosts()
        assert customer.get(link).status_code == 404
    finally:
        organisation.enabled_modules = before
        organisation.save()
        forget_hosts()


def test_only_who_may_see_the_quotation_gets_its_link(sent, user_with):
    own = ApiClient(user_with("sales.view_quotation", levels={"sales.*": "own"}))
    own.get(f"sales/quotations/{sent['id']}/link/", 404)


def test_each_limit_counts_its_own_calls(rf):
    """Staff and customer behind one address: the calls of the office don't use up the customer's answers."""
    request = rf.get("/")
    kinds = (AddressThrottle, LinkThrottle, AnswerThrottle)
    assert len({kind().get_cache_key(request, None) for kind in kinds}) == 3


def test_the_key_of_the_link_is_in_no_history_and_no_audit_trail(sent):
    quotation = Quotation.objects.get(pk=sent["id"])
    assert quotation.link_key
    assert "link_key" not in {field.name for field in Quotation.history.model._meta.fields}
    kept = AuditEntry.objects.filter(record_kind="sales.quotation", record_id=quotation.pk)
    assert kept.exists()
    assert not kept.filter(changes__has_key="link_key").exists()
    assert quotation.history.first().instance.link_key == quotation.link_key  # the record itself still has it
