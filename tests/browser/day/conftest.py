"""A whole office: the real server, the real worker, mails in a folder, and people who sit in Chromium."""

from __future__ import annotations

import json
import os
import re
import secrets
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from apps.core.secrets import new_key
from tests.browser.conftest import note
from tests.kit import database

ROOT = Path(__file__).resolve().parents[3]
HOST = "acme.localhost"
PATIENCE = 60_000  # milliseconds; the machine may have other work
OFFER = r"/q/[\w.:-]+/"  # a customer's page of an offer, in a mail


class Office:
    """``at(who, width=…)`` → a page of a signed-in person; ``close`` ends server, worker, database."""

    def __init__(self, folder: Path, chromium: Any) -> None:
        self.folder, self.chromium = folder, chromium
        self.key = new_key()
        self.password = "Dawat-" + secrets.token_hex(6)
        self.name = database.copy_for("office")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://{HOST}:{self.port}"
        self.ids = json.loads(self._python("-m", "tests.browser.day.prepare", self.password))
        self.contexts: list[Any] = []
        self.problems: list[str] = []
        self.states: dict[str, Any] = {}
        web = ["-m", "uvicorn", "config.asgi:application", "--port", str(self.port), "--lifespan", "off",
               "--log-level", "warning"]  # fmt: skip
        self.processes = [self._start(*web), self._start("manage.py", "run_worker")]
        self._wait()

    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "DATABASE_URL": database.run_time_url(self.name),
            "DATABASE_OWNER_URL": database.owner_url(self.name),
            "DJANGO_SETTINGS_MODULE": "config.settings.dev",
            "DEBUG": "1",  # static files as they are, without collecting them first
            "BAHI_DATA": str(self.folder),
            "BAHI_SECRETS_KEYS": self.key,
            "BAHI_OUTBOUND_ALLOWED_HOSTS": "127.0.0.1",  # where an identity provider runs
            "BAHI_PORT": str(self.port),
        }

    def _python(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip().splitlines()[-1]

    def _start(self, *arguments: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, *arguments], cwd=ROOT, env=self.environment())

    def _wait(self) -> None:
        for _ in range(300):
            try:
                with urllib.request.urlopen(
                    f"http://127.0.0.1:{self.port}/health/ready", timeout=5
                ) as answer:
                    if answer.status == 200:
                        return
            except OSError:
                pass
            time.sleep(0.3)
        raise AssertionError("the server did not come up")

    # --- people -----------------------------------------------------------------------------------

    def at(
        self,
        who: str | None,
        *,
        width: int = 1440,
        dark: bool = False,
        host: str = HOST,
        password: str = "",
    ) -> Page:
        """A page of this person (None: a visitor without an account); script errors fail the test.

        Everybody's address is ``who@acme.example``, in each organisation and on the platform's host.
        """
        me = f"{who}@{host}" if who else ""
        context = self.chromium.new_context(
            base_url=f"http://{host}:{self.port}",
            viewport={"width": width, "height": 900 if width > 800 else 780},
            color_scheme="dark" if dark else "light",
            storage_state=self.states.get(me),
        )
        self.contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: self.problems.append(f"{page.url}: {error}"))
        page.on("console", lambda message: note(message, self.problems))
        if who and me not in self.states:
            page.goto("/accounts/login/")
            page.locator("input[type=email], input[name=username]").first.fill(f"{who}@acme.example")
            page.locator("input[type=password]").fill(password or self.password)
            page.keyboard.press("Enter")
            page.wait_for_url(lambda url: "login" not in url)
            self.states[me] = context.storage_state()
        return page

    def mail_link(self, pattern: str = OFFER, *, other_than: str = "") -> str:
        """The newest link of this kind (its path) in the mails that were sent, but for one known already."""
        link = re.compile(rf"https?://[^/\s\"]+({pattern})")
        until = time.monotonic() + PATIENCE / 1000
        while time.monotonic() < until:
            for path in sorted((self.folder / "mail").glob("*"), reverse=True):
                found = link.findall(_text(path.read_bytes()))
                if found and found[-1] != other_than:
                    return str(found[-1])
            time.sleep(0.5)
        raise AssertionError(f"no mail with {pattern} came")

    def manage(self, *arguments: str) -> str:
        """Run a management command; its last line."""
        return self._python("manage.py", *arguments)

    def organisation(self, slug: str) -> str:
        """One more organisation, administered by Asha; her password."""
        who = ("--name", slug.title(), "--admin", "asha@acme.example")
        made = self.manage("create_organisation", slug, *who)
        return made.rsplit("\t", 1)[1]

    def close(self) -> None:
        for context in self.contexts:
            context.close()
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.wait(30)
        database.drop(self.name)


def _text(content: bytes) -> str:
    message = message_from_bytes(content, policy=policy.default)
    plain = message.get_body(("plain",))
    return plain.get_content() if plain is not None else ""


@pytest.fixture(scope="package")
def office(chromium: Any, tmp_path_factory: Any) -> Iterator[Office]:
    """One office for all tests of this folder: they go through its day one after the other."""
    expect.set_options(timeout=PATIENCE)
    made = Office(tmp_path_factory.mktemp("office"), chromium)
    yield made
    made.close()
    expect.set_options(timeout=15_000)


@pytest.fixture(autouse=True)
def _no_script_errors(office: Office) -> Iterator[None]:
    office.problems.clear()
    yield
    assert office.problems == []


@pytest.fixture(scope="package")
def operator(office: Office) -> Page:
    """A page of the operator on the platform's host."""
    office.manage("create_operator", "asha@acme.example", "--password", office.password)
    return office.at("asha", host="platform.localhost")
