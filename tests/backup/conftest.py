"""A scratch database in which Django is connected as the owner."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from apps.core.secrets import new_key
from tests.kit import database


@pytest.fixture
def owner(commits: str) -> Iterator[Any]:
    """The default connection, as the owner's role, in ``public``; may build, migrate and drop."""
    from urllib.parse import unquote, urlsplit

    url = urlsplit(database.owner_url(commits))
    kept = {name: connection.settings_dict[name] for name in ("USER", "PASSWORD")}
    connection.close()
    connection.settings_dict.update(USER=unquote(url.username or ""), PASSWORD=unquote(url.password or ""))
    connection.set_schema_to_public()
    yield connection
    connection.close()
    connection.settings_dict.update(kept)


@pytest.fixture
def place(settings: Any, tmp_path: Any) -> Any:
    """A data folder of its own, with new keys."""
    settings.DATA_DIR = tmp_path
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.SECRETS_KEYS = new_key()
    return tmp_path
