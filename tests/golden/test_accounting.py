"""Rates, rules, credit notes, allocation, ageing, currency and statements against golden cases."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.accounting.calculation import rates, rules
from apps.accounting.calculation.ageing import AgedItem, ageing, bucket_labels, bucket_of
from apps.accounting.calculation.allocation import OpenInvoice, Payment, allocate
from apps.accounting.calculation.credit_notes import credit_amount, credit_components, credit_series
from apps.accounting.calculation.currency import (
    ForeignItem,
    Settlement,
    Side,
    revalue,
    settle_home,
    to_home,
)
from apps.accounting.calculation.statements import (
    Account,
    AccountType,
    JournalRow,
    JournalVoucher,
    post_journals,
    statements,
)
from apps.core.india.dated import Dated
from apps.core.money import round_rupee

from .kit import REFERENCE, cases, dec, meta, same

D = Decimal


def day(text: str) -> date:
    return date.fromisoformat(text)


def rate_tables() -> dict[str, list[Dated[rates.GstRate]]]:
    origins = ["own"] + (["reference"] if REFERENCE.exists() else [])
    return {
        row["item"]: [
            Dated(day(entry["effective_from"]), rates.GstRate(dec(entry["rate_pct"])))
            for entry in row["history"]
        ]
        for origin in origins
        for row in meta("gst_rates", origin)["rate_table"]
    }


@pytest.mark.parametrize(("inputs", "expected"), cases("gst_rates", "rate_on"))
def test_seller_gets_the_golden_rate(inputs: dict[str, Any], expected: dict[str, Any]) -> None:
    rate = rates.rate_on(rate_tables()[inputs["item"]], day(inputs["date"]))
    assert rate.gst == dec(expected["gst_rate_pct"])


@pytest.mark.parametrize(("inputs", "expected"), cases("gst_rates", "rate_change_s14"))
def test_seller_gets_the_golden_side_of_a_change(inputs: dict[str, Any], expected: dict[str, Any]) -> None:
    side = rates.rate_side(
        day(inputs["change_date"]),
        supply_date=day(inputs["supply_date"]),
        invoice_date=day(inputs["invoice_date"]),
        payment_date=day(inputs["payment_date"]),
        goods=inputs["supply"] == "goods",
    )
    assert side == expected["rate_applies"]


HISTORY = [
    Dated(date(2017, 7, 1), rates.GstRate(D(28))),
    Dated(date(2026, 2, 1), rates.GstRate(D(40))),
]


def test_rate_of_a_supply_across_a_change() -> None:
    january, february = date(2026, 1, 20), date(2026, 2, 10)
    service = rates.rate_for_supply(
        HISTORY, supply_date=january, invoice_date=february, payment_date=february, goods=False
    )
    assert service.gst == 40
    goods = rates.rate_for_supply(HISTORY, supply_date=january, invoice_date=february)
    assert goods.gst == 28
    assert rates.rate_for_supply(HISTORY, supply_date=february, invoice_date=february).gst == 40
    with pytest.raises(LookupError, match="01-01-2017"):
        rates.rate_on(HISTORY, date(2017, 1, 1))


def test_late_bank_credit_counts_from_the_bank() -> None:
    change = date(2026, 2, 1)  # a Sunday: four working days end on Thursday the 5th
    booked = date(2026, 1, 31)
    assert rates.payment_date_for_rate(booked, date(2026, 2, 5), change) == booked
    assert rates.payment_date_for_rate(booked, date(2026, 2, 6), change) == date(2026, 2, 6)
    holiday = {date(2026, 2, 3)}
    assert rates.payment_date_for_rate(booked, date(2026, 2, 6), change, holiday) == booked


def rule_answer(inputs: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = RULES[inputs["kind"]](inputs)
    return answer


def doc_number(inputs: dict[str, Any]) -> dict[str, Any]:
    gst, irn = rules.document_number_allowed(inputs["value"])
    return {"valid_for_gst": gst, "valid_for_irn": irn}


def gst_interest(inputs: dict[str, Any]) -> dict[str, Any]:
    interest = rules.gst_interest(
        dec(inputs["net_tax_liability"]),
        inputs["days_late"],
        minimum_cash_balance=dec(inputs["minimum_cash_ledger_balance"]),
    )
    return {"interest": interest, "interest_rounded": round_rupee(interest)}


def gst_late_fee(inputs: dict[str, Any]) -> dict[str, Any]:
    fee = rules.gst_late_fee(
        inputs["return_type"],
        inputs["days_late"],
        dec(inputs["previous_year_aato"]),
        nil_return=inputs["nil_return"],
        period=date(2026, 6, 1),
    )
    return {"late_fee_total": fee, "cgst": fee / 2, "sgst": fee / 2}


def tds_interest(inputs: dict[str, Any]) -> dict[str, Any]:
    tds = dec(inputs["tds"])
    if inputs["nature"] == "late_deduction":
        months, interest = rules.tds_interest_late_deduction(
            tds, day(inputs["deductible_on"]), day(inputs["deducted_on"])
        )
    else:
        months, interest = rules.tds_interest_late_payment(
            tds, day(inputs["deducted_on"]), day(inputs["paid_on"]), day(inputs["due_on"])
        )
    return {"months": months, "interest": interest}


def irn_cancel(inputs: dict[str, Any]) -> dict[str, Any]:
    acknowledged, cancelled = (
        datetime.fromisoformat(inputs[key] + "+05:30") for key in ("acknowledged_at", "cancel_at")
    )
    eway = inputs["active_eway_bill"]
    return {"allowed": rules.irn_cancel_allowed(acknowledged, cancelled, active_eway_bill=eway)}


RULES: dict[str, Any] = {
    "doc_number": doc_number,
    "hsn_digits": lambda i: {
        "minimum_digits": rules.hsn_minimum_digits(
            dec(i["previous_year_aato"]), b2b=i["supply"] == "B2B", day=date(2026, 6, 1)
        )
    },
    "b2c_section": lambda i: {
        "section": rules.b2c_section(
            day(i["date"]), interstate=i["interstate"], invoice_value=dec(i["invoice_value"])
        )
    },
    "einvoice_applicable": lambda i: {
        "applicable": rules.einvoice_applicable(day(i["date"]), dec(i["highest_aato_since_2017_18"]))
    },
    "irn_report_in_time": lambda i: {
        "allowed": rules.irn_report_in_time(day(i["reported_on"]), day(i["document_date"]), dec(i["aato"]))
    },
    "irn_cancel": irn_cancel,
    "gst_interest": gst_interest,
    "gst_late_fee": gst_late_fee,
    "tds_interest": tds_interest,
}


@pytest.mark.parametrize(("inputs", "expected"), cases("gst_rules"))
def test_accountant_gets_the_golden_rule(inputs: dict[str, Any], expected: dict[str, Any]) -> None:
    answer = rule_answer(inputs)
    assert same(expected, answer), answer


def test_rules_know_what_held_earlier() -> None:
    assert rules.hsn_minimum_digits(D("20000000"), b2b=True, day=date(2019, 1, 1)) == 2
    assert rules.hsn_minimum_digits(D("20000000"), b2b=True, day=date(2016, 1, 1)) == 0
    paid = rules.gst_interest(D(50000), 10, minimum_cash_balance=D(50000), period=date(2025, 12, 1))
    assert paid == D("246.58")
    with pytest.raises(LookupError, match="GSTR-3B of 05/2021"):
        rules.gst_late_fee("GSTR-3B", 3, D(1), nil_return=False, period=date(2021, 5, 1))
    assert rules.irn_last_report_day(date(2026, 6, 1), D("200000000"), day=date(2026, 6, 1)) == date(
        2026, 7, 1
    )
    assert rules.irn_last_report_day(date(2026, 6, 1), D("20000000"), day=date(2026, 6, 1)) is None
    assert rules.tds_statement_fee(10, D("1500"), day=date(2026, 8, 10)) == D(1500)
    assert rules.tds_statement_fee(3, D("1500"), day=date(2026, 8, 3)) == D(600)


@pytest.mark.parametrize(("inputs", "expected"), cases("domain_cases", "credit_note_series"))
def test_seller_gets_the_golden_credits(inputs: dict[str, Any], expected: dict[str, Any]) -> None:
    series = credit_series(
        dec(inputs["line_total"]), dec(inputs["qty"]), [dec(part) for part in inputs["credits"]]
    )
    assert same(expected, {"credit_amounts": list(series.amounts), "remaining": series.remaining})


@given(st.decimals(0, 10**6, places=2), st.lists(st.decimals(D("0.1"), 9, places=1), min_size=1, max_size=9))
def test_a_full_series_of_credits_gives_the_line_back(total: Decimal, parts: list[Decimal]) -> None:
    series = credit_series(total, sum(parts, D(0)), parts)
    assert series.remaining == 0
    assert sum(series.amounts, D(0)) == total


def test_seller_cannot_credit_more_than_was_billed() -> None:
    with pytest.raises(ValueError, match="Only 1 of 3 are left"):
        credit_amount(D(100), D(3), D(2), credited_quantity=D(2), credited_amount=D("66.67"))
    with pytest.raises(ValueError, match="must be positive"):
        credit_amount(D(100), D(3), D(0))


def test_parts_of_a_line_are_credited_each_to_the_end() -> None:
    line = {"taxable": D("100.00"), "cgst": D("9.01"), "sgst": D("9.01")}
    first = credit_components(line, D(3), D(1))
    second = credit_components(line, D(3), D(2), credited_quantity=D(1), credited=first)
    assert first == {"taxable": D("33.33"), "cgst": D("3.00"), "sgst": D("3.00")}
    assert {name: first[name] + second[name] for name in line} == line


@pytest.mark.parametrize(("inputs", "expected"), cases("domain_cases", "payment_allocation"))
def test_cashier_gets_the_golden_allocation(inputs: dict[str, Any], expected: dict[str, Any]) -> None:
    result = allocate(
        [OpenInvoice(row["id"], day(row["due"]), dec(row["amount"])) for row in inputs["invoices"]],
        [
            Payment(row["id"], dec(row["amount"]), dec(row.get("tds")), row.get("against", ()))
            for row in inputs["payments"]
        ],
        write_off_tolerance=dec(inputs.get("write_off_tolerance")),
    )
    answer = {
        "allocations": [
            {"payment": part.payment, "invoice": part.invoice, "amount": part.amount}
            for part in result.allocations
        ],
        "outstanding": result.outstanding,
        "unallocated": result.unallocated_total,
        "written_off": [{"invoice": off.invoice, "amount": off.amount} for off in result.written_off],
    }
    assert same(expected, answer), answer


AMOUNTS = st.decimals(D("0.01"), 5000, places=2)


@given(st.lists(AMOUNTS, max_size=6), st.lists(AMOUNTS, max_size=5))
def test_allocation_neither_makes_nor_loses_money(bills: list[Decimal], receipts: list[Decimal]) -> None:
    invoices = [OpenInvoice(str(n), date(2026, 4, 1), amount) for n, amount in enumerate(bills)]
    payments = [Payment(f"p{n}", amount) for n, amount in enumerate(receipts)]
    result = allocate(invoices, payments)
    paid = sum((part.amount for part in result.allocations), D(0))
    assert paid + result.unallocated_total == sum(receipts, D(0))
    assert paid + sum(result.outstanding.values(), D(0)) == sum(bills, D(0))
    assert all(amount >= 0 for amount in (*result.outstanding.values(), *result.unallocated.values()))


def test_cashier_is_told_of_a_wrong_payment() -> None:
    invoice = OpenInvoice("A", date(2026, 4, 1), D(5))
    with pytest.raises(ValueError, match="payment P: invoice B is not open"):
        allocate([invoice], [Payment("P", D(1), against=["B"])])
    with pytest.raises(ValueError, match="payment P: the amount"):
        allocate([invoice], [Payment("P", D(-1))])


def test_an_untouched_small_invoice_is_not_written_off() -> None:
    small = OpenInvoice("A", date(2026, 4, 1), D("0.40"))
    assert allocate([small], [], write_off_tolerance=D(1)).outstanding == {"A": D("0.40")}


@pytest.mark.parametrize(("inputs", "expected"), cases("domain_cases", "aging"))
def test_collector_gets_the_golden_ageing(inputs: dict[str, Any], expected: dict[str, Any]) -> None:
    items = [AgedItem(day(row["due"]), dec(row["amount"]), dec(row.get("paid"))) for row in inputs["items"]]
    result = ageing(items, day(inputs["as_of"]))
    assert same(expected, {"buckets": result.buckets, "total": result.total}), result


def test_collector_may_choose_the_buckets() -> None:
    assert bucket_labels([7, 15]) == ["not_due", "1-7", "8-15", "16+"]
    assert bucket_of(date(2026, 4, 1), date(2026, 4, 8), [7, 15]) == "1-7"
    assert bucket_of(date(2026, 4, 1), date(2026, 4, 9), [7, 15]) == "8-15"
    with pytest.raises(ValueError, match="rising"):
        bucket_labels([15, 7])


@pytest.mark.parametrize(("inputs", "expected"), cases("domain_cases", "currency_revaluation"))
def test_accountant_gets_the_golden_revaluation(inputs: dict[str, Any], expected: dict[str, Any]) -> None:
    items = [
        ForeignItem(
            row["id"],
            Side(row["side"]),
            row["currency"],
            dec(row["fc_amount"]),
            dec(row["booked_rate"]),
            [Settlement(dec(part["fc_amount"]), dec(part["rate"])) for part in row.get("settlements", ())],
        )
        for row in inputs["items"]
    ]
    result = revalue(items, {code: dec(rate) for code, rate in inputs["closing_rates"].items()})
    answer = {
        "items": [
            {
                "id": gain.id,
                "open_fc": gain.open_fc,
                "realised": gain.realised,
                "unrealised": gain.unrealised,
            }
            for gain in result.items
        ],
        "realised_total": result.realised_total,
        "unrealised_total": result.unrealised_total,
        "reversal_next_period": result.reversal_next_period,
    }
    assert same(expected, answer), answer


def test_the_last_settlement_closes_the_home_amount() -> None:
    first = settle_home(
        Side.RECEIVABLE,
        open_fc=D(3),
        open_home=D("250.00"),
        booked_rate=D("83.3333"),
        settled_fc=D(1),
        rate=D(84),
    )
    last = settle_home(
        Side.RECEIVABLE,
        open_fc=D(2),
        open_home=D("250.00") - first.booked,
        booked_rate=D("83.3333"),
        settled_fc=D(2),
        rate=D(82),
    )
    assert first.booked + last.booked == D("250.00")
    assert (first.gain, last.gain) == (D("0.67"), D("-2.67"))
    payable = settle_home(
        Side.PAYABLE, open_fc=D(2), open_home=D(160), booked_rate=D(80), settled_fc=D(2), rate=D(82)
    )
    assert payable.gain == D(-4)


def test_accountant_is_told_what_is_missing() -> None:
    item = ForeignItem("7", Side.PAYABLE, "USD", D(10), D(80))
    with pytest.raises(ValueError, match="item 7: no closing rate for USD"):
        revalue([item], {})
    over = ForeignItem("7", Side.PAYABLE, "USD", D(10), D(80), [Settlement(D(11), D(80))])
    with pytest.raises(ValueError, match="more is settled"):
        revalue([over], {})
    with pytest.raises(ValueError, match="More is settled"):
        settle_home(
            Side.PAYABLE, open_fc=D(1), open_home=D(80), booked_rate=D(80), settled_fc=D(2), rate=D(80)
        )
    with pytest.raises(ValueError, match="must be positive"):
        to_home(D(1), D(0))
    assert to_home(D("10.5"), D("83.333")) == D("875.00")


def voucher(row: dict[str, Any]) -> JournalVoucher:
    rows = tuple(
        JournalRow(line["account"], dec(line.get("debit")), dec(line.get("credit")))
        for line in row.get("lines", ())
    )
    return JournalVoucher(row["id"], day(row["date"]), rows, row.get("reverses"))


@pytest.mark.parametrize(("inputs", "expected"), cases("domain_cases", "ledger_statements"))
def test_accountant_gets_the_golden_statements(inputs: dict[str, Any], expected: dict[str, Any]) -> None:
    accounts = {
        name: Account(AccountType(account["type"]), dec(account.get("opening")))
        for name, account in inputs["accounts"].items()
    }
    closed = inputs.get("closed_through")
    posted = post_journals(
        accounts, map(voucher, inputs["journals"]), closed_through=day(closed) if closed else None
    )
    found = statements(accounts, posted.balances)
    assert found.balanced
    answer = {
        "trial_balance": {
            name: {"debit": row.debit, "credit": row.credit} for name, row in found.trial_balance.items()
        },
        "tb_total": found.trial_balance_total,
        "income": found.income,
        "expense": found.expense,
        "net_profit": found.net_profit,
        "assets": found.assets,
        "liabilities": found.liabilities,
        "equity_incl_profit": found.equity_with_profit,
        "rejected": [{"id": key, "reason": reason} for key, reason in posted.rejected.items()],
    }
    assert same(expected, answer), answer


def test_accountant_cannot_reverse_what_was_never_posted() -> None:
    accounts = {"Cash": Account(AccountType.ASSET), "Sales": Account(AccountType.INCOME)}
    journals = [
        JournalVoucher("x", date(2026, 4, 1), reverses="nothing"),
        JournalVoucher("y", date(2026, 4, 1), (JournalRow("Ghost", D(1)), JournalRow("Cash", D(0), D(1)))),
    ]
    assert post_journals(accounts, journals).rejected == {"x": "NOTHING_TO_REVERSE", "y": "UNKNOWN_ACCOUNT"}
