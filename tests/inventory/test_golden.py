"""The golden valuation cases through the stock door and the database."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from apps.company.services.companies import fiscal_year_open
from apps.core.errors import Refused
from apps.inventory.models import StockLayer, StockRow
from tests.factories.catalog import make_product
from tests.factories.inventory import goods, issue, receive, stock_company
from tests.golden.kit import cases, dec
from tests.kit.ledger import assert_balanced
from tests.kit.stock import assert_stock_equals_ledger

pytestmark = pytest.mark.django_db
HELD = [
    case
    for case in cases("domain_cases", "stock_valuation")
    if case.marks or not case.values[0].get("allow_negative")  # negative stock is always refused here
]


@pytest.mark.parametrize(("inputs", "expected"), HELD)
def test_storekeeper_gets_the_golden_value_from_the_books(inputs: dict[str, Any], expected: Any) -> None:
    company = stock_company()
    product = make_product(valuation_method=inputs["method"].lower())
    moves: dict[int, Any] = {}
    rejected = []
    for entry in inputs["moves"]:
        try:
            with transaction.atomic():
                moves[entry["seq"]] = enter(company, product, entry, moves)
        except Refused:
            rejected.append(entry["seq"])
    row = StockRow.objects.get(product=product)
    answer = {
        "closing_qty": row.quantity,
        "closing_value": row.value,
        "rejected": rejected,
        "move_values": {seq: worth(move) for seq, move in moves.items()},
    }
    if row.method != "moving_average":
        by_move = {move.pk: seq for seq, move in moves.items()}
        answer["layers"] = [
            (layer.left, round(layer.unit_cost, 4), by_move[layer.move_id])
            for layer in StockLayer.objects.filter(row=row, left__gt=0)
        ]
    assert {key: answer[key] for key in wanted(expected) if key in answer} == {
        key: value for key, value in wanted(expected).items() if key in answer
    }
    assert_stock_equals_ledger()
    assert_balanced()


def worth(move: Any) -> Decimal:
    return move.value + sum(move.revaluations.values_list("amount", flat=True), Decimal(0))


def wanted(expected: dict[str, Any]) -> dict[str, Any]:
    found = {name: dec(expected[name]) for name in ("closing_qty", "closing_value") if name in expected}
    if "rejected" in expected:
        found["rejected"] = expected["rejected"]
    if "move_values" in expected:
        found["move_values"] = {int(seq): dec(value) for seq, value in expected["move_values"].items()}
    if "layers" in expected:
        found["layers"] = [
            (dec(row["qty"]), dec(row["unit_cost"]), row["from_seq"]) for row in expected["layers"]
        ]
    return found


def enter(company: Any, product: Any, entry: dict[str, Any], moves: dict[int, Any]) -> Any:
    day = date.fromisoformat(entry["date"])
    fiscal_year_open(company=company, day=day)
    quantity = dec(entry["qty"])
    if entry["type"] == "receipt":
        return receive(company, product, quantity, dec(entry["unit_cost"]), day=day)
    if entry["type"] == "issue":
        return issue(company, product, quantity, day=day)
    start, end = ("CUSTOMER", "MAIN") if entry["type"] == "sale_return" else ("MAIN", "VENDOR")
    return goods(company, product, quantity, start, end, day=day, returned_move=moves[entry["ref"]])[0]
