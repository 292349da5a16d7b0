"""Pictures of the guides, taken from a running demo into docs/screenshots:

    bin/serve --data DIR --port 8610     (loads the demo; leave it running)
    bin/manage --data DIR create_operator operator@platform.example --password …
    python tools/take_screenshots.py DIR http://localhost:8610 operator@platform.example …

The system's Chromium draws them at 1440 px light, some at 360 px dark; few colours keep the folder small.
"""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

PLACE = Path(__file__).resolve().parent.parent / "docs/screenshots"
LARGEST = 150_000
PATIENCE = 4_000
"""Milliseconds for parts of a page that come after it (related documents, timeline)."""
DESK, PHONE = (1440, 900), (360, 780)
REASON = "Stock report looks wrong, ticket 41"
PAGES = {
    "sign-in": ("", "/accounts/login/"),
    "home": ("asha", "/"),
    "list": ("asha", "/admin/sales/quotation/"),
    "order": ("asha", "/admin/sales/order/", "confirmed"),
    "invoice": ("asha", "/admin/accounting/invoice/", "posted"),
    "trial-balance": ("asha", "/data/reports/accounting/trial-balance/"),
    "roles": ("asha", "/accounts/roles/matrix/"),
    "sso": ("asha", "/accounts/sso/"),
    "portal": ("customer", "/portal/"),
}
ON_PHONE = ("home", "invoice", "portal")


class Camera:
    """Signs people in and keeps what they see."""

    def __init__(self, browser: Browser, base: str, passwords: dict[str, tuple[str, str]]) -> None:
        self.browser, self.base, self.passwords = browser, base, passwords
        self.pages: dict[tuple[str, bool], Page] = {}

    def page(self, who: str, *, phone: bool = False) -> Page:
        """A page of this person, signed in."""
        if (who, phone) not in self.pages:
            page = self.stranger(phone=phone)
            if not who:
                return page
            email, password = self.passwords[who]
            page.goto("/accounts/login/")
            page.fill("[name=email]", email)
            page.fill("[name=password]", password)
            page.press("[name=password]", "Enter")
            page.wait_for_url(re.compile(r"^(?!.*/accounts/login)"))
            self.pages[who, phone] = page
        return self.pages[who, phone]

    def stranger(self, *, phone: bool = False, base: str = "") -> Page:
        """A page of somebody who isn't signed in."""
        width, height = PHONE if phone else DESK
        context = self.browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if phone else "light",
            base_url=base or self.base,
        )
        page = context.new_page()
        page.set_default_timeout(90_000)
        return page


def keep(page: Page, name: str) -> None:
    """What the window shows, in as many colours as the size allows."""
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(PATIENCE)
    image = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    for colours in (128, 64, 32, 16):
        out = io.BytesIO()
        image.quantize(colours, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
        if out.tell() < LARGEST:
            break
    (PLACE / f"{name}.png").write_bytes(out.getvalue())
    sys.stdout.write(f"{name}: {out.tell() // 1000} kB, {colours} colours\n")


def open_page(page: Page, address: str, status: str = "") -> None:
    """A page, or the newest document of a list in this state."""
    answer: Any = page.goto(f"{address}?status={status}" if status else address)
    if answer.status != 200:
        raise SystemExit(f"{address}: {answer.status}")
    if status:
        first_row(page)


def first_row(page: Page) -> None:
    """The record in the first row of a list."""
    page.goto(
        str(page.locator("#result_list tbody th a, #result_list tbody td a").first.get_attribute("href"))
    )


def tour(camera: Camera) -> None:
    """The pages of the demo."""
    for name, (who, address, *status) in PAGES.items():
        page = camera.page(who)
        open_page(page, address, *status)
        keep(page, name)
        if name in ON_PHONE:
            small = camera.page(who, phone=True)
            open_page(small, address, *status)
            keep(small, f"{name}-phone")


def keep_pdf(camera: Camera) -> None:
    """The first page of a printed invoice."""
    import pypdfium2

    page = camera.page("asha")
    open_page(page, "/admin/accounting/invoice/", "posted")
    found: Any = re.search(r"/invoice/(\d+)/", page.url)
    content = page.request.get(f"/api/v1/accounting/invoices/{found[1]}/pdf/").body()
    image = pypdfium2.PdfDocument(content)[0].render(scale=1.25).to_pil().convert("RGB")
    image.quantize(64, dither=Image.Dither.NONE).save(PLACE / "pdf.png", optimize=True)


def platform(camera: Camera, email: str, password: str) -> None:
    """The operator's site, and a visit to the demo with its banner."""
    parts = urlsplit(camera.base)
    page = camera.stranger(base=f"http://platform.localhost:{parts.port}")
    page.goto("/admin/")
    page.locator("[name=username], [name=email]").first.fill(email)
    page.locator("[name=password]").fill(password)
    page.locator("[name=password]").press("Enter")
    page.wait_for_load_state("networkidle")
    page.goto("/admin/")
    count = page.get_by_role("button", name="Count now")
    if count.count():
        count.click()
        page.wait_for_timeout(5 * PATIENCE)
        page.goto("/admin/")
    keep(page, "platform")
    page.goto("/admin/tenancy/organisation/?q=sahyadri")
    first_row(page)
    keep(page, "organisation")
    form = page.locator("form", has=page.get_by_role("button", name="Enter", exact=True))
    form.locator("[name=reason]").fill(REASON)
    form.get_by_role("button", name="Enter", exact=True).click()
    link = page.get_by_role("link", name="Go to the organisation").get_attribute("href")
    inside = camera.stranger()
    inside.goto(str(link))
    inside.get_by_role("button", name="Enter").click()
    keep(inside, "override")


def hindi_or_exit() -> None:
    """Without a font for it the browser draws हिन्दी as empty boxes."""
    fonts = shutil.which("fc-list")
    if fonts and not subprocess.run([fonts, ":lang=hi"], capture_output=True, check=True).stdout:
        raise SystemExit("No font has Devanagari: install one, such as Debian's fonts-noto-core.")


def main(folder: str, base: str, operator: str, password: str) -> None:
    """Everything, in one go."""
    hindi_or_exit()
    passwords = {}
    for line in (Path(folder) / "credentials.txt").read_text(encoding="utf-8").splitlines():
        _host, _role, email, secret, *_rest = [*line.split("\t"), "", "", ""]
        passwords[email.partition("@")[0]] = (email, secret)
    with sync_playwright() as play:
        program = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = play.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        camera = Camera(browser, base, passwords)
        tour(camera)
        keep_pdf(camera)
        platform(camera, operator, password)
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:5])
