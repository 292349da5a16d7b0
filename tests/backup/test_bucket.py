"""Backups in an S3-compatible store: against a real server of that protocol."""

from __future__ import annotations

import pytest

from apps.backup.targets import backup_target
from apps.core.errors import NotFound
from tests.kit.store import served


@pytest.fixture
def bucket(settings, monkeypatch, tmp_path):
    with served(tmp_path / "store", monkeypatch) as store:
        settings.BACKUP_S3_ENDPOINT = store.url
        settings.BACKUP_TARGET = "s3://keep/bahi"
        yield store


def test_file_goes_in_is_listed_comes_out_and_goes(bucket, tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"BAHIBAK1 content" * 1000)
    target = backup_target()
    target.put("acme/acme-1.bahibackup", path)
    target.put("other/other-1.bahibackup", path)
    (found,) = target.list("acme")
    assert (found.name, found.size) == ("acme/acme-1.bahibackup", 16000)
    with target.open(found.name) as stream:
        assert stream.read() == path.read_bytes()
    target.remove(found.name)
    assert target.list("acme") == []
    with pytest.raises(NotFound):
        target.open(found.name)


def test_a_large_backup_goes_and_comes_in_parts(bucket, tmp_path):
    path = tmp_path / "a"
    path.write_bytes(bytes(range(256)) * (20 * 4096))
    target = backup_target()
    target.put("acme/acme-1.bahibackup", path)
    with target.open("acme/acme-1.bahibackup") as stream:
        assert stream.read() == path.read_bytes()
