"""A year of trade on paper: what is bought, sold and paid on which day, the same at every load."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

SEED = 20_110
SOUTH_STATES = ("29", "32", "33", "36", "37")
DAY = timedelta(days=1)
ZERO = Decimal(0)


@dataclass(frozen=True)
class Size:
    """How much trade: numbers of documents over the year."""

    main: int = 420
    south: int = 210
    exports: int = 16
    flows: int = 30
    every: int = 3  # a vendor delivers once in so many months
    open_orders: int = 6
    drafts: int = 5
    offers: int = 3
    draft_orders: int = 1


SMALL = Size(main=14, south=6, exports=2, flows=2, every=12, open_orders=1, drafts=1, offers=1)


@dataclass(frozen=True)
class Line:
    product: Any
    quantity: Decimal
    unit_price: Decimal
    discount: Decimal = ZERO


@dataclass
class Sale:
    """``way``: direct, flow (quotation to invoice), open (order left open), draft, offer (a quotation that
    waits for its answer) or begun (an order that nobody confirmed yet)."""

    company: str
    party: Any
    day: date
    lines: list[Line]
    way: str = "direct"
    freight: Decimal = ZERO
    reference: str = ""


@dataclass
class Purchase:
    company: str
    vendor: Any
    day: date
    rows: list[tuple[Any, Decimal, Decimal]]  # product, quantity, unit cost
    opening: bool = False


@dataclass
class Plan:
    first: date
    last: date
    sales: list[Sale] = field(default_factory=list)
    purchases: list[Purchase] = field(default_factory=list)

    def of(self, company: str) -> Plan:
        """What one company does of it."""
        return Plan(
            self.first,
            self.last,
            [sale for sale in self.sales if sale.company == company],
            [item for item in self.purchases if item.company == company],
        )


def month_starts(first: date, last: date) -> list[date]:
    """The first of each month from that of ``first`` to that of ``last``."""
    months, day = [], first.replace(day=1)
    while day <= last:
        months.append(day)
        day = (day + timedelta(days=32)).replace(day=1)
    return months


def plan_make(
    *,
    customers: Sequence[Any],
    vendors: Sequence[Any],
    products: Sequence[Any],
    last: date,
    rates: dict[str, Decimal],
    size: Size,
) -> Plan:
    """The plan of the 12 months that end on ``last``. ``rates``: rupees for one unit of a currency."""
    chance = random.Random(SEED)  # noqa: S311 - made-up trade, not a secret
    plan = Plan(last - timedelta(days=364), last)
    maker = _Maker(chance, plan, products, rates)
    abroad = [p for p in customers if p.tax_treatment == "export"]
    south = [p for p in customers if p.state_code in SOUTH_STATES]
    main = [p for p in customers if p not in abroad and p not in south]
    maker.direct("MAIN", main, size.main)
    maker.direct("SOUTH", south, size.south)
    maker.exports(abroad, size.exports)
    maker.flows("MAIN", main[: max(2, len(main) // 2)], size)
    plan.sales.sort(key=lambda sale: sale.day)
    _purchases(plan, vendors, products, size, chance)
    return plan


class _Maker:
    def __init__(self, chance: random.Random, plan: Plan, products: Sequence[Any], rates: Any) -> None:
        self.chance, self.plan, self.rates = chance, plan, rates
        self.goods = [p for p in products if p.product_kind == "goods"]
        self.services = [p for p in products if p.product_kind == "service"]

    def day(self) -> date:
        """A working day; trade grows over the year."""
        while True:
            offset = int(364 * self.chance.random() ** 0.85)
            day = self.plan.first + timedelta(days=min(max(offset, 2), 364))
            if day.weekday() != 6 and day.day > 1:
                return day

    def direct(self, company: str, parties: Sequence[Any], count: int) -> None:
        weights = [1 / (1 + index % 9) for index in range(len(parties))]
        for party in self.chance.choices(parties, weights, k=count):
            small = party.tax_treatment in ("consumer", "unregistered")
            sale = Sale(company, party, self.day(), self.lines(small=small))
            if not small and self.chance.random() < 0.12:
                sale.freight = Decimal(self.chance.choice((250, 400, 650, 900)))
            if not small and self.chance.random() < 0.5:
                sale.reference = f"PO/{self.chance.randint(100, 9999)}"
            self.plan.sales.append(sale)

    def exports(self, parties: Sequence[Any], count: int) -> None:
        for index in range(count):
            party = parties[index % len(parties)]
            rate = self.rates[party.currency.code]
            lines = [
                Line(line.product, line.quantity * 4, _two(line.unit_price * Decimal("1.1") / rate))
                for line in self.lines()
                if line.product.product_kind == "goods"
            ]
            self.plan.sales.append(Sale("MAIN", party, self.day(), lines))

    def flows(self, company: str, parties: Sequence[Any], size: Size) -> None:
        """The last weeks went by quotation and order; some of it still waits for somebody."""
        ways = ["flow"] * size.flows + ["open"] * size.open_orders + ["draft"] * size.drafts
        ways += ["offer"] * size.offers + ["begun"] * size.draft_orders
        for index, way in enumerate(ways):
            back = 3 + (index * 50) // max(len(ways), 1) if way == "flow" else index % 6
            day = self.plan.last - timedelta(days=back)
            party = parties[index % len(parties)]
            reference = f"PO/{self.chance.randint(100, 9999)}"
            self.plan.sales.append(Sale(company, party, day, self.lines(), way, reference=reference))

    def lines(self, *, small: bool = False) -> list[Line]:
        picked = self.chance.sample(self.goods, self.chance.randint(1, 2 if small else 5))
        lines = [self.line(product, small) for product in picked]
        if not small and self.chance.random() < 0.08:
            service = self.chance.choice(self.services)
            lines.append(Line(service, Decimal(1), service.sale_price))
        return lines

    def line(self, product: Any, small: bool) -> Line:
        price = product.sale_price
        top = 60 if price < 100 else 24 if price < 500 else 8 if price < 2000 else 3
        quantity = self.chance.randint(1, max(1, top // 6 if small else top))
        discount = Decimal(self.chance.choice((0, 0, 0, 5, 7.5, 10))) if not small else ZERO
        return Line(product, Decimal(quantity), price, discount)


def _two(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


# --- buying ---------------------------------------------------------------------------------------


def _purchases(
    plan: Plan, vendors: Sequence[Any], products: Sequence[Any], size: Size, chance: random.Random
) -> None:
    """Opening stock and goods of each vendor in time for what is sold until he delivers again."""
    months = month_starts(plan.first, plan.last)
    goods = [p for p in products if p.product_kind == "goods"]
    vendor_of = {p.pk: index * len(vendors) // len(goods) for index, p in enumerate(goods)}
    for company in ("MAIN", "SOUTH"):
        needs = _needs(plan, company, vendor_of, months, size.every)
        opening = _opening(goods, needs, chance, company)
        plan.purchases.append(Purchase(company, None, plan.first, opening, opening=True))
        for (month, vendor), rows in sorted(needs.items()):
            if month == 0:
                continue
            bought = [
                (product, _dozen(quantity), _cost(product, chance)) for product, quantity in rows.items()
            ]
            plan.purchases.append(Purchase(company, vendors[vendor], months[month], bought))
    plan.purchases.sort(key=lambda item: item.day)


def _needs(
    plan: Plan, company: str, vendor_of: dict[int, int], months: list[date], every: int
) -> dict[tuple[int, int], dict[Any, Decimal]]:
    """{(month in which he delivers, vendor): {product: quantity sold until his next delivery}}."""
    found: dict[tuple[int, int], dict[Any, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    for sale in plan.sales:
        if sale.company != company:
            continue
        month = (sale.day.year - months[0].year) * 12 + sale.day.month - months[0].month
        for line in sale.lines:
            if line.product.pk in vendor_of:
                vendor = vendor_of[line.product.pk]
                back = (month - vendor) % every
                found[max(0, month - back), vendor][line.product] += line.quantity
    return found


def _opening(
    goods: Sequence[Any],
    needs: dict[tuple[int, int], dict[Any, Decimal]],
    chance: random.Random,
    company: str,
) -> list[tuple[Any, Decimal, Decimal]]:
    first: dict[Any, Decimal] = defaultdict(lambda: ZERO)
    for (month, _vendor), rows in needs.items():
        if month == 0:
            for product, quantity in rows.items():
                first[product] += quantity
    spare = 12 if company == "MAIN" else 6
    return [
        (
            p,
            _dozen(first[p]) + Decimal(chance.randint(1, spare)) * (4 if p.sale_price < 500 else 1),
            p.purchase_price,
        )
        for p in goods
    ]


def _dozen(quantity: Decimal) -> Decimal:
    """What is ordered for a need: a little more."""
    return (quantity * Decimal("1.1")).quantize(Decimal(1), ROUND_HALF_UP) + 2


def _cost(product: Any, chance: random.Random) -> Decimal:
    return _two(product.purchase_price * Decimal(chance.randint(97, 104)) / 100)
