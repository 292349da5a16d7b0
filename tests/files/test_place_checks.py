"""Whether files can be kept where the settings say is told: at the start, in the health, by command."""

from __future__ import annotations

import sys

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from apps.core.errors import Refused
from apps.core.object_store import store_clients_forget
from apps.files.services.place_checks import (
    PlaceAway,
    UnusablePlace,
    place_check,
    place_check_at_start,
    place_state_forget,
)


@pytest.fixture(autouse=True)
def fresh():
    place_state_forget()
    yield
    place_state_forget()


def health():
    answer = Client(HTTP_HOST="acme.localhost").get("/health/ready")
    return answer.status_code, answer.json()


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("FILES_TARGET", "s3://", "names no bucket"),
        ("FILES_TARGET", "keep/files", "must be s3://"),
        ("FILES_FORMER", "/srv/files", "BAHI_FILES_FORMER must be s3://"),
        ("FILES_S3_ENDPOINT", "minio:9000", "BAHI_FILES_S3_ENDPOINT must be an address"),
        ("FILES_S3_PUBLIC_ENDPOINT", "files", "BAHI_FILES_S3_PUBLIC_ENDPOINT must be an address"),
        ("FILES_LINK_SECONDS", 0, "between 1 and 3600"),
        ("FILES_PRESIGNED", True, "needs a bucket"),
    ],
)
def test_settings_that_can_not_work_stop_the_start(settings, name, value, told):
    setattr(settings, name, value)
    with pytest.raises(UnusablePlace, match=told):
        place_check_at_start()


def test_a_good_store_is_found_good_and_nothing_is_left_in_it(store, capsys):
    place_check_at_start()
    call_command("check_files")
    assert "s3://keep/files" in capsys.readouterr().out
    assert store.keys() == []


def test_without_the_extra_packages_it_is_said_what_to_install(store, monkeypatch):
    store_clients_forget()
    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(UnusablePlace, match=r"pip install -r requirements/s3\.txt"):
        place_check_at_start()
    from apps.backup.targets import BucketTarget

    with pytest.raises(Refused, match=r"requirements/s3\.txt"):
        BucketTarget("keep", "")


def test_a_bucket_or_key_that_isnt_there_stops_the_start(store, settings, monkeypatch):
    settings.FILES_TARGET = "s3://other/files"
    with pytest.raises(UnusablePlace, match="There is no bucket other at http"):
        place_check_at_start()
    settings.FILES_TARGET = "s3://keep/files"
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    store_clients_forget()
    with pytest.raises(UnusablePlace, match="may not use the bucket keep"):
        place_check_at_start()
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    store_clients_forget()
    with pytest.raises(UnusablePlace, match="set AWS_ACCESS_KEY_ID"):
        place_check_at_start()


def test_a_store_that_is_away_is_told_and_the_books_are_served(store, commits):
    assert health() == (200, {"status": "ready", "database": "up", "files": "up"})
    store.stop()
    assert health()[1]["files"] == "up", "not asked again within some seconds"
    place_state_forget()
    assert health() == (200, {"status": "ready", "database": "up", "files": "down"})
    with pytest.raises(PlaceAway, match="can't be reached"):
        place_check()
    place_check_at_start()
    with pytest.raises(CommandError, match="can't be reached"):
        call_command("check_files")


def test_nobody_is_asked_where_files_lie_on_the_disk(commits):
    assert health() == (200, {"status": "ready", "database": "up"})
