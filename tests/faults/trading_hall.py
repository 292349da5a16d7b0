"""Clerks who sell over HTTP while parts of the installation are killed, and what they were promised.

A clerk repeats a call that got no answer, with the same Idempotency-Key, as a careful client does; one clerk
doesn't and goes on with the next sale. Whatever answered 2xx is a promise.
"""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.factories.sales import in_days
from tests.kit.served import BUSY_SECONDS, ROOT, Server

HOST = "acme.localhost"
AGAIN = (409, 429, 502, 503)  # busy, or away for a moment
PATIENCE = 180  # seconds for one call with all its repeats


@dataclass(frozen=True)
class Sale:
    """An invoice whose posting was acknowledged. ``mailed``: so was its sending."""

    tag: str
    invoice: int
    number: str
    mailed: bool


@dataclass
class Hall:
    """The installation, its masters and everything that was promised so far."""

    server: Server
    ids: dict[str, Any] = field(default_factory=dict)
    sales: list[Sale] = field(default_factory=list)
    tags: set[str] = field(default_factory=set)  # every sale that was begun
    imports: dict[str, int] = field(default_factory=dict)  # accepted imports: prefix → rows
    answers: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)
    token: str = ""
    _password: str = field(default_factory=lambda: "hall-Dawat-" + secrets.token_hex(4))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def open(self) -> None:
        """Start the server, make the organisation with goods and customers, sign in."""
        self.server.environment |= {
            "API_RATE_USER": "10000000/min",
            "API_RATE_ADDRESS": "10000000/min",
            "API_RATE_SIGN_IN": "10000/min",
        }
        self.server.start(BUSY_SECONDS)
        made = self.server.manage("create_organisation", "acme", "--admin", "asha@acme.example")
        assert made.returncode == 0, made.stdout + made.stderr
        result = subprocess.run(
            [sys.executable, str(ROOT / "tests/bench/prepare.py"), self._password],
            cwd=ROOT, env=self._environment(), capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert result.returncode == 0, result.stdout + result.stderr
        self.ids = json.loads(result.stdout.strip().splitlines()[-1])
        self.sign_in()

    def _environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "DATABASE_URL": self.server.cluster.url("bahi_app"),
            "DATABASE_OWNER_URL": self.server.cluster.url("bahi_owner"),
            "DJANGO_SETTINGS_MODULE": "config.settings.dev",
            "SECRET_KEY": (self.server.data / "secret.key").read_text(),
            "BAHI_DATA": str(self.server.data),
            "PYTHONPATH": str(ROOT),
        }

    def client(self) -> httpx.Client:
        base = f"http://127.0.0.1:{self.server.port}/api/v1/"
        return httpx.Client(base_url=base, headers={"Host": HOST}, timeout=30)

    def sign_in(self) -> None:
        """Try until there is an answer: a token may run out while the web process is away."""
        body = {"email": "bench@acme.example", "password": self._password}
        end = time.monotonic() + PATIENCE
        while True:
            try:
                with self.client() as client:
                    answer = client.post("auth/token/", json=body)
                if answer.status_code not in AGAIN:
                    break
            except httpx.TransportError:
                self.heard("sign-in cut off")
            assert time.monotonic() < end, "no sign-in"
            time.sleep(0.3)
        answer.raise_for_status()
        self.token = answer.json()["data"]["access"]

    def people(self, clerks: int) -> list[threading.Thread]:
        """Everybody at work; they end when ``stop`` is set and their last call is answered."""
        work = [lambda n=n: self._until_stopped(Clerk(self, n, repeats=n > 0).sell) for n in range(clerks)]
        work.append(lambda: self._until_stopped(Importer(self).bring))
        threads = [threading.Thread(target=each, daemon=True) for each in work]
        for thread in threads:
            thread.start()
        return threads

    def _until_stopped(self, work: Any) -> None:
        number = 0
        while not self.stop.is_set():
            number += 1
            try:
                work(number)
            except Exception as error:  # reported at the end: the others go on
                with self._lock:
                    self.wrong.append(f"{type(error).__name__}: {str(error)[:300]}")

    def promise(self, sale: Sale) -> None:
        with self._lock:
            self.sales.append(sale)

    def heard(self, what: Any) -> None:
        with self._lock:
            self.answers[str(what)] += 1


class NoAnswer(Exception):
    """The call got no answer and was not repeated."""


class Clerk:
    """Writes an invoice, posts it, and mails every third."""

    def __init__(self, hall: Hall, number: int, *, repeats: bool) -> None:
        self.hall, self.number, self.repeats = hall, number, repeats
        self.http = hall.client()

    def sell(self, turn: int) -> None:
        tag = f"{self.number}-{turn}"
        self.hall.tags.add(tag)
        try:
            made = self.call("accounting/invoices/", self._invoice(tag, turn), f"make-{tag}")
            posted = self.call(f"accounting/invoices/{made['id']}/post/", {}, f"post-{tag}")
        except NoAnswer:
            return
        mailed = False
        if turn % 3 == 0:
            try:
                self.call(f"accounting/invoices/{made['id']}/send/", {"to": "x@shop.example"}, f"mail-{tag}")
                mailed = True
            except NoAnswer:
                pass
        self.hall.promise(Sale(tag, made["id"], posted["number"], mailed))

    def _invoice(self, tag: str, turn: int) -> dict[str, Any]:
        ids, start = self.hall.ids, turn * 5 + self.number * 31
        lines = [
            {"product": ids["products"][(start + k) % 200], "quantity": "2", "unit_price": "150.00"}
            for k in range(5)
        ]
        party = ids["parties"][(turn + self.number * 97) % 1000]
        values = {"company": ids["company"], "party": party, "po_reference": tag, "moves_stock": True}
        return {**values, "date": in_days(0), "lines": lines}

    def call(self, path: str, body: Any, key: str) -> Any:
        """POST until there is an answer; its data. Raises NoAnswer (when this clerk doesn't repeat)."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            headers = {"Authorization": f"Bearer {self.hall.token}", "Idempotency-Key": key}
            try:
                answer = self.http.post(path, json=body, headers=headers)
            except httpx.TransportError:
                self.hall.heard("cut off")
                if not self.repeats:
                    time.sleep(0.3)
                    raise NoAnswer from None
                time.sleep(0.3)
                continue
            self.hall.heard(answer.status_code)
            if answer.status_code < 300:
                return answer.json()["data"]
            if answer.status_code == 401:
                self.hall.sign_in()
            elif answer.status_code in AGAIN:
                time.sleep(0.3)
            else:
                raise AssertionError(f"{path} {key}: {answer.status_code} {answer.text[:300]}")
        raise AssertionError(f"{path} {key}: no good answer in {PATIENCE} s")


class Importer:
    """Brings lists of parties that are so long that the worker reads them."""

    ROWS = 320

    def __init__(self, hall: Hall) -> None:
        self.hall, self.http = hall, hall.client()

    def bring(self, turn: int) -> None:
        prefix = f"Import {turn:04d}"
        rows = "".join(f"{prefix} row {n:03d},{prefix} row {n:03d}\n" for n in range(self.ROWS))
        headers = {"Authorization": f"Bearer {self.hall.token}"}
        try:
            answer = self.http.post(
                "parties/parties/import/",
                data={"mode": "all_or_nothing"},
                files={"file": ("parties.csv", f"display_name,legal_name\n{rows}".encode(), "text/csv")},
                headers=headers,
            )
        except httpx.TransportError:
            self.hall.heard("import cut off")
            time.sleep(0.5)
            return
        self.hall.heard(f"import {answer.status_code}")
        if answer.status_code == 202:
            self.hall.imports[prefix] = self.ROWS
        elif answer.status_code == 401:
            self.hall.sign_in()
        elif answer.status_code not in AGAIN:
            raise AssertionError(f"import: {answer.status_code} {answer.text[:300]}")
        self.hall.stop.wait(4)
