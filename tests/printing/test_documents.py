"""What a person finds on a printed document."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from apps.documents.printing import (
    COPIES_GOODS,
    PrintLine,
    PrintQr,
    PrintSignature,
    PrintTotal,
    render_document,
    render_documents,
    upi_link,
)
from tests.kit.pdf import copied, pages, texts

from . import samples

FOOT = 42  # points at the end of a page, below what it tells


def printed(document) -> list[str]:
    return texts(render_document(document, deterministic=True))


@pytest.mark.parametrize(("count", "most"), [(1, 1), (2, 1), (5, 1), (40, 3), (300, 15)])
def test_customer_finds_heads_numbers_and_every_line_on_a_document_of_any_length(count, most):
    rows = tuple(replace(line, position=f"L{number}") for number, line in enumerate(samples.lines(count), 1))
    texts = printed(samples.invoice(count, lines=rows))
    pages = len(texts)
    assert pages <= most
    for number, text in enumerate(texts, 1):
        assert f"Page {number} of {pages}" in text
        assert "SFS/26-27/00418" in text
    with_lines = [text for text in texts if "HDPE pipe" in text]
    assert all("Description" in text and "HSN/SAC" in text for text in with_lines)
    whole = "\n".join(texts).split()
    assert [word for word in whole if word.startswith("L") and word[1:].isdigit()] == [
        f"L{number}" for number in range(1, count + 1)
    ]


def test_customer_reads_totals_words_and_bank_together_on_the_last_page():
    document = samples.invoice(40)
    last = printed(document)[-1]
    grand = next(row.amount for row in document.totals if row.kind == "grand")
    assert f"₹ {indian(grand)}" in last
    assert "Rupees Two Lakh Fifty Four Thousand Three Hundred and Ten Only" in last
    assert "50200048217700" in last
    assert "Authorised signatory" in last
    assert "For Sahyadri Flow Systems Private Limited" in last


def indian(value: Decimal) -> str:
    """Grouping worked out another way than in the kit."""
    whole, paise = f"{value:.2f}".split(".")
    tail, head = whole[-3:], whole[:-3]
    while head:
        tail = head[-2:] + "," + tail
        head = head[:-2]
    return f"{tail}.{paise}"


def test_clerk_gets_three_copies_in_one_file_each_marked():
    texts = printed(samples.invoice(60, copies=COPIES_GOODS))
    assert len(texts) == 9
    for number, copy in enumerate(COPIES_GOODS):
        group = texts[number * 3 : number * 3 + 3]
        assert all(copy in text for text in group)
        assert ["Page 1 of 3" in group[0], "Page 2 of 3" in group[1], "Page 3 of 3" in group[2]] == [True] * 3
        assert not any(other in text for other in COPIES_GOODS if other != copy for text in group)


def test_copies_share_their_page_contents_so_that_the_file_stays_small():
    one = len(render_document(samples.invoice(300)))
    three = len(render_document(samples.invoice(300, copies=COPIES_GOODS)))
    assert three < one * 1.5


def test_exporter_prints_dollars_with_thousands_and_rupees_with_lakhs():
    assert "US$ 12,388.00" in printed(samples.export())[0]
    rows = (PrintLine("Crane", total=Decimal("123456789.10")),)
    euro = samples.invoice(1, lines=rows, currency="EUR", symbol="€", totals=())
    assert "123,456,789.10" in printed(euro)[0]
    rupee = samples.invoice(1, lines=rows, totals=())
    assert "12,34,56,789.10" in printed(rupee)[0]


def test_driver_carries_a_challan_without_any_price():
    texts = printed(samples.challan())
    assert len(texts) == 3
    for text in texts:
        assert "1,500 MTR" in text
        assert "18,450" not in text
        assert "Rate" not in text
        assert "Amount" not in text
        assert "Receiver's signature" in text


def test_customer_sees_that_a_shadow_line_is_not_billed_and_the_sum_leaves_it_out():
    document = samples.credit_note()
    text = printed(document)[0]
    assert "not billed" in text
    billed = sum(line.total for line in document.lines if not line.shadow)
    total_row = next(line for line in text.split("\n") if line.startswith("Total "))
    assert indian(billed) in total_row


def test_clerk_marks_a_proforma_and_a_draft():
    text = printed(samples.proforma())[0]
    assert "Not a tax invoice" in text
    (page,) = pages(render_document(samples.proforma()))
    signs = "".join(letter.text for letter in page.letters if letter.turned)
    assert signs == "DRAFT"


def test_columns_are_those_asked_for_and_an_unknown_one_is_refused():
    text = printed(samples.invoice(2, columns=("description", "cgst", "sgst", "total")))[0]
    head = next(line for line in text.split("\n") if line.startswith("Description"))
    assert head == "Description CGST SGST Amount"
    with pytest.raises(ValueError, match="columns: there is no column 'colour'"):
        render_document(samples.invoice(2, columns=("colour",)))


def test_batch_of_documents_numbers_each_on_its_own():
    sheets = texts(render_documents([samples.invoice(60), samples.receipt()]))
    assert ["Page 3 of 3" in sheets[2], "Page 1 of 1" in sheets[3]] == [True, True]
    with pytest.raises(ValueError, match="nothing to print"):
        render_documents([])


def test_equal_documents_give_equal_bytes():
    first = render_document(samples.hindi(), deterministic=True)
    assert first == render_document(samples.hindi(), deterministic=True)


def test_hindi_text_is_shaped_and_can_be_copied_as_typed():
    text = copied(render_document(samples.hindi("hi")))[0]
    assert "श्री गोदावरी कृषि सिंचन केंद्र" in text
    assert "कर बीजक" in text
    assert "पृष्ठ 1 / 1" in text
    assert "Tax Invoice" not in text


def test_other_indian_scripts_print():
    names = ("गणेश", "গণেশ", "ਗਣੇਸ਼", "ગણેશ", "ଗଣେଶ", "கணேசன்", "గణేశ్", "ಗಣೇಶ", "ഗണേശൻ")
    for name in names:
        text = printed(samples.invoice(1, bill_to=samples.buyer(name=name)))[0]
        assert name in text.replace(" ", ""), name


def test_payer_scans_a_upi_link_with_payee_amount_and_note():
    link = upi_link(
        address="a.b@bank", name="A & B", amount=Decimal("1250.5"), note="Bill 7/8", reference="R1"
    )
    assert link == "upi://pay?pa=a.b@bank&pn=A%20%26%20B&tr=R1&am=1250.50&cu=INR&tn=Bill%207%2F8"
    for wrong in ("nobank", "@x", "a@", "a@b@c", ""):
        with pytest.raises(ValueError, match="upi_id"):
            upi_link(address=wrong, name="A")
    with pytest.raises(ValueError, match="positive"):
        upi_link(address="a@b", name="A", amount=Decimal(0))
    with pytest.raises(ValueError, match="too long"):
        render_document(samples.invoice(1, qr_codes=(PrintQr("x" * 5000),)))


def test_amounts_that_are_no_numbers_are_refused():
    for wrong in (Decimal("NaN"), Decimal("Infinity")):
        with pytest.raises(ValueError, match="not a number"):
            render_document(samples.invoice(1, totals=(PrintTotal("Total", wrong),)))
    with pytest.raises(TypeError, match="float"):
        render_document(samples.invoice(1, totals=(PrintTotal("Total", 1.5),)))


TERMS = "\n".join(f"{number}. Claims are taken within a week of delivery." for number in range(1, 41))


@pytest.mark.parametrize("signatures", [1, 2])
@pytest.mark.parametrize("count", [1, 12, 20])
def test_what_is_signed_stands_above_the_signatures(count, signatures):
    document = samples.invoice(count, signatures=(PrintSignature(),) * signatures, terms=TERMS)
    texts = printed(document)
    whole = "\n".join(texts)
    assert whole.index("1. Claims") < whole.index("40. Claims") < whole.index("Authorised signatory")
    assert "40. Claims" in texts[-1]  # signatures are on no page of their own
    assert "Authorised signatory" in texts[-1]


def test_short_terms_stand_beside_one_signature():
    (page,) = printed(samples.invoice(1, terms="Claims within a week."))
    assert "Terms and conditions" in page


# --- pages: as few as it can be read on, none of them poor --------------------------------------------


def house(count: int, **changes):
    """An invoice with all that a house prints: logo, HSN summary, bank, payment code, signature and seal."""
    sender = samples.company(logo=samples.logo(), signature=samples.signature(), seal=samples.seal())
    return samples.invoice(count, **{"company": sender, **changes})


@pytest.mark.parametrize("inter", [False, True])
@pytest.mark.parametrize("count", [1, 3, 6, 8])
def test_an_invoice_of_a_few_lines_is_one_sheet_of_paper(count, inter):
    (page,) = printed(house(count, inter=inter))
    for part in ("Tax summary", "Amount in words", "Bank details", "Terms and conditions", "Page 1 of 1"):
        assert part in page
    assert page.index("Grand total") < page.index("Authorised signatory")


def test_lines_are_set_close_only_where_that_saves_a_page():
    def height(count: int) -> float:
        lines = pages(render_document(house(count)))[0].lines
        found = [line.top for line in lines if "HDPE pipe" in line.text or "Pressure gauge" in line.text]
        return found[1] - found[0]

    assert height(8) < height(6) == height(12)


@pytest.mark.parametrize("terms", ["Claims within a week.", ""])
@pytest.mark.parametrize("count", range(7, 34))
def test_no_page_is_left_poor(count, terms):
    sheets = pages(render_document(house(count, terms=terms)))
    ends = [
        max(line.bottom for line in page.lines if line.bottom < page.height - FOOT) for page in sheets[:-1]
    ]
    assert all(end > 690 for end in ends), ends  # of 842: the room of a row or of the totals, not a third
    sums = next(page.text for page in sheets if "Grand total" in page.text)
    assert "Rupees Two Lakh" in sums  # an amount and its words
    assert "Bank details" in sheets[-1].text  # a signature is on no page of its own
    assert "Authorised signatory" in sheets[-1].text


def test_payment_that_finds_no_room_opens_the_next_page():
    first, second = printed(house(9))
    assert "Grand total" in first
    assert "Amount in words" in first
    assert "Bank details" not in first
    assert second.index("Bank details") < second.index("Authorised signatory")
    assert ["Page 1 of 2" in first, "Page 2 of 2" in second] == [True, True]


def test_a_tax_summary_over_two_pages_has_its_heads_on_both():
    texts = printed(house(15))
    heads = [text.count("HSN/SAC Taxable value GST CGST SGST Total tax") for text in texts]
    assert heads == [1, 1]
    assert "84137010 " in texts[0].split("Tax summary")[1]
    assert "Total 5," in texts[1]


def test_names_below_a_signature_stand_inside_the_page():
    named = (PrintSignature(name="A. Joshi", note="Digitally signed"),)
    for count in range(1, 12):
        data = render_document(house(count, signatures=named, footer=""))
        last = pages(data)[-1]
        (note,) = last.lines_with("Digitally signed")
        assert note.bottom < last.height - 34  # above the rule of the foot
