"""Each ready role asks each operation of the OpenAPI document; the answer is what its permissions say.

What is expected is worked out from the declared access and the role's rights; what is observed is the status
of a real request: hidden 404, forbidden 403, allowed neither. The fast tier asks a fixed sample.
"""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from django.db import transaction
from django.urls import resolve
from django.utils import timezone

from apps.accounts.models import Role, User
from apps.core.permissions import ready_roles
from apps.core.surfaces import access_of_address
from tests.factories import invoicing
from tests.factories.inventory import place
from tests.factories.parties import make_customer
from tests.factories.portal import portal_person
from tests.factories.sales import Shop
from tests.kit.clients import ApiClient
from tests.kit.figures import note

pytestmark = pytest.mark.django_db
DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "openapi.yaml"
SAMPLE, NOWHERE = 200, 99_999_999
PORTAL = "customer_portal"
WRITES = ("post", "put", "patch", "delete")


class Operation(NamedTuple):
    method: str
    path: str


def operations() -> list[Operation]:
    paths = yaml.load(DOCUMENT.read_text(), yaml.CSafeLoader)["paths"]
    return [Operation(m, p) for p, item in sorted(paths.items()) for m in item if m in (*WRITES, "get")]


def pairs() -> list[tuple[str, Operation]]:
    every = operations()
    return [(role, operation) for role in sorted(ready_roles()) for operation in every]


@pytest.fixture
def people(db) -> dict[str, User]:
    """A user of each ready role, as provisioning installs the roles."""
    made = {PORTAL: portal_person(make_customer())}
    for code in ready_roles().keys() - made.keys():
        user = User.objects.create_user(f"{code}@acme.example", name=code)
        user.roles.add(Role.objects.get(code=code))
        made[code] = user
    return made


@pytest.fixture
def world(api) -> None:
    """At least one record of the kinds that have verbs, entered by the administrator."""
    shop = Shop()
    api.post("sales/quotations/", shop.draft())
    order = api.post("sales/orders/", shop.draft())["data"]
    shop.stock()
    api.post(f"sales/orders/{order['id']}/confirm/", expect=200)
    api.post(f"sales/orders/{order['id']}/deliver/", expect=201)
    company, party = shop.company, shop.customer
    posted = invoicing.invoice(company=company, party=party, post=True)
    invoicing.credit_note(invoice=posted)
    invoicing.proforma(company=company, party=party)
    vendor = invoicing.vendor()
    invoicing.bill(company=company, party=vendor, post=True)
    invoicing.receipt(company=company, party=party, amount="10")
    invoicing.payment(company=company, party=vendor, amount="10")
    body = {"company": company.pk, "date": timezone.localdate().isoformat(), "place": place(company).pk}
    lines = [{"product": shop.chair.pk, "quantity": "2", "unit_cost": "1"}]
    api.post("inventory/inwards/", {**body, "lines": lines})


def expected(user: User, declared: Any, model: Any, pk: int | None) -> int:
    """403, 404, or 200 for "neither"."""
    if user.is_portal:
        return (404 if pk == NOWHERE else 200) if declared.portal else 403
    if declared.kind == "portal":
        return 403
    if declared.kind != "codes":
        return 200
    view = [code for code in declared.all_of if ".view_" in code]
    if not all(user.access.has(code) for code in view):
        return 403
    if pk is not None and model is not None and not model.objects.for_user(user).filter(pk=pk).exists():
        return 404
    return 200 if declared.met_by(user.access) else 403


PROOF_WANTED = 428


def observed(client: ApiClient, operation: Operation, address: str) -> int:
    """The status of the real request, whose effect is undone.

    ``PROOF_WANTED`` for who may do it, once he has proved anew that it is he.
    """
    with transaction.atomic():
        call = getattr(client.client, operation.method)
        answer = call(address) if operation.method == "get" else call(address, {}, format="json")
        transaction.set_rollback(True)
    if answer.status_code == 403 and answer.json()["errors"][0]["code"] == "confirmation_required":
        return PROOF_WANTED
    return answer.status_code


def agrees(wanted: int, status: int) -> bool:
    if wanted == 200:
        return status not in (401, 403, 429) and status < 500
    return status == wanted


def _looks_into_the_bin(view: Any, operation: Operation) -> bool:
    """Whether the address finds records of the bin only, which is empty here (``test_bin.py`` asks those)."""
    return operation.path.endswith("/restore/") and view.verb_permissions.get("restore") == "delete"


def ask(chosen: list[tuple[str, Operation]], people: dict[str, User]) -> tuple[dict[int, int], list[str]]:
    """(how many of each expectation, the breaches)."""
    counts: dict[int, int] = {}
    breaches = []
    clients = {code: ApiClient(user) for code, user in people.items()}
    for code, operation in chosen:
        match = resolve(operation.path.replace("{id}", str(NOWHERE)), "config.urls")
        declared = access_of_address(match.url_name, match.func, operation.method)
        assert declared is not None, operation
        if declared.kind not in ("codes", "portal") and operation.method != "get":
            continue  # sign-in, one's own bell: tested where they live
        model = getattr(getattr(match.func, "cls", None), "model", None)
        pk = None
        if "{id}" in operation.path:
            row = None
            if model is not None and not _looks_into_the_bin(match.func.cls, operation):
                row = model._default_manager.order_by("pk").first()
            pk = row.pk if row is not None else NOWHERE
        user = User.objects.get(pk=people[code].pk)
        wanted = expected(user, declared, model, pk)
        status = observed(clients[code], operation, operation.path.replace("{id}", str(pk)))
        counts[wanted] = counts.get(wanted, 0) + 1
        if not agrees(wanted, status):
            breaches.append(f"{code}: {operation.method} {operation.path}: expected {wanted}, got {status}")
    return counts, breaches


def test_sample_of_roles_and_operations_is_answered_as_declared(people, world):
    counts, breaches = ask(random.Random(26).sample(pairs(), SAMPLE), people)
    assert not breaches
    assert counts[200] > 10
    assert counts[403] > 10


@pytest.mark.full
def test_every_role_and_operation_is_answered_as_declared(people, world):
    chosen = pairs()
    counts, breaches = ask(chosen, people)
    asked = f"{sum(counts.values())} of {len(chosen)} asked: {counts}"
    note(asked)
    assert not breaches, "\n".join([asked, f"{len(breaches)} breaches", *breaches[:200]])
