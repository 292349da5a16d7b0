"""Parts of a file (HTTP Range): from disk and bucket, plain and encrypted."""

from __future__ import annotations

import asyncio
import os

import pytest
from django.test import Client, RequestFactory

from apps.core.file_answer import FileAnswer, NoSuchPart, part_wanted
from apps.core.sealed_stream import CHUNK
from apps.files.services.storage import file_keep

BACKEND = "apps.accounts.backends.RoleBackend"
SIZE = 2 * CHUNK + 1000


@pytest.fixture(params=["folder", "bucket"])
def place(request, settings, tmp_path):
    if request.param == "bucket":
        request.getfixturevalue("store")
    else:
        settings.DATA_DIR, settings.MEDIA_ROOT = tmp_path, tmp_path / "media"


@pytest.fixture(params=["plain", "encrypted"])
def film(request, place, administrator):
    """A content of three chunks, and how a browser gets it."""
    from apps.company.services.settings import settings_save

    settings_save("files", {"encrypt": request.param == "encrypted"}, by=administrator)
    content = os.urandom(SIZE)
    file = file_keep(content, name="film.pdf", by=administrator)
    client = Client(HTTP_HOST="acme.localhost")
    client.force_login(administrator, backend=BACKEND)

    def get(method="get", **headers):
        answer = getattr(client, method)(f"/media/{file.pk}/film.pdf", headers=headers)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        return answer, body

    return content, get


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=0-1", 0, 1),
        ("bytes=1000-", 1000, SIZE - 1),
        ("bytes=-1", SIZE - 1, SIZE - 1),
        ("bytes=-999999999", 0, SIZE - 1),
        (f"bytes={CHUNK - 1}-{CHUNK}", CHUNK - 1, CHUNK),
        (f"bytes={CHUNK}-{2 * CHUNK - 1}", CHUNK, 2 * CHUNK - 1),
        (f"bytes=5-{SIZE * 10}", 5, SIZE - 1),
        (f"bytes={2 * CHUNK}-", 2 * CHUNK, SIZE - 1),
    ],
)
def test_a_part_is_that_part(film, asked, first, last):
    content, get = film
    answer, body = get(range=asked)
    assert answer.status_code == 206
    assert body == content[first : last + 1]
    assert answer["Content-Range"] == f"bytes {first}-{last}/{SIZE}"
    assert answer["Content-Length"] == str(len(body))
    for name, value in (
        ("Accept-Ranges", "bytes"), ("Content-Type", "application/pdf"),
        ("X-Content-Type-Options", "nosniff"),
    ):  # fmt: skip
        assert answer[name] == value


@pytest.mark.django_db
def test_whole_unchanged_and_impossible(film):
    content, get = film
    whole, body = get()
    assert (whole.status_code, body, whole["Accept-Ranges"]) == (200, content, "bytes")
    tag = whole["ETag"]
    for known in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        answer, body = get(**{"if-none-match": known})
        assert (answer.status_code, body) == (304, b"")
    for asked in (f"bytes={SIZE}-", f"bytes={SIZE}-{SIZE + 5}", "bytes=-0"):
        answer, body = get(range=asked)
        assert (answer.status_code, body, answer["Content-Range"]) == (416, b"", f"bytes */{SIZE}")
    head, body = get("head", range="bytes=0-1")
    assert (head.status_code, body, head["Content-Length"]) == (200, b"", str(SIZE))


@pytest.mark.django_db
def test_a_part_of_what_was_replaced_meanwhile_is_the_whole_new_one(film):
    content, get = film
    tag = get()[0]["ETag"]
    assert get(range="bytes=0-9", **{"if-range": tag})[1] == content[:10]
    for other in ('"another"', f"W/{tag}", "Mon, 30 Nov 2026 20:00:00 GMT"):
        answer, body = get(range="bytes=0-9", **{"if-range": other})
        assert (answer.status_code, len(body)) == (200, SIZE)


@pytest.mark.django_db
def test_many_parts_and_nonsense_get_the_whole_once(film):
    _content, get = film
    for asked in (
        "bytes=0-1,3-4", "bytes=" + ",".join(["0-"] * 2000), "bytes=" + "0-,0-," * 500, "bytes=5-2",
        "bytes=-", "bytes=a-b", "lines=1-2", "bytes=1-2-3", "bytes=--1", "0-5", "bytes=१-२",
        "bytes=" + "9" * 4000 + "-",
    ):  # fmt: skip
        answer, body = get(range=asked)
        assert (answer.status_code, len(body)) == (200, SIZE), asked[:40]


@pytest.mark.django_db
def test_a_changed_chunk_is_never_given_out_as_a_part(settings, tmp_path, administrator):
    from apps.company.services.settings import settings_save

    settings.DATA_DIR, settings.MEDIA_ROOT = tmp_path, tmp_path / "media"
    settings_save("files", {"encrypt": True}, by=administrator)
    file = file_keep(os.urandom(SIZE), name="film.pdf", by=administrator)
    path = settings.MEDIA_ROOT / "org_acme" / file.path
    content = bytearray(path.read_bytes())
    content[CHUNK + 5000] ^= 1
    path.write_bytes(bytes(content))
    client = Client(HTTP_HOST="acme.localhost")
    client.force_login(administrator, backend=BACKEND)

    def part(text):
        headers = {"range": text, "accept": "application/json"}
        answer = client.get(f"/media/{file.pk}/film.pdf", headers=headers)
        if answer.streaming:
            b"".join(answer.streaming_content)
        return answer.status_code

    assert part("bytes=0-100") == 206
    assert part(f"bytes={CHUNK + 10}-{CHUNK + 20}") == 409
    assert part(f"bytes={2 * CHUNK}-") == 206


@pytest.mark.parametrize("size", [0, 1])
def test_there_is_no_part_of_nothing(size):
    request = RequestFactory().get("/", headers={"range": "bytes=0-"})
    if size:
        assert part_wanted(request, size, '"x"') == (0, 0)
        return
    with pytest.raises(NoSuchPart):
        part_wanted(request, size, '"x"')


def test_a_large_file_is_read_piece_by_piece_under_an_asgi_server_too():
    class Source:
        taken = 0
        closed = False

        def read(self, size):
            self.taken += 1
            return b"x" * size if self.taken <= 100 else b""

        def close(self):
            self.closed = True

    source = Source()
    answer = FileAnswer(source, content_type="application/pdf")

    async def beginning():
        got = 0
        async for block in answer:
            got += len(block)
            if got >= 3 * CHUNK:
                return

    asyncio.run(beginning())
    assert source.taken <= 4
