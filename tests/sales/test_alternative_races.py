"""Clerks and the customer choose in one group of alternatives at once: one choice stands, the sums follow."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.core.tenant import organisation_context
from apps.core.uow import run_in_unit_of_work
from apps.sales.models import Order, Quotation
from tests.factories.portal import portal_person
from tests.factories.sales import Shop
from tests.kit.clients import ApiClient
from tests.kit.threads import run_in_threads

pytestmark = [pytest.mark.race, pytest.mark.full]
PATH, THREADS, REFUSED = "sales/quotations/", 8, 409
SUMS = ("10500.00", "8500.00")  # with the ten chairs, with the two tables; the fitting is in both


class Offer:
    """Ten chairs or instead two tables, and a fitting: committed, with whoever may choose."""

    def __init__(self) -> None:
        self.shop = Shop()
        self.clerk = User.objects.get(email="asha@acme.example")
        self.buyer = portal_person(self.shop.customer)

    def draft(self) -> None:
        shop = self.shop
        lines = (
            {"product": shop.chair.pk, "quantity": "10"},
            {"product": shop.table.pk, "quantity": "2", "alternative": True},
            {"product": shop.fitting.pk, "quantity": "1"},
        )
        made = ApiClient(self.clerk).post(PATH, shop.draft(*lines))["data"]
        self.pk, self.version = made["id"], made["version"]
        self.lines = [line["id"] for line in made["lines"]]

    def send(self) -> None:
        api = ApiClient(self.clerk)
        api.post(f"{PATH}{self.pk}/send/", expect=200)
        self.page = api.get(f"{PATH}{self.pk}/link/")["data"]["url"].split("acme.localhost", 1)[1]

    def by_clerk(self, verb: str, number: int) -> int:
        return call(self.clerk, "post", f"{PATH}{self.pk}/{verb}/", {"chosen": [self.lines[number % 2]]})

    def by_buyer(self, number: int) -> int:
        body = {"name": "Meera", "chosen": [self.lines[number % 2]]}
        return call(self.buyer, "post", f"portal/quotations/{self.pk}/accept/", body)

    def by_link(self, number: int) -> int:
        form = {"action": "accept", "name": "Meera", "chosen-1": self.lines[number % 2]}
        return Client(HTTP_HOST="acme.localhost").post(self.page, form).status_code

    def in_draft(self, number: int) -> int:
        lines: list[dict[str, Any]] = [{"id": pk} for pk in self.lines]
        for place in (0, 1):
            lines[place]["chosen"] = place == number % 2
        note = f"Told by {number}"  # the first line was chosen: what changes nothing is no contest
        body = {"lines": lines, "version": self.version, "special_terms": note}
        return call(self.clerk, "patch", f"{PATH}{self.pk}/", body)

    def total_of_the_choice(self) -> str:
        """The stored total, after checking that it is of the one line that is chosen."""
        row = Quotation.objects.get(pk=self.pk)
        (chosen,) = row.lines.filter(chosen=True)
        assert str(row.taxable_total) == SUMS[self.lines.index(chosen.pk)]
        return str(row.taxable_total)


def call(user: User, method: str, path: str, body: dict[str, Any]) -> int:
    client = ApiClient(user).client
    return getattr(client, method)(f"/api/v1/{path}", body, format="json").status_code


@pytest.fixture
def offer(commits: str) -> Offer:
    made = run_in_unit_of_work(Offer)
    with organisation_context("org_acme"):
        made.draft()
    return made


@pytest.fixture
def sent(offer: Offer) -> Offer:
    with organisation_context("org_acme"):
        offer.send()
    return offer


def one_went_through(answers: list[Any]) -> int:
    """The number of the one whose choice was taken; all others were told that they came too late."""
    taken = [number for number, answer in enumerate(answers) if answer in (200, 201, 302)]
    assert len(taken) == 1, answers
    assert answers.count(REFUSED) == THREADS - 1, answers
    return taken[0]


def test_clerk_and_customer_accept_different_alternatives_at_once(sent):
    def work(number: int) -> int:
        who = number // 2 % 3
        if who == 0:
            return sent.by_clerk("accept", number)
        return sent.by_buyer(number) if who == 1 else sent.by_link(number)

    taken = one_went_through(run_in_threads(THREADS, work))
    assert sent.total_of_the_choice() == SUMS[taken % 2]


def test_two_clerks_order_different_alternatives_at_once(sent):
    taken = one_went_through(run_in_threads(THREADS, lambda number: sent.by_clerk("convert", number)))
    assert sent.total_of_the_choice() == SUMS[taken % 2]
    assert str(Order.objects.get(quotation=sent.pk).taxable_total) == SUMS[taken % 2]


def test_customer_accepts_one_while_a_clerk_orders_the_other(sent):
    def work(number: int) -> int:
        return sent.by_clerk("convert", 1) if number % 2 else sent.by_link(0)

    answers = run_in_threads(2, work)
    assert all(answer in (200, 201, 302, REFUSED) for answer in answers), answers
    total = sent.total_of_the_choice()
    for order in Order.objects.filter(quotation=sent.pk):
        assert str(order.taxable_total) == total


def test_two_clerks_choose_in_the_draft_at_once(offer):
    taken = one_went_through(run_in_threads(THREADS, offer.in_draft))
    assert offer.total_of_the_choice() == SUMS[taken % 2]
