"""Redis is killed while people sell, and comes back: nobody is refused, and pages are told live again."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import socket
import sys
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from tests.faults.promises import broken, inside, waiting
from tests.faults.trading_hall import HOST, Hall
from tests.kit.figures import note
from tests.kit.redis import RedisServer
from tests.kit.served import served

pytestmark = [
    pytest.mark.full,
    pytest.mark.redis,
    pytest.mark.skipif(
        not Path(sys.prefix, ".bahi-made").exists(), reason="not in an environment of bin/test"
    ),
    pytest.mark.skipif(not shutil.which("redis-server"), reason="no redis-server here"),
]
AWAY = 15.0  # seconds
CLERKS = 4


class LivePage:
    """A page's socket as a browser keeps it: opened again when it was cut, until ``stop``."""

    def __init__(self, hall: Hall) -> None:
        self.hall, self.heard, self.stop = hall, [], threading.Event()  # heard: moments of job.progress
        self.cookie = self._sign_in()
        threading.Thread(target=self._listen, daemon=True).start()

    def _sign_in(self) -> str:
        with httpx.Client(base_url=f"http://127.0.0.1:{self.hall.server.port}") as client:
            host = {"Host": f"{HOST}:{self.hall.server.port}"}
            page = client.get("/accounts/login/", headers=host)
            token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
            assert token is not None
            data = {"email": "bench@acme.example", "password": self.hall._password,
                    "csrfmiddlewaretoken": token.group(1)}  # fmt: skip
            cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
            answer = client.post("/accounts/login/", data=data, headers={**host, "Cookie": cookies})
            assert answer.status_code == 302, answer.text[:500]
            return "; ".join(f"{name}={value}" for name, value in client.cookies.items())

    def _listen(self) -> None:
        port = self.hall.server.port
        site = f"http://{HOST}:{port}"
        headers = {"Cookie": self.cookie}
        while not self.stop.is_set():
            with contextlib.suppress(OSError, WebSocketException, TimeoutError):
                link = socket.create_connection(("127.0.0.1", port), 5)
                with connect(f"{site.replace('http', 'ws')}/ws/", sock=link, origin=site,
                             additional_headers=headers) as page:  # fmt: skip
                    while not self.stop.is_set():
                        with contextlib.suppress(TimeoutError):
                            self._note(json.loads(page.recv(timeout=1)))
            self.stop.wait(1)

    def _note(self, message: dict[str, Any]) -> None:
        if message.get("type") == "job.progress":
            self.heard.append(time.monotonic())


def wait_for(condition: Any, seconds: float, what: str) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.1)


def test_redis_dies_while_people_sell_and_comes_back(tmp_path, django_db_blocker):
    redis = RedisServer()
    with served(tmp_path / "data") as server:
        server.environment["REDIS_URL"] = redis.url
        hall = Hall(server)
        hall.open()
        page = LivePage(hall)
        people = hall.people(CLERKS)
        try:
            wait_for(lambda: page.heard and len(hall.sales) > 20, 120, "nothing was told before")
            redis.stop()
            before, begun = len(hall.sales), time.monotonic()
            time.sleep(AWAY)
            during = len(hall.sales) - before
            redis.start()
            back = time.monotonic()
            wait_for(lambda: page.heard[-1] > back + 1, 60, "pages were never told again")
            told_after = page.heard[-1] - back
        finally:
            hall.stop.set()
            page.stop.set()
            for person in people:
                person.join(120)
            redis.stop()
        note(
            f"Redis away for {back - begun:.0f} s: {during} sales meanwhile, {before} before;"
            f" pages told again within {told_after:.1f} s; answers {dict(hall.answers)}"
        )
        assert not hall.wrong, hall.wrong[:5]
        assert during > 5
        assert set(hall.answers) <= {"200", "201", "202", "409", "import 202"}, hall.answers
        with django_db_blocker.unblock(), inside(hall):
            wait_for(lambda: not waiting(), 120, "something waits for ever")
            assert broken(hall) == {}
