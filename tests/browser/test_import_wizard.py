"""The import page against the real server and the real worker: a clerk who may import parties only."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.bench.world import HOST, ROOT, World
from tests.browser.conftest import note, serious_violations
from tests.kit import database

pytestmark = [pytest.mark.browser, pytest.mark.full]
EMAIL, PASSWORD = "importer@acme.example", "kalam-Dawat-9"
CLERK = f"""
from apps.core.tenant import organisation_context
from tests.factories.accounts import make_user
with organisation_context("org_acme"):
    make_user("parties.view_party", "parties.add_party", "parties.import_party", email="{EMAIL}")
"""
SIZES = [(1440, 900), (360, 780)]
MANY = 8_000  # rows: several batches, so that the worker can be killed between two


class Site(World):
    """A scratch database, a web server and a worker that can be killed."""

    worker: subprocess.Popen[bytes] | None = None

    def work(self) -> None:
        self.worker = subprocess.Popen(
            [sys.executable, "-W", "ignore", "manage.py", "run_worker"],
            cwd=ROOT, env=self.environment(), start_new_session=True,
        )  # fmt: skip

    def kill_worker(self) -> None:
        """The whole process group, at once."""
        if self.worker is not None and self.worker.poll() is None:
            os.killpg(self.worker.pid, signal.SIGKILL)
            self.worker.wait()

    def one(self, query: str) -> Any:
        return self.sql(query)[0][0]

    def sign_in(self) -> str:
        return ""


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    made = Site(database.copy_for("wizard"))
    try:
        made.manage("shell", "-c", CLERK)
        made.start()
        yield made
    finally:
        made.kill_worker()
        made.stop()
        database.drop(made.name)


@pytest.fixture
def open_import(chromium: Browser, site: Site) -> Iterator[Callable[..., Page]]:
    """open_import(width=1440, dark=False) → the import page of the clerk, found in the menu."""
    contexts: list[Any] = []
    problems: list[str] = []

    def open_one(*, width: int = 1440, height: int = 900, dark: bool = False) -> Page:
        scheme = "dark" if dark else "light"
        context = chromium.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.route_web_socket("**/ws/", lambda _route: None)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda message: note(message, problems))
        page.goto(f"http://{HOST}:{site.port}/accounts/login/?next=/admin/")
        page.fill("input[name=email]", EMAIL)
        page.fill("input[name=password]", PASSWORD)
        page.press("input[name=password]", "Enter")
        page.wait_for_url("**/admin/**")
        link = page.locator("a[href$='/data/import/']").first
        page.goto(f"http://{HOST}:{site.port}{link.get_attribute('href')}")
        expect(page.get_by_label("What")).to_be_visible()
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert problems == []


def sheet(path: Path, names: list[str], bad: dict[int, str] | None = None) -> Path:
    """A CSV of parties; ``bad``: {row: tax treatment that doesn't exist}."""
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(["Legal name", "display_name", "is_customer", "tax_treatment"])
        for number, name in enumerate(names, start=2):
            writer.writerow([name, name, "yes", (bad or {}).get(number, "unregistered")])
    return path


def choose(page: Page, path: Path, mode: str = "all_or_nothing") -> None:
    page.get_by_label("File (CSV or XLSX)").set_input_files(str(path))
    page.get_by_label("When a row is wrong").select_option(mode)
    expect(page.get_by_label("Legal name")).to_have_value("legal_name")


def check_bad(page: Page, path: Path, names: list[str]) -> Locator:
    """Check a sheet whose third row says nonsense; the place of the result."""
    choose(page, sheet(path, names, {3: "nonsense"}))
    page.get_by_role("button", name="Check", exact=True).click()
    return page.locator("[data-import-result]")


def test_clerk_checks_a_file_corrects_it_and_imports_it(open_import, site, tmp_path):
    page = open_import()
    names = [f"Wizard {n}" for n in range(3)]
    result = check_bad(page, tmp_path / "parties.csv", names)
    expect(result).to_contain_text("1 problem. Nothing was written.")
    expect(result.locator("tbody tr")).to_have_count(1)
    expect(result.locator("tbody td").nth(0)).to_have_text("3")
    expect(result.locator("tbody td").nth(1)).to_have_text("tax_treatment")
    with page.expect_download() as saved:
        result.get_by_role("link", name="Download all problems").click()
    assert "tax_treatment" in Path(saved.value.path()).read_text(encoding="utf-8-sig")
    assert site.one("SELECT count(*) FROM parties_party WHERE legal_name LIKE 'Wizard %'") == 0
    again = sheet(tmp_path / "parties.csv", names)  # saved anew under its name, as one does in a spreadsheet
    os.utime(again, (time.time() + 5, time.time() + 5))  # Chromium tells files apart by whole seconds
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Choose it again")
    choose(page, tmp_path / "parties.csv")
    page.get_by_role("button", name="Check", exact=True).click()
    expect(result).to_contain_text("3 records can be imported.")
    page.get_by_role("button", name="Start import").click()
    expect(result).to_contain_text("Imported: 3 new")
    result.get_by_role("link", name="Open the list").click()
    expect(page.locator("#result_list, table").first).to_contain_text("Wizard 1")
    history = "SELECT count(*) FROM parties_historicalparty WHERE legal_name LIKE 'Wizard %'"
    assert site.one(history) == 3


def test_clerk_puts_a_cell_right_where_its_problem_is_shown(open_import, site, tmp_path):
    page = open_import()
    result = check_bad(page, tmp_path / "mended.csv", [f"Mended {n}" for n in range(3)])
    cell = result.get_by_label("tax_treatment, Row 3")
    expect(cell).to_have_value("nonsense")
    cell.fill("also nonsense")
    expect(result).to_contain_text("1 cell is put right here")
    cell.press("Enter")
    expect(cell).to_have_value("also nonsense")
    expect(result).to_contain_text("1 problem. Nothing was written.")
    cell.fill("unregistered")
    result.get_by_role("button", name="Check again").click()
    expect(result).to_contain_text("3 records can be imported.")
    result.get_by_role("button", name="Take the file as it is").click()
    expect(cell).to_have_value("nonsense")
    cell.fill("unregistered")
    page.get_by_role("button", name="Start import").click()
    expect(result).to_contain_text("Imported: 3 new")
    page.reload()
    page.get_by_role("link", name="mended.csv").first.click()
    expect(page.locator("dl")).to_contain_text("Row 3, tax_treatment: unregistered")
    assert site.one("SELECT count(*) FROM parties_party WHERE legal_name LIKE 'Mended %'") == 3


def test_large_import_survives_a_killed_worker(open_import, site, tmp_path):
    names = [f"Bulk {n:05d}" for n in range(MANY)]
    page = open_import()
    site.work()
    choose(page, sheet(tmp_path / "many.csv", names), "skip_bad")
    page.get_by_role("button", name="Start import").click()
    expect(page.locator("dialog progress")).to_be_visible()
    handled = "SELECT coalesce(max(done_count), 0) FROM datatools_importrun WHERE file_name = 'many.csv'"
    wait_for(lambda: site.one(handled) > 0)
    site.kill_worker()
    before = site.one(handled)
    assert 0 < before < MANY
    assert site.one("SELECT count(*) FROM parties_party WHERE legal_name LIKE 'Bulk %'") == before
    page.reload()
    row = page.locator("table tr", has_text="many.csv")
    expect(row).to_contain_text("Running")
    expect(row.locator("progress")).to_be_visible()
    site.work()
    expect(page.locator("table tr", has_text="many.csv")).to_contain_text("Done", timeout=180_000)
    expect(page.locator("table tr", has_text="many.csv")).to_contain_text(f"{MANY:,}")
    assert site.one("SELECT count(*) FROM parties_party WHERE legal_name LIKE 'Bulk %'") == MANY
    assert site.one("SELECT count(*) FROM parties_historicalparty WHERE legal_name LIKE 'Bulk %'") == MANY


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize(("width", "height"), SIZES, ids=["wide", "phone"])
def test_import_page_is_usable(open_import, tmp_path, width, height, dark):
    page = open_import(width=width, height=height, dark=dark)
    choose(page, sheet(tmp_path / "look.csv", ["Look 1", "Look 2"], {2: "nonsense"}))
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.locator("[data-import-result] tbody tr")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    folder = os.environ.get("BAHI_SHOTS")
    if folder:
        page.screenshot(path=f"{folder}/import-{width}-{'dark' if dark else 'light'}.png", full_page=True)
    assert serious_violations(page) == []


def wait_for(condition: Callable[[], bool], seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError("it did not happen in time")
