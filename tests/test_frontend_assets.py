"""Front-end rules that need no browser: no markup from text, texts translatable, vendored files as locked."""

import asyncio
import json
import re
from pathlib import Path

import pytest
from django.test import RequestFactory

from apps.core.static_storage import StaticMiddleware, StaticStorage
from tools.vendor_assets import LOCK, SPEC, differences_find

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = sorted((ROOT / "static/bahi/js").glob("*.js"))
FORBIDDEN = [
    "innerHTML",
    "outerHTML",
    "insertAdjacentHTML",
    "document.write",
    "eval(",
    "new Function",
    "parseFloat",
]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_script_makes_no_markup_from_text_and_uses_no_float(script):
    text = script.read_text()
    assert [word for word in FORBIDDEN if word in text] == []
    assert len(text.splitlines()) <= 500


def test_every_text_of_the_scripts_is_translatable():
    source = (ROOT / "static/bahi/js/text.js").read_text().split("export const TEXTS = {")[1].split("};")[0]
    texts = dict(re.findall(r'^  (\w+): "(.*)",$', source, re.MULTILINE))
    template = (ROOT / "templates/bahi/config.html").read_text()
    assert dict(re.findall(r'"(\w+)": "{% filter escapejs %}{% translate "(.*?)" %}', template)) == texts
    used = set()
    for script in SCRIPTS:
        used |= set(re.findall(r'\bt\("(\w+)"', script.read_text()))
    assert used <= set(texts)


def test_chains_of_imports_are_shorter_than_the_passes_that_hash_them():
    folder = ROOT / "static/bahi/js"
    imports = {
        script.name: set(re.findall(r'(?:from\s+|import\s*\(?\s*)"\./([\w-]+\.js)"', script.read_text()))
        for script in folder.glob("*.js")
    }

    def length(name, path=()):
        assert name not in path, f"{name} imports itself in a circle"
        return 1 + max([length(other, (*path, name)) for other in imports[name]] or [0])

    assert max(length(name) for name in imports) < StaticStorage.max_post_process_passes


def test_vendored_files_are_as_locked():
    assert differences_find(json.loads(SPEC.read_text()), json.loads(LOCK.read_text())) == []


def test_a_changed_vendored_file_is_found(tmp_path):
    spec, lock = json.loads(SPEC.read_text()), json.loads(LOCK.read_text())
    for entry in lock:
        for name in entry["sha256"]:
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes((ROOT / name).read_bytes())
    changed = tmp_path / "static/vendor/htmx.org/htmx.min.js"
    changed.write_bytes(changed.read_bytes() + b"\n")
    (changed.parent / "extra.js").write_text("")
    assert differences_find(spec, lock, tmp_path) == [
        "static/vendor/htmx.org/htmx.min.js was changed",
        "static/vendor/htmx.org/extra.js is not in the lock",
    ]


@pytest.mark.filterwarnings("error:StreamingHttpResponse must consume")
def test_a_script_comes_in_pieces_under_an_asgi_server(settings):
    settings.WHITENOISE_USE_FINDERS = True
    script = ROOT / "static/bahi/js/text.js"
    answer = StaticMiddleware(lambda _request: None)(RequestFactory().get("/static/bahi/js/text.js"))

    async def whole():
        return b"".join([block async for block in answer])

    assert asyncio.run(whole()) == script.read_bytes()
    assert answer["Content-Type"].startswith("text/javascript")
    assert "Content-Disposition" not in answer
    answer.close()
