"""A real store for the tests of files that lie in a bucket."""

from __future__ import annotations

import pytest

from apps.core.secrets import new_key
from tests.kit.store import served


@pytest.fixture
def store(settings, monkeypatch, tmp_path):
    """Stored files lie in a bucket of a running store; data folder and keys are the test's own."""
    settings.DATA_DIR, settings.MEDIA_ROOT = tmp_path, tmp_path / "media"
    settings.SECRETS_KEYS = new_key()
    with served(tmp_path / "store", monkeypatch) as running:
        settings.FILES_S3_ENDPOINT, settings.FILES_TARGET = running.url, "s3://keep/files"
        yield running
