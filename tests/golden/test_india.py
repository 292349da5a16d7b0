"""Identifiers, financial years, words, numbers and units against golden cases."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from num2words import num2words  # type: ignore[import-untyped]  # the library has no types

from apps.core.india import fiscal
from apps.core.india import identifiers as ids
from apps.core.india.dated import Dated, in_force
from apps.core.india.doc_numbers import irn_number, series_problem, validate_doc_number
from apps.core.india.numbers import format_indian, format_money, format_quantity, format_western
from apps.core.india.states import STATES, UTGST_CODES, state_choices, state_code_for_name, state_name
from apps.core.india.uqc import UQC, uqc_choices, uqc_label
from apps.core.india.words import amount_in_words, number_in_words

from .kit import cases, dec

D = Decimal


def identifier_answer(inputs: dict[str, Any]) -> dict[str, Any]:
    match inputs["kind"]:
        case "gstin":
            found = ids.gstin_check(inputs["value"])
            return {
                "valid": found.valid,
                "reason": found.reason,
                "state_code": found.state_code,
                "pan": found.pan,
                "check_digit": found.check_digit,
            }
        case "gstin_check_digit":
            return {"check_digit": ids.gstin_check_digit(inputs["first14"])}
        case "pan":
            holder = ids.pan_holder(inputs["value"])
            return {"valid": bool(holder), "holder_type": holder}
        case "tan":
            return {"valid": accepts(ids.validate_tan, inputs["value"])}
        case _:
            problem = ids.aadhaar_problem(inputs["value"])
            masked = ids.aadhaar_masked(inputs["value"])
            return {"valid": problem is None, "reason": problem, "masked": masked}


def accepts(validate: Any, value: str) -> bool:
    try:
        validate(value)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize(("inputs", "expected"), cases("gstin"))
def test_clerk_gets_the_golden_answer_on_identifiers(
    inputs: dict[str, Any], expected: dict[str, Any]
) -> None:
    answer = identifier_answer(inputs)
    assert {key: answer[key] for key in expected} == expected


@pytest.mark.parametrize(("inputs", "expected"), cases("domain_cases", "gstin_checksum"))
def test_clerk_gets_the_golden_checksums(inputs: dict[str, Any], expected: dict[str, Any]) -> None:
    assert {value: ids.gstin_check(value).valid for value in inputs["gstins"]} == expected["results"]


@given(st.from_regex(r"\A27[A-Z]{5}[0-9]{4}[A-Z][1-9A-Z]Z\Z"), st.integers(0, 13), st.integers(1, 35))
def test_one_wrong_character_never_passes_for_the_right_one(first14: str, place: int, shift: int) -> None:
    """Any single wrong character of a GSTIN is caught, by its form or by the check character."""
    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    good = first14 + ids.gstin_check_digit(first14)
    assert ids.gstin_check(good).valid
    wrong = alphabet[(alphabet.index(good[place]) + shift) % 36]
    assert not ids.gstin_check(good[:place] + wrong + good[place + 1 :]).valid


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("2717USA00096UN2", ids.GstinKind.UIN),
        ("0719JPN00012ON5", ids.GstinKind.UIN),
        ("2918GBR00031NR4", ids.GstinKind.NON_RESIDENT),
        ("9917IRL29001OS1", ids.GstinKind.OIDAR),
        ("27DEPT12345A1Z3", ids.GstinKind.GOVERNMENT),
    ],
)
def test_clerk_may_enter_special_gst_ids(value: str, kind: ids.GstinKind) -> None:
    assert ids.gstin_check(value).kind == kind
    assert ids.validate_gstin(value) == value


def test_portal_test_numbers_pass_in_the_sandbox_only() -> None:
    assert not ids.gstin_check("29ABCPE0000K004").valid
    assert ids.gstin_check("29ABCPE0000K004", sandbox=True).valid


def test_clerk_is_told_that_the_gstin_is_of_another_state() -> None:
    assert ids.validate_gstin("27AAPFU0939F1ZV", state_code="27")
    with pytest.raises(ValueError, match="belongs to state 27, the address to state 29"):
        ids.validate_gstin("27AAPFU0939F1ZV", state_code="29")
    with pytest.raises(ValueError, match="typing mistake"):
        ids.validate_gstin("27AAPFU0939F1ZW")


@pytest.mark.parametrize(
    ("validate", "good", "bad"),
    [
        (ids.validate_pan, "aapfu0939f", "AAPXU0939F"),
        (ids.validate_ifsc, "hdfc0000123", "HDFC1000123"),
        (ids.validate_cin, "U72200MH2010PTC123456", "X72200MH2010PTC123456"),
        (ids.validate_llpin, "AAB-1234", "AB-1234"),
        (ids.validate_uan, "100123456789", "10012345678"),
        (ids.validate_udyam, "UDYAM-MH-01-0000001", "UDYAM-MH-1-0000001"),
        (ids.validate_pin_code, "400 001", "040001"),
        (ids.validate_mobile, "+91 98765 43210", "12345 67890"),
        (ids.validate_mobile, "09876543210", "987654321"),
        (ids.validate_bank_account, "0012 3456 7890", "12AB34"),
        (ids.validate_hsn, "8415", "841"),
        (ids.validate_aadhaar, "2341 2341 2346", "2341 2341 2349"),
    ],
)
def test_clerk_enters_other_identifiers(validate: Any, good: str, bad: str) -> None:
    assert accepts(validate, good)
    assert not accepts(validate, bad)


def test_tidy_values_come_back() -> None:
    assert ids.validate_mobile("+91 98765-43210") == "9876543210"
    assert ids.validate_mobile("91987 65432") == "9198765432"
    assert ids.validate_llpin("aab1234") == "AAB-1234"
    assert ids.validate_udyam("udyam-mh-01-0000001") == "UDYAM-MH-01-0000001"
    assert ids.is_service_code("995411")
    assert not ids.is_service_code("8415")


def test_a_refused_aadhaar_is_not_repeated_in_the_message() -> None:
    with pytest.raises(ValueError, match="not an Aadhaar number") as caught:
        ids.validate_aadhaar("234123412349")
    assert "2349" not in str(caught.value)


@pytest.mark.parametrize(("inputs", "expected"), cases("fiscal_year"))
def test_accountant_gets_the_golden_year(inputs: dict[str, Any], expected: dict[str, Any]) -> None:
    day = date.fromisoformat(inputs["date"])
    year = fiscal.fiscal_year(day)
    assert expected == {
        "fy": year.label,
        "fy_start": year.start.isoformat(),
        "fy_end": year.end.isoformat(),
        "quarter": fiscal.quarter(day),
        "gstr1_fp": fiscal.return_period(day),
        "income_tax_label": year.income_tax_label,
    }


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(1, 12))
def test_years_quarters_and_months_cover_each_day_once(day: date, start_month: int) -> None:
    year = fiscal.fiscal_year(day, start_month)
    months = fiscal.fiscal_months(year)
    first, last = fiscal.quarter_dates(day, start_month)
    assert day in year
    assert len(months) == 12
    assert (months[0][0], months[-1][1]) == (year.start, year.end)
    assert sum(start <= day <= end for start, end in months) == 1
    assert first <= day <= last
    assert months[fiscal.quarter(day, start_month) * 3 - 3][0] == first
    assert months[fiscal.quarter(day, start_month) * 3 - 1][1] == last
    assert fiscal.fiscal_year_from_label(year.label, start_month) == year


def test_accountant_reads_short_labels_and_periods() -> None:
    assert fiscal.fy_short(date(2026, 11, 21)) == "26-27"
    assert fiscal.fy_label(date(2026, 11, 21), 1) == "2026"
    assert fiscal.return_period_dates("022028") == (date(2028, 2, 1), date(2028, 2, 29))
    for wrong in ("132026", "4/2026", ""):
        with pytest.raises(ValueError, match="return period"):
            fiscal.return_period_dates(wrong)
    for wrong in ("2026-28", "26-27", "abc"):
        with pytest.raises(ValueError, match="financial year"):
            fiscal.fiscal_year_from_label(wrong)


@pytest.mark.parametrize(("inputs", "expected"), cases("amount_in_words"))
def test_payee_reads_the_golden_words(inputs: dict[str, Any], expected: dict[str, Any]) -> None:
    assert amount_in_words(dec(inputs["amount"])) == expected["words"]


def test_foreign_and_hindi_amounts_in_words() -> None:
    assert amount_in_words(D("1200567.08"), "USD") == (
        "US Dollars One Million Two Hundred Thousand Five Hundred Sixty Seven and Cents Eight Only"
    )
    assert amount_in_words(D(1), "EUR") == "Euro One Only"
    assert amount_in_words(D("1500.6"), "JPY") == "Japanese Yen One Thousand Five Hundred One Only"
    assert amount_in_words(D("2.005"), "KWD") == "Kuwaiti Dinars Two and Fils Five Only"
    assert amount_in_words(D("2.5"), "XYZ") == "XYZ Two and Cents Fifty Only"
    assert amount_in_words(D("123456.78"), language="hi") == (
        "रुपये एक लाख तेईस हज़ार चार सौ छप्पन और पैसे अठहत्तर मात्र"
    )
    assert number_in_words(-1200000) == "Minus Twelve Lakh"
    assert number_in_words(1200000, indian=False) == "One Million Two Hundred Thousand"


def test_hindi_has_a_word_of_its_own_for_each_number_below_a_hundred() -> None:
    words = {amount_in_words(D(number), language="hi") for number in range(100)}
    assert len(words) == 100


@given(st.integers(0, 10**9 - 1))
def test_english_words_agree_with_num2words(number: int) -> None:
    theirs = num2words(number, lang="en_IN").replace("-", " ").replace(",", "").replace(" and ", " ").title()
    assert number_in_words(number) == theirs


@pytest.mark.parametrize(("inputs", "expected"), cases("number_format"))
def test_reader_sees_the_golden_grouping(inputs: dict[str, Any], expected: dict[str, Any]) -> None:
    assert format_indian(dec(inputs["amount"]), inputs["decimals"]) == expected["text"]


def test_reader_sees_money_and_quantities() -> None:
    assert format_money(D("-1234567")) == "-₹12,34,567.00"
    assert format_money(D("1234567"), "USD") == "US$1,234,567.00"
    assert format_money(D("5"), "XYZ") == "XYZ 5.00"
    assert format_western(D("-1234567.891")) == "-1,234,567.89"
    assert format_quantity(D("1250.500000")) == "1,250.5"
    assert format_quantity(D("100000")) == "1,00,000"
    assert format_quantity(D("20"), 0) == "20"


def test_states_and_units_are_complete() -> None:
    assert {code for code in STATES if code < "90"} == {f"{number:02d}" for number in range(1, 39)}
    assert {"04", "25", "26", "31", "35", "38", "97"} == UTGST_CODES  # 25 for documents before it was merged
    assert state_name("24", "hi") == "गुजरात"
    with pytest.raises(ValueError, match="40"):
        state_name("40")
    assert state_code_for_name(" jammu  & Kashmir") == "01"
    assert state_code_for_name("Orissa") == "21"
    assert state_code_for_name("Andhra Pradesh") == "37"
    assert state_code_for_name("Atlantis") is None
    assert ("25", "25 Daman and Diu (old)") not in state_choices()
    assert len(state_choices(closed=True)) == len(state_choices()) + 2
    assert len(UQC) == 45
    assert all(len(code) == 3 and code.isupper() for code in UQC)
    assert (UQC["TUB"], UQC["UGS"]) == ("TUBES", "US GALLONS")
    assert uqc_label("KGS") == "KGS-KILOGRAMS"
    assert uqc_label("NA") == "NA"
    assert ("NOS", "NOS - Numbers") in uqc_choices()
    with pytest.raises(ValueError, match="ZZZ"):
        uqc_label("ZZZ")


def test_document_numbers_and_series() -> None:
    assert irn_number("inv/1") == "INV/1"
    assert series_problem("INV/26-27/", 6) == ""
    assert "17 characters" in series_problem("INV/26-27/", 7)
    assert "at least one digit" in series_problem("A", 0)
    with pytest.raises(ValueError, match="must not start with 0"):
        validate_doc_number("0001", for_irn=True)


def test_dated_rows_hold_until_the_next() -> None:
    table = (Dated(date(2025, 1, 1), "b"), Dated(date(2024, 1, 1), "a"))
    assert in_force(table, date(2023, 12, 31)) is None
    assert in_force(table, date(2024, 12, 31)) == "a"
    assert in_force(table, date(2025, 1, 1)) == "b"
