"""Health is asked of every host, before any organisation is looked up."""

from __future__ import annotations

import pytest
from django.test import Client


@pytest.mark.parametrize("host", ["acme.localhost", "nobody.example", "platform.localhost", "10.0.0.1"])
def test_health_answers_on_every_host(commits, host):
    client = Client(HTTP_HOST=host)
    assert client.get("/health/live").json() == {"status": "live"}
    assert client.get("/health/ready").json() == {"status": "ready", "database": "up"}
