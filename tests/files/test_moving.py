"""Files move from the folder to a bucket and back, proved by their hashes, while people go on working."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from apps.core.errors import Refused, Unavailable
from apps.files.models import FileKey
from apps.files.places import BucketStorage
from apps.files.services import moving
from apps.files.services.moving import files_move
from apps.files.services.storage import file_keep, file_read

pytestmark = pytest.mark.django_db
TEXT = b"PAN AAAPA1234A of Meera Iyer\n" * 20_000


@pytest.fixture
def folder(store, settings):
    """Where the media folder keeps the files of acme; nothing is in the bucket yet."""
    settings.FILES_TARGET = ""
    return settings.MEDIA_ROOT / "org_acme"


def encrypt(administrator):
    from apps.company.services.settings import settings_save

    settings_save("files", {"encrypt": True}, by=administrator)


def stored(number=3):
    return [file_keep(TEXT + bytes([n]), name=f"{n}.txt") for n in range(number)]


def in_bucket(store, files):
    return {f"files/org_acme/{file.path}" for file in files} & set(store.keys())


def test_to_the_bucket_and_back(folder, store, settings, administrator):
    files = stored()
    encrypt(administrator)
    files += stored()
    settings.FILES_TARGET = "s3://keep/files"
    new = file_keep(b"new", name="new.txt")
    steps = []
    done = files_move(progress=lambda seen, total: steps.append((seen, total)))
    assert (done.moved, done.there, done.missing, done.damaged, steps) == (6, 1, 0, (), [(7, 7)])
    assert len(in_bucket(store, files)) == 6
    assert [path for path in folder.rglob("*") if path.is_file()] == []
    assert sum(content.startswith(b"BAHIFIL1") for content in store.contents()) == 4
    for file in files:
        assert file_read(file) == TEXT + bytes([int(file.name[0])])
    settings.FILES_TARGET, settings.FILES_FORMER = "", "s3://keep/files"
    assert file_read(new) == b"new", "read from the former place until it is moved"
    assert files_move().moved == 7
    assert store.keys() == []
    settings.FILES_FORMER = ""
    assert [len(file_read(file)) for file in files] == [len(TEXT) + 1] * 6


def test_a_stopped_run_goes_on_and_files_are_read_all_the_time(folder, store, settings, monkeypatch):
    files, true, seen = stored(5), moving._move, []
    settings.FILES_TARGET = "s3://keep/files"

    def dies(file, *rest):
        if len(seen) == 2:
            raise KeyboardInterrupt
        seen.append(file.pk)
        true(file, *rest)

    monkeypatch.setattr(moving, "_move", dies)
    with pytest.raises(KeyboardInterrupt):
        files_move()
    monkeypatch.setattr(moving, "_move", true)
    assert len(in_bucket(store, files)) == 2
    assert all(file_read(file).startswith(TEXT) for file in files)
    done = files_move()
    assert (done.moved, done.there) == (3, 2)
    assert files_move().there == 5


def test_what_is_not_what_was_stored_stays_and_is_told(folder, store, settings, administrator):
    changed, cut, good, gone = stored(4)
    encrypt(administrator)
    sealed = file_keep(TEXT, name="sealed.txt")
    (folder / changed.path).write_bytes(b"something else")
    (folder / gone.path).unlink()
    (folder / sealed.path).write_bytes((folder / sealed.path).read_bytes()[:-1])
    settings.FILES_TARGET = "s3://keep/files"
    store.put(f"files/org_acme/{cut.path}", TEXT[:100])  # a copy that a crash cut off
    done = files_move()
    assert (done.moved, done.missing, set(done.damaged)) == (2, 1, {changed.path, sealed.path})
    assert len(in_bucket(store, [cut, good])) == len(store.keys()) == 2
    assert (folder / changed.path).exists()
    assert file_read(cut) == TEXT + b"\x01"


def test_a_good_copy_is_never_replaced_by_a_bad_one(folder, store, settings):
    (file,) = stored(1)
    settings.FILES_TARGET = "s3://keep/files"
    files_move(keep=True)
    assert (folder / file.path).exists()
    (folder / file.path).write_bytes(b"something else")
    assert files_move().moved == 1
    assert file_read(file) == TEXT + b"\0"
    assert not (folder / file.path).exists()


def test_encrypted_files_whose_key_is_lost_are_moved_as_they_are(folder, store, settings, administrator):
    encrypt(administrator)
    file = file_keep(TEXT, name="a.txt")
    content = (folder / file.path).read_bytes()
    FileKey.objects.all().delete()
    settings.FILES_TARGET = "s3://keep/files"
    assert files_move().moved == 1
    assert store.file(f"files/org_acme/{file.path}").read_bytes() == content


def test_a_file_that_goes_while_it_is_copied_leaves_nothing(folder, store, settings, monkeypatch):
    (file,) = stored(1)
    settings.FILES_TARGET, true = "s3://keep/files", BucketStorage.save

    def goes(self, name, content, max_length=None):
        file.delete()
        return true(self, name, content)

    monkeypatch.setattr(BucketStorage, "save", goes)
    files_move()
    assert store.keys() == []
    assert not (folder / file.path).exists()


def test_a_store_that_goes_away_stops_the_run_and_nothing_is_lost(folder, store, settings):
    files = stored()
    settings.FILES_TARGET = "s3://keep/files"
    store.stop()
    with pytest.raises(Unavailable):
        files_move()
    assert all((folder / file.path).exists() for file in files)


def test_the_command_names_what_could_not_be_moved(folder, store, settings, capsys, administrator):
    file, _other = stored(2)
    with pytest.raises(CommandError, match="one place"):
        call_command("move_files", "acme")
    with pytest.raises(CommandError, match="nosuch"):
        call_command("move_files", "nosuch")
    settings.FILES_TARGET = "s3://nosuch/files"
    with pytest.raises(CommandError, match="no bucket nosuch"):
        call_command("move_files", "acme")
    settings.FILES_TARGET = "s3://keep/files"
    (folder / file.path).write_bytes(b"x")
    with pytest.raises(CommandError, match="1 files could not be moved"):
        call_command("move_files", "acme", "zenith")
    told = capsys.readouterr()
    assert "acme: 1 files moved" in told.out
    assert file.path in told.err
    settings.FILES_FORMER = "s3://keep/files"
    with pytest.raises(Refused):
        files_move()
