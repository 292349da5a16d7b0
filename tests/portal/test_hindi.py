"""Hindi on sign-in, home, lists and document pages; the compiled texts are those of the catalogue."""

from __future__ import annotations

import gettext
import re
import subprocess
from pathlib import Path

import pytest
from django.test import Client

LOCALE = Path(__file__).resolve().parents[2] / "locale/hi/LC_MESSAGES"
LEAST = 600


@pytest.fixture
def hindi(db):
    client = Client(HTTP_HOST="acme.localhost")
    client.cookies["bahi_language"] = "hi"
    return client


def test_visitor_signs_in_in_hindi(hindi):
    page = hindi.get("/accounts/login/", HTTP_ACCEPT_LANGUAGE="hi").content.decode()
    assert '<html lang="hi"' in page
    assert "साइन इन" in page
    assert "पासवर्ड" in page


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/", ("जल्दी बनाएँ", "अतिदेय बीजक", "नया बीजक")),
        ("/admin/sales/order/", ("कॉलम", "आदेश", "स्थिति")),
        ("/admin/accounting/invoice/add/", ("देय तिथि", "कर योग्य मूल्य", "पक्ष")),
    ],
)
def test_clerk_who_chose_hindi_works_in_hindi(administrator, path, words):
    client = Client(HTTP_HOST="acme.localhost")
    client.force_login(administrator)
    client.cookies["bahi_language"] = "hi"
    page = client.get(path).content.decode()
    page = re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), page)
    for word in words:
        assert word in page


def test_compiled_texts_are_those_of_the_catalogue(tmp_path):
    made = tmp_path / "django.mo"
    subprocess.run(["msgfmt", "--check-format", "-o", made, LOCALE / "django.po"], check=True)
    with made.open("rb") as fresh, (LOCALE / "django.mo").open("rb") as kept:
        texts, shipped = gettext.GNUTranslations(fresh)._catalog, gettext.GNUTranslations(kept)._catalog
    assert texts == shipped
    assert len([key for key in texts if key]) >= LEAST


def test_placeholders_survive_translation():
    with (LOCALE / "django.mo").open("rb") as kept:
        catalogue = gettext.GNUTranslations(kept)._catalog
    names = re.compile(r"%\((\w+)\)|\{(\w+)\}")
    for source, text in catalogue.items():
        if isinstance(source, str) and source:
            assert sorted(names.findall(source)) == sorted(names.findall(text)), source
