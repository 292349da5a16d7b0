"""Backups in an S3-compatible store: against a real server of that protocol."""

from __future__ import annotations

import pytest

from apps.backup.targets import backup_target
from apps.core.errors import NotFound

boto3 = pytest.importorskip("boto3", reason="needs requirements/s3.txt")
server = pytest.importorskip("moto.server", reason="needs a local S3 server (moto)")


@pytest.fixture
def bucket(settings, monkeypatch):
    running = server.ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    running.start()
    host, port = running.get_host_and_port()
    for name, value in (
        ("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test"),
        ("AWS_DEFAULT_REGION", "ap-south-1"),
    ):  # fmt: skip
        monkeypatch.setenv(name, value)
    settings.BACKUP_S3_ENDPOINT = f"http://{host}:{port}"
    settings.BACKUP_TARGET = "s3://keep/bahi"
    boto3.client("s3", endpoint_url=settings.BACKUP_S3_ENDPOINT).create_bucket(
        Bucket="keep", CreateBucketConfiguration={"LocationConstraint": "ap-south-1"}
    )
    yield
    running.stop()


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
