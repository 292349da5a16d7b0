"""Stored files encrypted at rest: nothing plain on the disk, every change found, keys change and go."""

from __future__ import annotations

import base64
import io
import os
import tracemalloc

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client

from apps.core.sealed_stream import CHUNK, FileDamaged
from apps.core.secrets import new_key, secret_fields, secrets_rotate
from apps.files.models import FileKey, StoredFile
from apps.files.services import sealing
from apps.files.services.content import blocks, content_open, content_write
from apps.files.services.sealing import file_encrypt, files_seal, sealing_figures
from apps.files.services.storage import file_keep, file_open, file_read, files_orphaned_remove
from tests.kit.files import png

pytestmark = pytest.mark.django_db
TEXT = b"PAN AAAPA1234A of Meera Iyer\n" * 20


@pytest.fixture(autouse=True)
def place(settings, tmp_path):
    settings.DATA_DIR, settings.MEDIA_ROOT = tmp_path, tmp_path / "media"
    settings.SECRETS_KEYS = new_key()
    return tmp_path


@pytest.fixture
def encrypted(administrator):
    from apps.company.services.settings import settings_save

    settings_save("files", {"encrypt": True}, by=administrator)


def disk(file: StoredFile) -> bytes:
    with default_storage.open(f"org_acme/{file.path}", "rb") as stream:
        return stream.read()


def put(file: StoredFile, content: bytes) -> None:
    default_storage.delete(f"org_acme/{file.path}")
    default_storage.save(f"org_acme/{file.path}", ContentFile(content))


def test_new_files_lie_encrypted_and_are_read_as_they_were_sent(encrypted, administrator):
    file = file_keep(TEXT, name="note.txt", by=administrator)
    assert b"Meera" not in disk(file)
    assert disk(file).startswith(b"BAHIFIL1")
    assert (file_read(file), file.size) == (TEXT, len(TEXT))
    browser = Client(HTTP_HOST="acme.localhost")
    browser.force_login(administrator, backend="apps.accounts.backends.RoleBackend")
    answer = browser.get(f"/media/{file.pk}/note.txt")
    assert b"".join(answer.streaming_content) == TEXT
    assert answer["Content-Length"] == str(len(TEXT))
    assert file_keep(TEXT, name="note.txt").sealed_key != file.sealed_key


def test_setting_is_off_until_somebody_or_the_installation_turns_it_on(administrator):
    file = file_keep(TEXT, name="note.txt")
    assert (disk(file), file.sealed_key) == (TEXT, "")
    assert not FileKey.objects.exists()


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 5])
def test_every_size_comes_back(encrypted, size):
    content = os.urandom(size)
    assert file_read(file_keep(content, name="a.bin")) == content


def test_changed_cut_swapped_and_reordered_content_is_refused_never_given_out(encrypted, administrator):
    one = file_keep(os.urandom(2 * CHUNK + 100), name="a.pdf", by=administrator)
    other = file_keep(os.urandom(2 * CHUNK + 100), name="b.pdf", by=administrator)
    true = disk(one)
    frame = 4 + CHUNK + 16
    start = len(true) - (2 * frame + 4 + 100 + 16)
    head, first, second, last = (
        true[:start], true[start : start + frame], true[start + frame : start + 2 * frame],
        true[start + 2 * frame :],
    )  # fmt: skip
    changed = bytearray(true)
    changed[len(true) // 2] ^= 1
    for wrong in (
        bytes(changed), head + first + second, head + second + first + last, head + first + last,
        true + b"x", disk(other), b"", TEXT,
    ):  # fmt: skip
        put(one, wrong)
        with pytest.raises(FileDamaged):
            file_read(one)
    put(one, true)
    assert len(file_read(one)) == one.size
    browser = Client(HTTP_HOST="acme.localhost")
    browser.force_login(administrator, backend="apps.accounts.backends.RoleBackend")
    put(one, disk(other))
    assert browser.get(f"/media/{one.pk}/a.pdf").status_code == 409


def test_key_of_one_file_opens_no_other_and_no_other_organisations(encrypted):
    one, other = file_keep(TEXT, name="a.txt"), file_keep(TEXT + b"2", name="b.txt")
    StoredFile.objects.filter(pk=one.pk).update(sealed_key=other.sealed_key)
    one.refresh_from_db()
    with pytest.raises(FileDamaged, match="key"):
        file_read(one)
    key, content = FileKey.objects.get(), disk(other)
    connection.set_schema("org_zenith")
    key.save(force_insert=True)
    default_storage.save(f"org_zenith/{other.path}", ContentFile(content))
    other.save(force_insert=True)
    with pytest.raises(FileDamaged):
        file_read(other)


def test_lost_keys_are_told_in_words(encrypted, administrator, settings):
    file = file_keep(png(), name="a.png", by=administrator)
    kept, settings.SECRETS_KEYS = settings.SECRETS_KEYS, new_key()
    browser = Client(HTTP_HOST="acme.localhost")
    browser.force_login(administrator, backend="apps.accounts.backends.RoleBackend")
    answer = browser.get(f"/media/{file.pk}/a.png", headers={"accept": "application/json"})
    assert answer.status_code == 409
    assert "secrets.keys" in answer.content.decode()
    settings.SECRETS_KEYS = kept
    assert file_read(file) == png()
    FileKey.objects.all().delete()
    with pytest.raises(FileDamaged, match="key"):
        file_open(file)


def test_what_lies_plain_is_encrypted_and_a_stopped_run_goes_on(administrator, monkeypatch):
    files = [file_keep(TEXT + bytes([n]), name=f"{n}.txt") for n in range(5)]
    gone = file_keep(b"gone", name="gone.txt")
    default_storage.delete(f"org_acme/{gone.path}")
    true, seen = sealing.file_encrypt, []

    def dies(file):
        if len(seen) == 2:
            raise KeyboardInterrupt
        seen.append(file.pk)
        return true(file)

    monkeypatch.setattr(sealing, "file_encrypt", dies)
    with pytest.raises(KeyboardInterrupt):
        files_seal(encrypt=True)
    monkeypatch.setattr(sealing, "file_encrypt", true)
    assert sealing_figures() == {"files": 6, "encrypted": 2, "old_key": 0}
    steps = []
    done = files_seal(encrypt=True, progress=lambda count, total: steps.append((count, total)))
    assert (done.encrypted, done.lost, steps[-1]) == (3, 1, (4, 4))
    for number, file in enumerate(files):
        assert not default_storage.exists(f"org_acme/{file.path}"), "the plain content stayed"
        assert file_read(file) == TEXT + bytes([number]), "who read the row before finds the content"
        file.refresh_from_db()
        assert b"Meera" not in disk(file)
    assert files_orphaned_remove() == 0


def test_plain_content_that_isnt_what_was_stored_is_not_made_to_look_true():
    file = file_keep(TEXT, name="a.txt")
    put(file, b"something else")
    with pytest.raises(FileDamaged):
        file_encrypt(file)
    file.refresh_from_db()
    assert file.sealed_key == ""


def test_new_key_seals_all_files_anew_and_the_old_one_is_destroyed(encrypted):
    files = [file_keep(TEXT, name=f"{n}.txt") for n in range(3)]
    before, contents = FileKey.objects.get().pk, [disk(file) for file in files]
    done = files_seal(encrypt=False, new_key=True)
    assert (done.renewed, done.encrypted) == (3, 0)
    assert FileKey.objects.filter(pk=before).exists() is False
    for file, content in zip(files, contents, strict=True):
        file.refresh_from_db()
        assert (file_read(file), disk(file)) == (TEXT, content), (
            "contents stay, only their keys are sealed anew"
        )


def test_installations_key_is_changed_by_the_ordinary_rotation(encrypted, settings):
    file = file_keep(TEXT, name="a.txt")
    assert (FileKey, "secret") in set(secret_fields())
    old, fresh = settings.SECRETS_KEYS, new_key()
    settings.SECRETS_KEYS = f"{fresh}\n{old}"
    assert secrets_rotate(FileKey, "secret") == 1
    settings.SECRETS_KEYS = fresh
    assert file_read(file) == TEXT


def test_fifty_megabytes_pass_without_being_held_in_memory(place):
    class Source(io.RawIOBase):
        left = 50 * 1024 * 1024

        def read(self, size=-1):
            count = min(size, self.left)
            self.left -= count
            return b"\x07" * count

    key = base64.b64decode(new_key().partition(":")[2])
    tracemalloc.start()
    size, _sha = content_write("org_acme/2026/01/large.bin", Source(), key)
    with content_open("org_acme/2026/01/large.bin", key) as stream:
        read = sum(len(block) for block in blocks(stream))
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size == read == 50 * 1024 * 1024
    assert peak < 4 * 1024 * 1024, f"{peak / 1e6:.1f} MB"
