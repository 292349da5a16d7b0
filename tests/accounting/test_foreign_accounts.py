"""A bank account in dollars: transfers, charges, openings, money of customers, closing rate."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from apps.accounting.ledger import Posting, PostingLine, account_for, post
from apps.accounting.models import Account, JournalLine, VoucherLine
from apps.accounting.payments.revaluation import currencies_open, revaluation_post, revaluation_preview
from apps.accounting.services.accounts import balances_now, currency_balances
from apps.accounting.services.opening import OpeningRow, opening_trial_balance_post
from apps.company.selectors import company_today
from apps.core.errors import InvalidInput
from apps.core.uow import run_in_unit_of_work
from tests.factories import invoicing as make
from tests.kit.ledger import assert_balanced
from tests.kit.subledger import assert_subledger_equals_control, entry_lines

pytestmark = pytest.mark.django_db
D = Decimal
PATH = "accounting/vouchers/"
YEAR_END = date(2026, 3, 31)


@pytest.fixture(scope="module")
def standing_books(standing):
    return standing(_exporter)


def _exporter():
    made = make.company(lut_number="LUT")
    make.rate("USD", "80", date(2026, 1, 1))
    return made


@pytest.fixture
def dollars(books):
    """A bank account that is kept in USD."""
    return Account.objects.create(
        company=books, code="1590", name="EEFC account", account_type="asset", subtype="cash",
        control="bank", currency=make.currency("USD"),
    )  # fmt: skip


def holds(account) -> tuple[Decimal, Decimal]:
    """(in USD, in rupees)."""
    zero = D("0.00")
    return currency_balances([account.pk]).get(account.pk, zero), balances_now([account.pk]).get(
        account.pk, zero
    )


def voucher(api, books, *lines, day=None, expect=201):
    body = {"company": books.pk, "date": (day or company_today()).isoformat(), "lines": list(lines)}
    return api.post(PATH, body, expect)


def post_voucher(api, books, *lines, day=None):
    made = voucher(api, books, *lines, day=day)["data"]
    return api.post(f"{PATH}{made['id']}/post/", {"version": made["version"]}, 200)["data"]


def bank(books) -> int:
    return account_for(books, "bank").pk


def test_a_transfer_and_a_charge_keep_both_balances(api, books, dollars):
    made = post_voucher(
        api, books,
        {"account": dollars.pk, "amount": "1000", "exchange_rate": "83.25"},
        {"account": bank(books), "credit": "83250"},
    )["lines"]  # fmt: skip
    assert [made[0][name] for name in ("debit", "credit", "amount", "exchange_rate")] == [
        "83250.00", "0.00", "1000.00", "83.250000",
    ]  # fmt: skip
    assert [made[1][name] for name in ("currency", "amount", "exchange_rate")] == [None, None, None]
    assert holds(dollars) == (D("1000.00"), D("83250.00"))
    post_voucher(
        api, books,
        {"account": account_for(books, "bank_charges").pk, "debit": "400"},
        {"account": dollars.pk, "amount": "-5"},
    )  # fmt: skip
    assert holds(dollars) == (D("995.00"), D("82850.00"))
    assert_balanced()


def test_what_the_bank_paid_out_to_the_paisa_makes_the_rate(api, books, dollars):
    """USD 1,200,000.07 for 99,999,999.99 rupees: no rate of six places gives that, so none is asked for."""
    lines = (
        {"account": dollars.pk, "debit": "99999999.99", "amount": "1200000.07"},
        {"account": bank(books), "credit": "99999999.99"},
    )
    made = post_voucher(api, books, *lines)["lines"][0]
    assert (made["debit"], made["amount"]) == ("99999999.99", "1200000.07")
    assert made["exchange_rate"] == "83.333328"
    assert holds(dollars) == (D("1200000.07"), D("99999999.99"))
    back = post_voucher(
        api, books,
        {"account": bank(books), "debit": "99999999.99"},
        {"account": dollars.pk, "credit": "99999999.99", "amount": "1200000.07"},
    )  # fmt: skip
    assert back["lines"][1]["amount"] == "-1200000.07"
    assert holds(dollars) == (D("0.00"), D("0.00"))
    assert_balanced()


def test_a_reversed_voucher_gives_the_dollars_back(api, books, dollars):
    made = post_voucher(
        api, books, {"account": dollars.pk, "amount": "10"}, {"account": bank(books), "credit": "800"}
    )
    api.post(f"{PATH}{made['id']}/reverse/", {"reason": "Twice"}, 200)
    assert holds(dollars) == (D("0.00"), D("0.00"))


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ({"debit": "800"}, "amount"),
        ({"amount": "10", "currency": "EUR"}, "currency"),
        ({"debit": "800", "currency": "INR"}, "currency"),
        ({"debit": "800", "amount": "-10"}, "amount"),
        ({"debit": "900", "amount": "10", "exchange_rate": "80"}, "exchange_rate"),
        ({"amount": "10", "exchange_rate": "0"}, "exchange_rate"),
        ({"amount": "0.01", "debit": "999999999999.00"}, "amount"),
    ],
)
def test_a_line_that_does_not_fit_its_account_is_refused_by_its_field(api, books, dollars, line, field):
    if "currency" in line:
        line = {**line, "currency": make.currency(line["currency"]).pk}
    answer = voucher(
        api, books, {"account": dollars.pk, **line}, {"account": bank(books), "credit": "800"}, expect=400
    )
    assert answer["errors"][0]["field"] == f"lines.0.{field}"


def test_a_line_in_rupees_has_no_other_amount(api, books):
    line = {"account": bank(books), "debit": "800", "amount": "10"}
    other = {"account": account_for(books, "cash").pk, "credit": "800"}
    assert voucher(api, books, line, other, expect=400)["errors"][0]["field"] == "lines.0.amount"
    line = {"account": bank(books), "debit": "800", "exchange_rate": "2"}
    assert voucher(api, books, line, other, expect=400)["errors"][0]["field"] == "lines.0.exchange_rate"


def test_without_a_rate_of_the_day_the_rate_is_asked_for(api, books):
    pounds = Account.objects.create(
        company=books, code="1591", name="GBP account", account_type="asset", subtype="cash", control="bank",
        currency=make.currency("GBP"),
    )  # fmt: skip
    lines = ({"account": pounds.pk, "amount": "10"}, {"account": bank(books), "credit": "1000"})
    answer = voucher(api, books, *lines, expect=400)
    assert answer["errors"][0]["field"] == "lines.0.exchange_rate"


def saved(api, made, *changes, expect=200):
    """Save a kept voucher as its form does: every line with all that it shows, and what was changed."""
    shown = ("id", "account", "debit", "credit", "currency", "amount", "exchange_rate")
    lines = [
        {name: line[name] for name in shown if line[name] is not None} | change
        for line, change in zip(made["lines"], changes, strict=True)
    ]
    seen = api.post(f"{PATH}preview/", {"id": made["id"], "company": made["company"], "lines": lines}, expect)
    body = {"version": made["version"], "lines": lines}
    answer = api.patch(f"{PATH}{made['id']}/", body, expect)
    if expect == 200:
        names = ("debit", "credit", "amount", "exchange_rate")
        assert [[line[n] for n in names] for line in seen["data"]["lines"]] == [
            [line[n] for n in names] for line in answer["data"]["lines"]
        ]
    return answer


def test_the_debit_of_a_kept_rupee_line_can_be_changed(api, books):
    cash = account_for(books, "cash").pk
    made = voucher(api, books, {"account": cash, "debit": "800"}, {"account": bank(books), "credit": "800"})
    made = saved(api, made["data"], {"debit": "900"}, {"credit": "900"})["data"]
    ids = [line["id"] for line in made["lines"]]
    lines = [{"id": ids[0], "debit": "950"}, {"id": ids[1], "credit": "950"}]
    made = api.patch(f"{PATH}{made['id']}/", {"version": made["version"], "lines": lines})["data"]
    assert made["debit_total"] == "950.00"
    made = saved(api, made, {"amount": "950"}, {"amount": "0"})["data"]
    assert [line["amount"] for line in made["lines"]] == [None, None]
    api.post(f"{PATH}{made['id']}/post/", {"version": made["version"]}, 200)
    found = JournalLine.objects.filter(account=cash).values_list("currency", "amount", "base_amount")
    assert list(found) == [(books.currency_id, D(950), D(950))]


@pytest.mark.parametrize(
    ("change", "becomes"),
    [
        ({"amount": "12"}, ("960.00", "80.000000")),
        ({"exchange_rate": "81"}, ("810.00", "81.000000")),
        ({"debit": "900"}, ("900.00", "90.000000")),
        ({"debit": "900", "exchange_rate": None}, ("900.00", "90.000000")),
        ({"amount": "12", "debit": "0"}, ("960.00", "80.000000")),
        ({"amount": "12", "debit": "900"}, ("900.00", "75.000000")),
    ],
)
def test_on_a_kept_dollar_line_what_was_not_changed_follows(api, books, dollars, change, becomes):
    other = {"account": bank(books), "credit": "800"}
    made = voucher(api, books, {"account": dollars.pk, "debit": "800", "amount": "10"}, other)["data"]
    line = saved(api, made, change, {"credit": becomes[0]})["data"]["lines"][0]
    assert (line["debit"], line["exchange_rate"]) == becomes


def test_a_kept_dollar_line_moves_to_the_other_side_with_its_amount(api, books, dollars):
    other = {"account": bank(books), "credit": "800"}
    made = voucher(api, books, {"account": dollars.pk, "debit": "800", "amount": "10"}, other)["data"]
    turned = saved(api, made, {"debit": "0", "credit": "800"}, {"debit": "800", "credit": "0"})["data"]
    assert turned["lines"][0]["amount"] == "-10.00"
    back = saved(api, turned, {"debit": "800", "credit": "0"}, {"debit": "0", "credit": "800"})["data"]
    assert (back["lines"][0]["amount"], back["lines"][0]["debit"]) == ("10.00", "800.00")


def test_three_new_values_of_a_kept_dollar_line_must_agree(api, books, dollars):
    other = {"account": bank(books), "credit": "800"}
    made = voucher(api, books, {"account": dollars.pk, "amount": "10"}, other)["data"]
    wrong = {"amount": "12", "debit": "900", "exchange_rate": "81"}
    refused = saved(api, made, wrong, {"credit": "900"}, expect=400)
    assert refused["errors"][0]["code"] == "rate_differs"


def test_a_preview_knows_no_line_of_another_voucher(api, books, dollars):
    """A line that isn't this voucher's, or nobody's, claims all that is sent."""
    other = {"account": bank(books), "credit": "800"}
    first, second = (
        voucher(api, books, {"account": dollars.pk, "amount": "10"}, other)["data"] for _n in range(2)
    )
    line = {"account": dollars.pk, "debit": "800", "amount": "12", "exchange_rate": "80"}
    for row_id in (first["lines"][0]["id"], 10**9, None):
        sent = {"id": second["id"], "company": books.pk, "lines": [{**line, "id": row_id}]}
        refused = api.post(f"{PATH}preview/", sent, 400)
        assert refused["errors"][0]["code"] == "rate_differs"


def test_a_kept_dollar_line_may_move_to_a_rupee_account(api, books, dollars):
    other = {"account": bank(books), "credit": "800"}
    made = voucher(api, books, {"account": dollars.pk, "amount": "10"}, other)["data"]
    change = {"account": account_for(books, "cash").pk, "currency": None}
    line = saved(api, made, change, {})["data"]["lines"][0]
    assert [line[name] for name in ("debit", "currency", "amount")] == ["800.00", None, None]


def test_the_rate_of_a_day_is_read_once_for_all_lines(api, books, dollars):
    line = {"account": dollars.pk, "amount": "10"}
    with CaptureQueriesContext(connection) as seen:
        voucher(api, books, *[line] * 5, {"account": bank(books), "credit": "4000"})
    assert len([q for q in seen if "company_currencyrate" in q["sql"]]) == 1


def test_the_database_refuses_an_amount_on_the_other_side(api, books, dollars):
    made = voucher(
        api, books, {"account": dollars.pk, "amount": "10"}, {"account": bank(books), "credit": "800"}
    )["data"]
    row = VoucherLine.objects.filter(voucher=made["id"], account=dollars)
    with pytest.raises(IntegrityError), transaction.atomic():
        row.update(amount=D(-10))
    for name in ("currency", "amount", "exchange_rate"):  # all three or none
        with pytest.raises(IntegrityError), transaction.atomic():
            row.update(**{name: None})


def test_a_dollar_voucher_on_a_customer_opens_dollars(api, books, dollars):
    customer = make.customer()
    lines = (
        {"account": account_for(books, "receivable").pk, "party": customer.pk, "amount": "50",
         "currency": make.currency("USD").pk},
        {"account": dollars.pk, "amount": "-50"},
    )  # fmt: skip
    post_voucher(api, books, *lines)
    found = api.get("accounting/open-items/", party=customer.pk)["data"]
    assert [(row["amount"], row["currency"]) for row in found] == [("50.00", make.currency("USD").pk)]
    assert_subledger_equals_control(books)


def test_money_of_a_customer_comes_in_as_dollars_and_in_nothing_else(books, dollars):
    party = make.customer(tax_treatment="export", currency=make.currency("USD"))
    lines = [{"product": make.product(), "unit_price": "200"}]
    invoice = make.invoice(company=books, party=party, lines=lines, post=True)
    make.receipt(
        company=books, party=party, account=dollars, amount=200, bank_charges="3.33",
        exchange_rate="82.123456", allocations=[{"invoice": invoice, "amount": "200"}],
    )  # fmt: skip
    assert holds(dollars) == (D("196.67"), D("16151.22"))
    plain = make.customer()
    receipt = make.receipt(company=books, party=plain, account=dollars, amount=10, post=False)
    assert receipt.currency == make.currency("USD")
    with pytest.raises(InvalidInput) as refused:
        make.receipt(
            company=books, party=plain, account=dollars, amount=10, currency=books.currency, post=False
        )
    assert refused.value.errors[0].field == "account"
    assert_balanced()
    assert_subledger_equals_control(books)


def test_opening_balances_say_the_dollars_too(books, dollars, administrator):
    def opening(amount, value="79500.00"):
        rows = [
            OpeningRow("1590", debit=D(value), currency_amount=amount),
            OpeningRow("3210", credit=D(value)),
        ]
        return run_in_unit_of_work(
            lambda: opening_trial_balance_post(company=books, date=YEAR_END, rows=rows, by=administrator)
        )

    for wrong, code in ((None, "required"), (D(-1), "min_value"), (D("1.005"), "places")):
        with pytest.raises(InvalidInput) as refused:
            opening(wrong)
        assert refused.value.errors[0].field == "rows.0.currency_amount"
        assert refused.value.errors[0].code == code
    with pytest.raises(InvalidInput) as refused:  # dollars without their value
        opening(D(1000), value="0")
    assert [(e.field, e.code) for e in refused.value.errors] == [("rows.0.debit", "required")]
    opening(D(1000))
    assert holds(dollars) == (D("1000.00"), D("79500.00"))
    assert_balanced()


def test_ledger_and_bank_book_show_both(api, books, dollars):
    other = {"account": bank(books), "credit": "8000"}
    post_voucher(api, books, {"account": dollars.pk, "amount": "100"}, other, day=date(2026, 3, 1))
    post_voucher(api, books, {"account": dollars.pk, "amount": "50", "exchange_rate": "84"},
                 {"account": bank(books), "credit": "4200"}, day=date(2026, 4, 2))  # fmt: skip
    ask = {"company": books.pk, "account": dollars.pk, "from": "2026-04-01", "to": "2026-04-30"}
    for name in ("general-ledger", "cash-book"):
        more = {"kind": "bank"} if name == "cash-book" else {}
        found = api.get(f"accounting/reports/{name}/", **ask, **more)["data"]
        assert [(row.get("currency_amount"), row["currency_balance"]) for row in found["rows"]] == [
            (None, "100.00"), ("50.00", "150.00"), (None, "150.00"),
        ]  # fmt: skip
        assert (found["totals"]["currency_closing"], found["totals"]["closing"]) == ("150.00", "12200.00")
    plain = api.get("accounting/reports/general-ledger/", **{**ask, "account": bank(books)})["data"]
    assert "currency_balance" not in plain["rows"][0]
    shown = api.get(f"accounting/accounts/{dollars.pk}/")["data"]
    assert (shown["balance"], shown["currency_balance"]) == ("12200.00", "150.00")


def test_the_closing_rate_values_the_account_with_the_rest_of_earlier_payments(
    api, books, dollars, administrator
):
    """100 in at 80, 40 out at 83: 60 left, in the books at 4,680; at 82 it is worth 4,920."""
    post_voucher(api, books, {"account": dollars.pk, "amount": "100"},
                 {"account": bank(books), "credit": "8000"}, day=date(2026, 2, 1))  # fmt: skip
    post_voucher(api, books, {"account": dollars.pk, "amount": "-40", "exchange_rate": "83"},
                 {"account": bank(books), "debit": "3320"}, day=date(2026, 3, 1))  # fmt: skip
    dollar = make.currency("USD").pk
    seen = revaluation_preview(company=books, day=YEAR_END, rates={dollar: D(82)})
    assert [(row.account, row.open_amount, row.booked, row.gain) for row in seen.rows] == [
        (dollars, D(60), D(4680), D(240))
    ]
    made = revaluation_post(company=books, day=YEAR_END, rates={dollar: D(82)}, by=administrator)
    assert entry_lines(None, made.entry) == {"fx_revaluation": D(240), "fx_gain_loss": D(-240)}
    assert holds(dollars) == (D("60.00"), D("4680.00"))
    shown = api.get("accounting/revaluations/", company=books.pk, on="2026-03-31")["data"]["rows"][0]
    assert (shown["account"], shown["open_item"], shown["open_amount"]) == (dollars.pk, None, "60.00")
    assert_balanced()


def test_an_emptied_account_gives_its_rest_to_the_exchange_difference(api, books, dollars):
    post_voucher(
        api, books, {"account": dollars.pk, "amount": "100"}, {"account": bank(books), "credit": "8000"}
    )
    post_voucher(api, books, {"account": bank(books), "debit": "8300"},
                 {"account": dollars.pk, "amount": "-100", "exchange_rate": "83"})  # fmt: skip
    assert holds(dollars) == (D("0.00"), D("-300.00"))
    post_voucher(
        api, books,
        {"account": dollars.pk, "debit": "300", "amount": "0"},
        {"account": account_for(books, "fx_gain_loss").pk, "credit": "300"},
    )  # fmt: skip
    assert holds(dollars) == (D("0.00"), D("0.00"))
    assert revaluation_preview(company=books, day=company_today()).rows == []


def test_what_an_emptied_account_left_in_the_books_needs_no_rate(api, books):
    pounds = Account.objects.create(
        company=books, code="1591", name="GBP account", account_type="asset", subtype="cash", control="bank",
        currency=make.currency("GBP"),
    )  # fmt: skip
    for amount, value in (("100", "10000"), ("-100", "10300")):
        side, other = ("debit", "credit") if value == "10000" else ("credit", "debit")
        post_voucher(
            api, books, {"account": pounds.pk, "amount": amount, side: value},
            {"account": bank(books), other: value},
        )  # fmt: skip
    assert currencies_open(books, company_today()) == []
    today = {"company": books.pk, "on": company_today().isoformat()}
    row = api.get("accounting/revaluations/", **today)["data"]["rows"][0]
    assert (row["rate"], row["booked"], row["worth"], row["gain"]) == (None, "-300.00", "0.00", "300.00")


def test_a_rate_that_is_not_positive_is_refused_by_its_currency(api, books, dollars):
    post_voucher(
        api, books, {"account": dollars.pk, "amount": "100"}, {"account": bank(books), "credit": "8000"}
    )
    with pytest.raises(InvalidInput) as refused:
        revaluation_preview(company=books, day=company_today(), rates={make.currency("USD").pk: D(0)})
    assert refused.value.field == "rates.USD"


def test_results_and_subledgers_stay_in_company_currency(api, books):
    usd = make.currency("USD").pk
    body = {"company": books.pk, "code": "9X", "name": "X", "account_type": "income", "subtype": "revenue",
            "currency": usd}  # fmt: skip
    assert api.post("accounting/accounts/", body, 400)["errors"][0]["field"] == "currency"
    body |= {"account_type": "asset", "subtype": "receivable", "control": "receivable"}
    assert api.post("accounting/accounts/", body, 400)["errors"][0]["field"] == "currency"
    api.post("accounting/accounts/", {**body, "control": "bank", "subtype": "cash"})


@pytest.mark.parametrize(
    ("account_type", "subtype"),
    [
        ("asset", "fixed_asset"),
        ("asset", "inventory"),
        ("asset", "tax_asset"),
        ("liability", "tax_liability"),
    ],
)
def test_what_is_not_money_is_never_valued_at_the_closing_rate(api, books, account_type, subtype):
    body = {"company": books.pk, "code": "9Y", "name": "Y", "account_type": account_type, "subtype": subtype,
            "currency": make.currency("USD").pk}  # fmt: skip
    assert api.post("accounting/accounts/", body, 400)["errors"][0]["field"] == "currency"
    loan = {"account_type": "liability", "subtype": "long_term_loan"}
    api.post("accounting/accounts/", {**body, **loan})


def test_every_line_of_the_account_is_in_its_currency(api, books, dollars):
    post_voucher(api, books, {"account": dollars.pk, "amount": "1"}, {"account": bank(books), "credit": "80"})
    currencies = JournalLine.objects.filter(account=dollars).values_list("currency__code", flat=True)
    assert set(currencies) == {"USD"}
    other = account_for(books, "cash")
    lines = [PostingLine(a, base, books.currency_id, base) for a, base in ((dollars, D(80)), (other, D(-80)))]
    wrong = Posting(
        company=books, journal="general", date=company_today(), source=("tests.rupees", 1), purpose="post",
        lines=lines,
    )  # fmt: skip
    with pytest.raises(InvalidInput) as refused:
        run_in_unit_of_work(lambda: post([wrong], by=None))
    assert [(e.field, e.code) for e in refused.value.errors] == [("lines.0.account", "wrong_currency")]
