"""Files that somebody made to do harm: each is refused, or given out so that it can do none."""

from __future__ import annotations

import io
import resource
import zipfile
import zlib
from time import monotonic

import pytest
from django.test import Client

from apps.core.errors import InvalidInput
from apps.files.models import StoredFile
from apps.files.services import kinds, pdf_probe
from apps.files.services.kinds import Unfit
from apps.files.services.storage import file_store
from tests.kit.files import packed, pdf, upload

BACKEND = "apps.accounts.backends.RoleBackend"


def pdf_bomb(megabytes: int) -> bytes:
    """A PDF whose catalogue of objects unpacks to so much."""
    pages = b"<< /Type /Pages /Kids [4 0 R] /Count 1 >> "
    page = b"<< /Type /Page /Parent 3 0 R /MediaBox [0 0 9 9] >> "
    head = b"3 0 4 %d " % len(pages)
    packer = zlib.compressobj(9)
    data = packer.compress(head + pages + page)
    for _ in range(megabytes):
        data += packer.compress(b" " * 1024 * 1024)
    data += packer.flush()
    out = b"%PDF-1.5\n"
    catalogue = len(out)
    out += b"1 0 obj\n<< /Type /Catalog /Pages 3 0 R >>\nendobj\n"
    stream = len(out)
    told = b"2 0 obj\n<< /Type /ObjStm /N 2 /First %d /Filter /FlateDecode /Length %d >>\nstream\n"
    out += told % (len(head), len(data)) + data + b"\nendstream\nendobj\n"
    table = len(out)
    rows = ((0, 0, 255), (1, catalogue, 0), (1, stream, 0), (2, 2, 0), (2, 2, 1), (1, table, 0))
    places = zlib.compress(b"".join(bytes([a]) + b.to_bytes(4, "big") + bytes([c]) for a, b, c in rows))
    told = (
        b"5 0 obj\n<< /Type /XRef /Size 6 /W [1 4 1] /Root 1 0 R /Filter /FlateDecode /Length %d >>\nstream\n"
    )
    out += told % len(places) + places
    return out + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF" % table


def changed(change) -> bytes:
    import pikepdf

    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf())) as document:
        change(pikepdf, document)
        document.save(out)
    return out.getvalue()


def script(pikepdf, kind="JavaScript"):
    return pikepdf.Dictionary(S=pikepdf.Name(f"/{kind}"), JS=pikepdf.String("app.alert(1)"))


def test_a_pdf_that_unpacks_to_gigabytes_takes_no_memory_of_ours():
    kinds.pdf(pdf_bomb(1))
    (own, children), begun = _largest(), monotonic()
    with pytest.raises(Unfit, match="far too much"):
        kinds.pdf(pdf_bomb(700))
    own_after, children_after = _largest()
    assert own_after - own < 50_000
    assert monotonic() - begun < 3 * pdf_probe.SECONDS
    # a child of a test before may have been larger
    assert children_after <= max(children, pdf_probe.MEMORY // 1024)


def _largest() -> tuple[int, int]:
    """The most memory, in kilobytes, that this process and any of its children so far had."""
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_maxrss, children.ru_maxrss


@pytest.mark.parametrize(
    "change",
    [
        lambda p, d: d.Root.__setitem__("/AA", p.Dictionary(WC=script(p))),
        lambda p, d: d.pages[0].obj.__setitem__("/AA", p.Dictionary(O=script(p))),
        lambda p, d: d.Root.__setitem__("/OpenAction", script(p, "Launch")),
        lambda p, d: d.Root.__setitem__("/Names", p.Dictionary(JavaScript=p.Dictionary())),
        lambda p, d: d.pages[0].obj.__setitem__("/Annots", p.Array([p.Dictionary(A=script(p, "Launch"))])),
    ],
)
def test_a_pdf_that_runs_something_by_itself_or_starts_a_program_is_refused(change):
    with pytest.raises(Unfit, match="program"):
        kinds.pdf(changed(change))


def test_a_pdf_with_links_and_odd_entries_is_taken():
    def odd(p, d):
        link = p.Dictionary(A=p.Dictionary(S=p.Name.URI, URI="https://example.in"))
        d.pages[0].obj["/Annots"] = p.Array([link, p.Dictionary(), 5])
        d.Root["/AA"], d.Root["/OpenAction"] = p.Array([]), p.Array([1, p.Name.Fit])

    kinds.pdf(changed(odd))


def one_member(name: str, *, method: int = zipfile.ZIP_DEFLATED, mode: int = 0o644) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        info = zipfile.ZipInfo(name)
        info.external_attr, info.compress_type = mode << 16, method
        archive.writestr(info, b"../../etc/passwd")
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.zip", one_member("setup.exe.")),
        ("a.zip", one_member("setup.exe .")),
        ("a.zip", one_member("SETUP.EXE")),
        ("a.zip", one_member("link", mode=0o120777)),
        ("a.zip", one_member("a.txt", method=zipfile.ZIP_BZIP2)),
        ("a.zip", one_member("a.txt", method=zipfile.ZIP_LZMA)),
        ("a.zip", one_member("..\\..\\a.txt")),
        ("a.zip", one_member("C:a.txt")),
        ("a.xlsx", packed({"xl/workbook.xml": b"x", "xl/VBAPROJECT.BIN": b"x"})),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "_VBA_PROJECT".encode("utf-16-le") + b"\0" * 600),
    ],
)
@pytest.mark.django_db
def test_archives_and_office_files_with_a_sting_are_refused(administrator, name, content):
    with pytest.raises(InvalidInput) as refused:
        file_store(upload(name, content), by=administrator)
    assert refused.value.errors[0].code == "unfit_file"


def test_an_open_document_with_scripts_is_refused():
    sheet = "application/vnd.oasis.opendocument.spreadsheet"
    check = kinds.KINDS["ods"].check
    check(packed({"mimetype": sheet.encode(), "content.xml": b"x"}))
    with pytest.raises(Unfit, match="macros"):
        check(packed({"mimetype": sheet.encode(), "content.xml": b"x", "Basic/Standard/a.xml": b"x"}))


def gif(frames: int, *, remark: int = 0) -> bytes:
    """So many pictures of one point, after a remark of so many blocks of one byte."""
    head = b"GIF89a\x01\0\x01\0\x80\0\0" + b"\0" * 6
    picture = b",\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0"
    return head + b"!\xfe" + b"\x01x" * remark + b"\0" + picture * frames + b";"


def tiff(frames: int, *, tags: int = 0) -> bytes:
    """So many pictures of one point, each with so many entries more."""
    known = (
        (256, 4, 1),
        (257, 4, 1),
        (258, 3, 8),
        (259, 3, 1),
        (262, 3, 1),
        (273, 4, 8),
        (278, 4, 1),
        (279, 4, 1),
    )
    entries = [*known, *((60_000 + n % 5000, 4, 0) for n in range(tags))]
    body = len(entries).to_bytes(2, "little") + b"".join(
        tag.to_bytes(2, "little")
        + kind.to_bytes(2, "little")
        + (1).to_bytes(4, "little")
        + value.to_bytes(4, "little")
        for tag, kind, value in entries
    )
    step = len(body) + 4
    following = [8 + number * step for number in range(1, frames)] + [0]
    return b"II*\0\x08\0\0\0" + b"".join(body + place.to_bytes(4, "little") for place in following)


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("gif", gif(200, remark=10), gif(201)),
        ("gif", gif(1), gif(1_000_000)),
        ("gif", gif(1), gif(1, remark=4_001)),
        ("gif", gif(1), gif(1, remark=8_000_000)),
        ("tiff", tiff(200), tiff(201)),
        ("tiff", tiff(1, tags=100), tiff(100_000)),
        ("tiff", tiff(2), tiff(2, tags=60_000)),
    ],
)
def test_pictures_without_end_are_refused_before_they_are_walked_through(name, good, bad):
    kinds.KINDS[name].check(good)
    begun = monotonic()
    with pytest.raises(Unfit, match="too large"):
        kinds.KINDS[name].check(bad)
    assert monotonic() - begun < 3


def test_an_archive_of_half_a_million_names_is_refused_before_they_are_listed():
    entry = b"PK\x01\x02" + b"\0" * 42
    content = entry * 400_000
    content += b"PK\x05\x06" + b"\0" * 4 + b"\xff\xff" * 2 + len(content).to_bytes(4, "little") + b"\0" * 6
    before, begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, monotonic()
    with pytest.raises(Unfit, match="too many"):
        kinds.archive(content)
    assert monotonic() - begun < 1
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 30_000


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "content", "inline"),
    [
        ("a.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', False),
        ("a.txt", b"<html><script>alert(1)</script>", False),
        ("a.xml", b'<html xmlns="http://www.w3.org/1999/xhtml"><script>alert(1)</script></html>', False),
        ("a.csv", b"<script>alert(1)</script>", False),
        ("a.json", b'"<script>alert(1)</script>"', False),
        ("a.pdf", b"<script>alert(1)</script>" + pdf(), True),
    ],
)
def test_no_content_is_ever_taken_for_a_page(administrator, name, content, inline):
    file = file_store(upload(name, content), by=administrator)
    browser = Client(HTTP_HOST="acme.localhost")
    browser.force_login(administrator, backend=BACKEND)
    assert browser.get(f"/media/{file.pk}/%2e%2e%2fsecret.key").status_code == 404
    for address in (name, "evil.html", "x%0d%0aSet-Cookie:a=b", "%2e%2e"):
        answer = browser.get(f"/media/{file.pk}/{address}")
        assert answer["Content-Type"] == kinds.KINDS[name[2:]].content_type
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Disposition"].startswith("inline" if inline else "attachment")
        assert "default-src 'none'" in answer["Content-Security-Policy"]
        assert "Set-Cookie" not in answer


@pytest.mark.django_db
def test_a_name_with_signs_that_steer_harms_no_header(administrator):
    file = file_store(upload('a\r\nX: 1";\u202efdp\x7f\u2028.txt', b"text"), by=administrator)
    StoredFile.objects.filter(pk=file.pk).update(name='b"; filename="evil.html\\.txt')  # as no upload can
    browser = Client(HTTP_HOST="acme.localhost")
    browser.force_login(administrator, backend=BACKEND)
    assert browser.get(f"/media/{file.pk}/a")["Content-Disposition"] == (
        'attachment; filename="b\\"; filename=\\"evil.html\\\\.txt"'
    )
    assert not set(file.name) & set('\r\n"\x7f\u202e\u2028')


@pytest.mark.django_db
def test_a_file_that_is_gone_and_one_that_may_not_be_seen_look_alike(administrator):
    from tests.factories.accounts import make_user

    file = file_store(upload("a.txt", b"text"), by=administrator)
    stranger = Client(HTTP_HOST="acme.localhost")
    stranger.force_login(make_user("catalog.view_product"), backend=BACKEND)
    hidden = stranger.get(f"/media/{file.pk}/a.txt", headers={"accept": "application/json"})
    missing = stranger.get("/media/99999999/a.txt", headers={"accept": "application/json"})
    tagged = stranger.get(
        f"/media/{file.pk}/a.txt", headers={"accept": "application/json", "if-none-match": f'"{file.sha256}"'}
    )
    for answer in (missing, tagged):
        assert answer.status_code == hidden.status_code == 404
        assert answer.json()["errors"] == hidden.json()["errors"]
