"""Hindi on sign-in, home, lists and document pages; every text of the code is in the compiled catalogue."""

from __future__ import annotations

import ast
import gettext
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[2]
LOCALE = ROOT / "locale/hi/LC_MESSAGES"
MARKS = {"_", "_lazy", "gettext_now", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy"}
IN_TEMPLATE = re.compile(r"""\b(?:gettext|ngettext|_)\(u?(?P<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")""")


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


def python_texts() -> Iterator[tuple[Path, str]]:
    """Texts that the code marks for translation, with the file that holds them."""
    for folder in ("apps", "config"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") in MARKS and node.args:
                    first = node.args[0]
                    if isinstance(first, ast.Constant) and isinstance(first.value, str) and first.value:
                        yield path, first.value


def template_texts() -> Iterator[tuple[Path, str]]:
    """The same of templates, as ``makemessages`` reads them."""
    for path in (ROOT / "templates").rglob("*"):
        if path.suffix in (".html", ".txt"):
            for found in IN_TEMPLATE.finditer(templatize(path.read_text())):
                yield path, ast.literal_eval(found["text"])


def test_every_text_has_its_hindi():
    with (LOCALE / "django.mo").open("rb") as kept:
        catalogue = gettext.GNUTranslations(kept)._catalog
    known = {key[0] if isinstance(key, tuple) else key for key, text in catalogue.items() if text}
    texts = [*python_texts(), *template_texts()]
    assert len({text for _path, text in texts}) > 3_000
    missing = sorted({f"{path.relative_to(ROOT)}: {text}" for path, text in texts if text not in known})
    assert missing == []


def test_placeholders_survive_translation():
    with (LOCALE / "django.mo").open("rb") as kept:
        catalogue = gettext.GNUTranslations(kept)._catalog
    names = re.compile(r"%\((\w+)\)|\{(\w+)\}")
    for source, text in catalogue.items():
        if isinstance(source, str) and source:
            assert sorted(names.findall(source)) == sorted(names.findall(text)), source
