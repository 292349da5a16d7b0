"""``BAHI_PROFILE=small bin/serve`` with the demo, from a data folder of its own: its memory, all together."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil

from tests.bench.meter import memory_mb
from tests.bench.row import Row
from tests.bench.world import ROOT, World, free_port

PAGES = (
    "/", "/admin/", "/admin/accounting/invoice/", "/admin/sales/order/", "/admin/parties/party/",
    "/api/v1/accounting/invoices/", "/api/v1/sales/orders/", "/api/v1/parties/parties/",
)  # fmt: skip
NOT_INHERITED = ("DATABASE_", "SECRET_KEY", "BAHI_", "DJANGO_")


def small(_world: World) -> Iterator[Row]:
    """Web, sockets, worker and PostgreSQL after people looked around, by proportional set size."""
    with tempfile.TemporaryDirectory(prefix="bahi-small-") as folder:
        (Path(folder) / "venv").symlink_to(os.environ["VIRTUAL_ENV"])
        port = free_port()
        server = subprocess.Popen(
            [sys.executable, str(ROOT / "bin" / "serve"), "--data", folder, "--port", str(port)],
            cwd=ROOT, env=_environment(), stdout=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            _until_ready(port, server)
            _look_around(port, Path(folder) / "credentials.txt")
            used = memory_mb(_roots(server.pid, folder))
        finally:
            server.terminate()
            server.wait(60)
    what = "BAHI_PROFILE=small: web, sockets, worker, PostgreSQL"
    yield Row(what, f"{used:.0f} MB", "≤ 512 MB", used <= 512)


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(NOT_INHERITED)}
    return {**kept, "BAHI_PROFILE": "small"}


def _until_ready(port: int, server: subprocess.Popen[bytes]) -> None:
    for _ in range(900):
        try:
            if httpx.get(f"http://127.0.0.1:{port}/health/ready", timeout=2).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        if server.poll() is not None:
            break
        time.sleep(1)
    raise RuntimeError("bin/serve did not come up")


def _look_around(port: int, sign_ins: Path) -> None:
    """Everyone of the demo signs in and opens pages; then the worker has half a minute for its rounds."""
    for line in sign_ins.read_text(encoding="utf-8").splitlines():
        host, _role, email, password = line.split("\t")
        base = f"http://127.0.0.1:{port}"
        with httpx.Client(
            base_url=base, headers={"Host": host}, timeout=60, follow_redirects=False
        ) as person:
            page = person.get("/accounts/login/")
            if 'name="csrfmiddlewaretoken" value="' not in page.text:
                continue
            token = page.text.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
            form = {"email": email, "password": password, "csrfmiddlewaretoken": token}
            person.post("/accounts/login/", data=form, headers={"Referer": base})
            for path in PAGES * 3:
                person.get(path)
    time.sleep(30)


def _roots(serve: int, folder: str) -> list[int]:
    """The launcher and, where it isn't below it, the PostgreSQL of this data folder."""
    family = {process.pid for process in psutil.Process(serve).children(recursive=True)} | {serve}
    found = [serve]
    for process in psutil.process_iter(["pid", "cmdline"]):
        command = process.info["cmdline"] or []
        if (
            process.info["pid"] not in family
            and f"{folder}/postgres" in " ".join(command)
            and "-D" in command
        ):
            found.append(process.info["pid"])
    return found
