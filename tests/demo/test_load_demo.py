"""The demo organisation: loads, proves itself, comes again after a kill, goes away."""

from __future__ import annotations

import os

import pytest
from django.db import connection
from django.db.models import Count

from apps.accounting.models import Allocation, Bill, CreditNote, DebitNote, Invoice, Receipt, YearClosing
from apps.accounting.statements.opening import opening_state
from apps.accounts.models import Department, User
from apps.catalog.models import PartyPriceList, PriceListItem
from apps.company.models import Company
from apps.company.selectors import company_today
from apps.core.errors import Refused
from apps.core.tenant import organisation_context
from apps.demo.services import loading
from apps.demo.services.parallel import side_by_side
from apps.demo.services.passwords import password_make
from apps.demo.services.plan import SMALL
from apps.documents.printing import picture_verify
from apps.documents.services.printing import print_company
from apps.messaging.models import Notification
from apps.parties.models import Party
from apps.portal.checklist import checklist_of
from apps.runtime.models import OutboxEvent
from apps.sales.models import Delivery, DeliveryLine, Order, Quotation
from apps.sales.services.proof import company_prove
from apps.tenancy.models import Organisation
from apps.tenancy.selectors import demo_state
from apps.tenancy.services.deletion import organisation_delete


def quiet(_text: str) -> None:
    """Nobody reads the progress here."""


def departments_are_isolated():
    """Two selling departments see their own customers and documents, and nothing of each other's."""
    neha, lakshmi = (User.objects.get(email__startswith=name) for name in ("neha", "lakshmi"))
    assert neha.department_id != lakshmi.department_id
    for model in (Party, Order, Invoice):
        hers, theirs = (set(model.objects.for_user(u).values_list("pk", flat=True)) for u in (lakshmi, neha))
        assert hers, model
        assert theirs, model
        assert not hers & theirs, model


def nothing_of_the_tour_is_empty():
    """What somebody finds who looks around: all set up, offers and orders to decide, prices, news."""
    asha = User.objects.get(email__startswith="asha")
    assert checklist_of(asha) == {}  # which means: everything is done
    assert Quotation.objects.filter(status="sent", valid_until__gte=company_today()).exists()
    assert Order.objects.filter(status="draft").exists()
    breaks = PriceListItem.objects.filter(price_list__code="DEALER").values_list("min_quantity", flat=True)
    assert len(set(breaks)) == 3
    assert PartyPriceList.objects.count() >= 3
    for company in Company.objects.all():
        opening = opening_state(company)
        assert (opening.equity, {part.missing for part in opening.parts}) == (0, {0})
        sender = print_company(company)
        for part in ("logo", "signature", "seal"):
            picture_verify(getattr(sender, part), part)
    told = {key for event in OutboxEvent.objects.all() for key in event.payload.get("mentioned", [])}
    assert len(told) >= 3
    assert not Notification.objects.exists()  # they come when the worker starts, and nothing of the past


def test_a_small_demo_loads_proves_itself_and_goes(owner):
    signs = loading.demo_load(say=quiet, size=SMALL)
    assert [sign.host for sign in signs] == ["localhost"] * 9
    roles = {sign.role for sign in signs}
    assert len(roles) == 8
    assert {"Customer portal (customer)", "Customer portal (vendor)"} < roles
    organisation = Organisation.objects.get(slug="demo")
    assert (organisation.is_demo, organisation.state) == (True, "active")
    with organisation_context(organisation.schema_name):
        assert User.objects.get(email=signs[0].email).check_password(signs[0].password)
        assert set(Invoice.objects.values_list("company__code", flat=True)) == {"MAIN", "SOUTH"}
        assert Order.objects.filter(status="confirmed").exists()
        assert Quotation.objects.filter(status="draft").exists()
        departments_are_isolated()
        nothing_of_the_tour_is_empty()
        assert DeliveryLine.objects.exclude(components=[]).filter(delivery__status="posted").exists()
        assert DebitNote.objects.filter(status="posted").exists()
        assert set(YearClosing.objects.values_list("status", "company__code")) == {
            ("closed", "MAIN"),
            ("closed", "SOUTH"),
        }
    again = loading.demo_load(say=quiet, size=SMALL)
    assert [(s.role, s.email) for s in again] == [(s.role, s.email) for s in signs]
    with organisation_context(organisation.schema_name):
        user = User.objects.get(email=signs[0].email)
        assert user.check_password(again[0].password)
        assert not user.check_password(signs[0].password)
    assert demo_state() == "active"
    assert loading.demo_remove() is True
    assert demo_state() == "removed"  # so that the launcher offers its sign-ins no more
    assert loading.demo_remove() is False
    assert not Organisation.objects.filter(slug="demo").exists()


def test_password_of_the_demo_never_spells_a_name():
    """Seven letters of twelve are needed to be too like a name such as Lakshmi: the load then failed."""
    assert all(sum(map(str.isalpha, password_make())) == 6 for _number in range(200))
    assert len({password_make() for _number in range(200)}) == 200


def test_a_half_loaded_demo_is_made_anew(owner, monkeypatch):
    def killed(*_args):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(loading.settling, "receipts", killed)
        with pytest.raises(KeyboardInterrupt):
            loading.demo_load(say=quiet, size=SMALL)
    connection.set_schema_to_public()
    assert Organisation.objects.get(slug="demo").state == "provisioning"
    assert len(loading.demo_load(say=quiet, size=SMALL)) == 9
    assert Organisation.objects.get(slug="demo").state == "active"


@pytest.mark.full
def test_the_whole_demo_is_a_year_of_trade(owner):
    loading.demo_load(say=quiet)
    organisation = Organisation.objects.get(slug="demo")
    with organisation_context(organisation.schema_name):
        assert Invoice.objects.filter(status="posted").count() >= 600
        assert (
            Order.objects.exclude(quotation=None).filter(deliveries__status="posted").distinct().count() >= 25
        )
        assert Invoice.objects.exclude(currency__code="INR").filter(status="posted").count() >= 10
        assert Allocation.objects.exclude(gain_loss=0).exists()
        assert Bill.objects.filter(status="posted").count() >= 60
        assert CreditNote.objects.filter(status="posted").exists()
        assert Receipt.objects.filter(status="posted").count() >= 100
        assert Delivery.objects.filter(status="posted").count() >= 600
        months = Invoice.objects.values("date__year", "date__month").annotate(n=Count("id"))
        assert len(months) >= 12
        from apps.company.models import Company

        for company in Company.objects.all():
            pairs, problems = company_prove(company)
            assert problems == []
            assert all(pair.agrees for pair in pairs)


class Narrow(Exception):
    """Travels from a process, and can't be made again from what arrives."""

    def __init__(self, what: str, width: int) -> None:
        super().__init__(f"{what} {width}")


def test_works_side_by_side_write_and_the_error_of_one_is_told(owner):
    def note(code: str) -> None:
        Department.objects.create(code=code, name=code)

    def fail() -> None:
        raise Refused("The second gave up.", code="second")

    def narrow() -> None:
        raise Narrow("wide", 3)

    with organisation_context("acme"):
        side_by_side([lambda: note("first"), lambda: note("third")])
        assert Department.objects.filter(code__in=("first", "third")).count() == 2
        with pytest.raises(Refused, match="gave up"):
            side_by_side([lambda: note("fourth"), fail])
        assert Department.objects.filter(code="fourth").exists()
        with pytest.raises(RuntimeError, match="Narrow"):
            side_by_side([lambda: note("sixth"), narrow])
        with pytest.raises(RuntimeError, match="ended with"):
            side_by_side([lambda: note("fifth"), lambda: os.kill(os.getpid(), 9)])


def test_last_organisation_left_opens_on_the_machines_own_addresses(owner):
    for slug in ("zenith", "acme"):
        Organisation.objects.filter(slug=slug).update(is_default=slug == "acme")
    organisation_delete(Organisation.objects.get(slug="acme"))
    assert list(Organisation.objects.values_list("slug", "is_default")) == [("zenith", True)]
