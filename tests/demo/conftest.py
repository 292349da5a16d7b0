"""A scratch database with the owner's role."""

from __future__ import annotations

import pytest
from django.db import connection

from tests.kit.database import owner_url


@pytest.fixture
def owner(commits):
    """The scratch database with the owner's role, outside any organisation."""
    from urllib.parse import urlsplit

    from django.db import connections

    url = urlsplit(owner_url(commits))
    before = {key: connection.settings_dict[key] for key in ("USER", "PASSWORD")}
    connection.close()
    connection.settings_dict |= {"USER": url.username, "PASSWORD": url.password or ""}
    connection.set_schema_to_public()
    yield
    connections["default"].close()
    connection.settings_dict |= before
