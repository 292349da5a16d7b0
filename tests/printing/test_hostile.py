"""Texts and pictures made to break the printing."""

from __future__ import annotations

import io
from dataclasses import fields, replace
from decimal import Decimal

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from apps.documents.printing import (
    PrintLine,
    PrintReport,
    PrintRow,
    PrintSignature,
    picture_verify,
    render_document,
    render_report,
)
from apps.documents.printing.text import LONGEST, clean, clean_line, width, wrap
from tests.kit import pdf

from . import samples

HOSTILE = [
    "<b>bold",
    "<img src='/etc/passwd'/>",
    "</para><font color=red>",
    "&lt;&amp;&#0;",
    "a\x00b\x07c\x1bd",
    "abc\u202edef\u2066ghi\u2069",
    "\ufeff\u200b\u200e\u200f",
    "🚚🔥 van",
    "(un)balanced) \\( \\ \\377",
    ") Tj ET BT /F1 99 Tf (",
    "%PDF-1.4 endstream endobj",
    "\ud800 lone surrogate",
    "Z" + "\u0301" * 200,
    "日本語 العربية עברית",
    "\r\n\r\n\t\v\f",
    "x" * 3000,
    "ा्ि\u200d\u200c",
    "",
    " ",
]


def text_of(data: bytes) -> str:
    with pikepdf.open(io.BytesIO(data)) as checked:
        assert checked.get_warnings() == []
    return pdf.text(data)


def soaked(value, text: str):
    """A dataclass with every text in it replaced."""
    changes = {}
    for item in fields(value):
        old = getattr(value, item.name)
        if isinstance(old, str) and item.name not in ("accent", "language", "kind", "currency", "place"):
            changes[item.name] = text
        elif hasattr(old, "__dataclass_fields__"):
            changes[item.name] = soaked(old, text)
        elif isinstance(old, tuple) and item.name not in ("columns", "qr_codes", "rows"):
            changes[item.name] = tuple(
                text
                if isinstance(part, str)
                else tuple(text for _ in part)
                if isinstance(part, tuple)
                else soaked(part, text)
                for part in old
            )
    return replace(value, **changes)


@pytest.mark.parametrize("text", HOSTILE)
def test_attacker_text_in_every_field_still_prints(text):
    document = soaked(samples.invoice(2, watermark="x", notes="x", intro="x"), text)
    assert "Page 1 of" in text_of(render_document(document))


@pytest.mark.parametrize("text", HOSTILE)
def test_attacker_text_in_a_report_still_prints(text):
    report = soaked(replace(samples.statement(3), watermark="x", subtitle="x"), text)
    rows = tuple(PrintRow((text,) * 6) for _ in range(3))
    assert "Page 1 of" in text_of(render_report(replace(report, rows=rows)))


def test_markup_prints_as_typed():
    text = text_of(render_document(samples.invoice(1, lines=(PrintLine("<b>Bolt</b> & (nut) \\ 5%"),))))
    assert "<b>Bolt</b> & (nut) \\ 5%" in text


def test_cleaning_removes_what_lies_or_breaks_and_keeps_the_rest():
    assert clean("a\x00b\u202ec\u200bd") == "abcd"
    assert clean("one\r\ntwo\tthree") == "one\ntwo three"
    assert clean_line("one\ntwo") == "one two"
    assert clean("🚚 van") == " van"
    assert clean("日") == "?"
    assert clean("≤ 5 − 2") == "<= 5 - 2"
    assert clean("क्‍ष") == "क्‍ष"
    assert clean(None) == ""
    assert clean(Decimal("1.50")) == "1.50"
    assert len(clean("x" * (LONGEST * 2))) == LONGEST


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=120))
def test_any_text_prints_and_stays_inside_the_lines(text):
    kept = clean(text)
    lines = wrap(kept, 0, 8, 100)
    assert all(width(line, 0, 8) <= 100.01 or len(line) == 1 for line in lines)
    assert "".join("".join(lines).split()) == "".join(kept.split())
    assert render_document(samples.invoice(1, lines=(PrintLine(text),))).startswith(b"%PDF")


BROKEN = [
    b"",
    b"not a picture",
    b"\x89PNG\r\n\x1a\n" + b"\0" * 40,
    samples.logo()[:200],
    b"<svg/>",
    b"%PDF-1.4",
]


@pytest.mark.parametrize("data", BROKEN)
@pytest.mark.parametrize("field", ["logo", "signature", "seal"])
def test_broken_pictures_are_refused_by_the_name_of_their_field(field, data):
    with pytest.raises(ValueError, match=rf"company\.{field}: not a readable"):
        render_document(samples.invoice(1, company=samples.company(**{field: data})))


def test_pictures_are_never_paths_nor_bombs():
    for wrong in ("/etc/passwd", "https://example.com/a.png", 5):
        with pytest.raises(ValueError, match=r"company\.logo: a picture is given as bytes"):
            render_document(samples.invoice(1, company=samples.company(logo=wrong)))
    out = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(out, "PNG")
    with pytest.raises(ValueError, match="logo: the picture has too many pixels"):
        picture_verify(out.getvalue(), "logo")
    with pytest.raises(ValueError, match=r"signatures\.image"):
        render_document(samples.invoice(1, signatures=(PrintSignature(image=b"x"),)))


def test_pictures_of_every_allowed_kind_are_printed():
    for kind in ("PNG", "JPEG", "GIF", "WEBP"):
        out = io.BytesIO()
        Image.new("RGB", (900, 300), (10, 120, 90)).save(out, kind)
        data = render_document(samples.invoice(1, company=samples.company(logo=out.getvalue())))
        assert pdf.pages(data)[0].pictures == 1


def test_a_wrong_colour_is_refused():
    for wrong in ("red", "#12", "#GGGGGG", ""):
        with pytest.raises(ValueError, match=r"company\.accent"):
            render_document(samples.invoice(1, company=samples.company(accent=wrong)))


def test_a_description_longer_than_a_page_goes_on_on_the_next():
    words = " ".join(f"w{number}" for number in range(3000))
    text = text_of(render_document(samples.invoice(1, lines=(PrintLine(words, total=Decimal(5)),))))
    for number in (0, 1000, 2999):
        assert f"w{number}" in text


def test_an_empty_report_prints_its_heads():
    report = PrintReport("Empty", samples.statement(1).columns, ())
    assert "Particulars" in text_of(render_report(report))
