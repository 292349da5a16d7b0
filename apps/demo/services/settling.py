"""Who paid, who didn't: receipts, payments, credit notes and the vouchers of the year."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from apps.accounting.choices import Side
from apps.accounting.ledger import account_for
from apps.accounting.models import Account, Bill, CreditNote, OpenItem, Payment, Receipt, Voucher
from apps.catalog.models import TaxCategory
from apps.core.actor import acting_as
from apps.core.money import round_money
from apps.core.uow import run_in_unit_of_work
from apps.demo.services.makers import posted_make
from apps.demo.services.plan import month_starts
from apps.demo.services.trading import Books

ZERO = Decimal(0)
STEP = 25
"""Documents in one transaction."""


def _posted(books: Books, jobs: list[tuple[Any, dict[str, Any]]]) -> list[Any]:
    """Draft and post documents as the accountant, some in each transaction."""
    made: list[Any] = []
    by = books.people.accounts
    for start in range(0, len(jobs), STEP):
        part = jobs[start : start + STEP]

        def work(part: list[tuple[Any, dict[str, Any]]] = part) -> list[Any]:
            with acting_as(by):
                return [posted_make(model, by=by, **values) for model, values in part]

        made += run_in_unit_of_work(work)
    return made


# --- customers ------------------------------------------------------------------------------------


def credit_notes(books: Books, count: int) -> None:
    """Some goods came back and some prices were lowered; both against recent invoices."""
    recent = sorted(books.invoices, key=lambda row: (row.date, row.pk))[-count * 4 :: 4]
    jobs = []
    for index, invoice in enumerate(recent):
        line = invoice.lines.order_by("position").first()
        returned = index % 2 == 0 and bool(line.product_id and line.product.stocked)
        row = {"invoice_line": line, "quantity": Decimal(1), "product": line.product}
        if not returned:
            row |= {"quantity": line.quantity, "unit_price": round_money(line.unit_price * Decimal("0.05"))}
        jobs.append(
            (
                CreditNote,
                {
                    "invoice": invoice,
                    "company": invoice.company,
                    "party": invoice.party,
                    "date": books.plan.last,
                    "reason_code": "sales_return" if returned else "post_sale_discount",
                    "reason": "Damaged in transit" if returned else "Scheme discount",
                    "moves_stock": returned,
                    "children": {"lines": [row]},
                },
            )
        )
    _posted(books, jobs)


def receipts(books: Books) -> int:
    """Old invoices are paid, recent ones mostly open, a few never: the ageing of a real house."""
    groups: dict[tuple[int, int, date], list[tuple[Any, Decimal]]] = defaultdict(list)
    left = dict(OpenItem.objects.filter(side=Side.RECEIVABLE).values_list("pk", "open_amount"))
    for invoice in books.invoices:
        day = _paid_on(books, invoice)
        if day is None:
            continue
        part = Decimal("0.5") if books.chance.random() < 0.04 else Decimal(1)
        amount = round_money(left[invoice.open_item_id] * part)
        if amount:
            month = day.replace(day=1).replace(month=(day.month - 1) // 2 * 2 + 1)
            groups[invoice.company_id, invoice.party_id, month].append((day, invoice, amount))  # type: ignore[arg-type]  # posted: it has a day
    jobs = [_receipt(books, rows) for _key, rows in sorted(groups.items())]
    return len(_posted(books, jobs))


def _paid_on(books: Books, invoice: Any) -> date | None:
    """The day on which the invoice was paid, None while it is open."""
    age = (books.plan.last - invoice.due_date).days
    likely = 0.97 if age > 90 else 0.9 if age > 60 else 0.72 if age > 30 else 0.4 if age > 0 else 0.05
    if books.chance.random() > likely:
        return None
    late = books.chance.choice((0, 0, 2, 5, 9, 15, 24))
    day = min(invoice.due_date + timedelta(days=late), books.plan.last)
    return max(day, invoice.date)


def _receipt(books: Books, rows: list[Any]) -> tuple[Any, dict[str, Any]]:
    invoice = rows[0][1]
    total = sum((amount for _day, _invoice, amount in rows), ZERO)
    foreign = invoice.currency_id != invoice.company.currency_id
    cash = invoice.party.tax_treatment == "consumer"
    mode = "cash" if cash else "neft" if foreign else books.chance.choice(("neft", "rtgs", "upi", "cheque"))
    charges = Decimal(15) if foreign and total > 100 else ZERO
    return Receipt, {
        "company": invoice.company,
        "party": invoice.party,
        "date": max(day for day, _invoice, _amount in rows),
        "mode": mode,
        "currency": invoice.currency,
        "amount": total,
        "bank_charges": charges,
        "reference": "" if cash else f"{mode[:3].upper()}{books.chance.randint(10**8, 10**9 - 1)}",
        "owner": invoice.owner,
        "children": {"allocations": [{"invoice": inv, "amount": amount} for _d, inv, amount in rows]},
    }


# --- vendors and costs ----------------------------------------------------------------------------


def expense_bills(books: Books, vendors: dict[str, Any]) -> None:
    """Rent, power and transport, billed each month."""
    tax = TaxCategory.objects.get(code="GST18")
    costs = (
        ("MAIN", "Landlord Chakan", "6210", "Rent of the warehouse", "997212", Decimal(85000)),
        ("MAIN", "Chakan Power", "6220", "Electricity", "996912", Decimal(18400)),
        ("SOUTH", "Peenya Transport", "6320", "Outward freight", "996511", Decimal(22500)),
    )
    jobs = []
    company = books.company
    for month in month_starts(books.plan.first, books.plan.last)[1:]:
        for code, name, account, text, sac, amount in costs:
            if code != company.code:
                continue
            value = round_money(amount * Decimal(books.chance.randint(96, 104)) / 100)
            line = {
                "description": text, "hsn": sac, "quantity": Decimal(1), "tax_category": tax,
                "unit_price": amount if account == "6210" else value, "account": _account(company, account),
            }  # fmt: skip
            jobs.append(
                (
                    Bill,
                    {
                        "company": company,
                        "party": vendors[name],
                        "date": month,
                        "vendor_date": month,
                        "vendor_number": f"{name[:2].upper()}-{month:%y%m}",
                        "moves_stock": False,
                        "children": {"lines": [line]},
                    },
                )
            )
    books.bills += _posted(books, jobs)


def payments(books: Books) -> int:
    """Bills that are due are paid, one or two of them late."""
    groups: dict[tuple[int, int, date], list[tuple[date, Any, Decimal]]] = defaultdict(list)
    for bill in books.bills:
        due = bill.due_date + timedelta(days=books.chance.choice((0, 0, 3, 8)))
        if due > books.plan.last or books.chance.random() < 0.06:
            continue
        key = (bill.company_id, bill.party_id, due.replace(day=1))
        groups[key].append((due, bill, abs(bill.open_item.open_amount)))
    jobs = []
    for _key, rows in sorted(groups.items()):
        bill = rows[0][1]
        jobs.append(
            (
                Payment,
                {
                    "company": bill.company,
                    "party": bill.party,
                    "date": max(day for day, _bill, _amount in rows),
                    "mode": "neft",
                    "amount": sum((amount for _d, _b, amount in rows), ZERO),
                    "reference": f"NEFT{books.chance.randint(10**8, 10**9 - 1)}",
                    "children": {"allocations": [{"bill": b, "amount": a} for _d, b, a in rows]},
                },
            )
        )
    return len(_posted(books, jobs))


def _account(company: Any, code: str) -> Account:
    return Account.objects.get(company=company, code=code)


def vouchers(books: Books) -> None:
    """Capital and furniture at the start; each month salaries, rent, power; depreciation."""
    company, first = books.company, books.plan.first
    main = company.code == "MAIN"
    capital, salary = (9_000_000, 180_000) if main else (5_000_000, 80_000)
    bank = account_for(company, "bank")
    jobs = [_voucher(company, first, "Capital brought in", [(bank, capital), ("2110", -capital)])]
    if main:
        furniture = [("1130", 825_000), (bank, -825_000)]
        jobs.append(_voucher(company, first, "Racks and furniture bought", furniture))
    for month in month_starts(first, books.plan.last)[1:]:
        end = month - timedelta(days=1)
        if end >= first:
            jobs += _month_costs(company, company.code, salary, end)
    _posted(books, jobs)


def _month_costs(company: Any, code: str, salary: int, day: date) -> Iterable[tuple[Any, dict[str, Any]]]:
    bank = account_for(company, "bank")
    yield _voucher(company, day, f"Salaries {day:%B %Y}", [("6110", salary), ("3610", -salary)])
    yield _voucher(company, day, f"Salaries paid {day:%B %Y}", [("3610", salary), (bank, -salary)])
    if code == "SOUTH":
        yield _voucher(company, day, f"Rent {day:%B %Y}", [("6210", 42_000), (bank, -42_000)])
        yield _voucher(company, day, f"Electricity {day:%B %Y}", [("6220", 9_600), (bank, -9_600)])
    elif day.month % 3 == 0:
        yield _voucher(company, day, "Depreciation of the quarter", [("6510", 27_500), ("1190", -27_500)])


def _voucher(company: Any, day: date, text: str, rows: list[tuple[Any, int]]) -> tuple[Any, dict[str, Any]]:
    lines = []
    for account, amount in rows:
        found = _account(company, account) if isinstance(account, str) else account
        lines.append({"account": found, "debit": Decimal(max(amount, 0)), "credit": Decimal(max(-amount, 0))})
    return Voucher, {"company": company, "date": day, "narration": text, "children": {"lines": lines}}
