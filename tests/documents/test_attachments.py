"""Files on records, and reading them back."""

from __future__ import annotations

import pytest
from django.core.files.storage import default_storage
from django.test import Client

from apps.documents.models import Attachment
from apps.parties.models import Party
from tests.kit.files import pdf, png, upload

pytestmark = pytest.mark.django_db
SEE, CHANGE = "parties.view_party", "parties.change_party"


def browser(user):
    client = Client(HTTP_HOST="acme.localhost")
    client.force_login(user, backend="apps.accounts.backends.RoleBackend")
    return client


def test_clerk_attaches_and_colleague_reads(api, api_as, user_with, target):
    made = api.upload("documents/attachments/", {"target": target, "file": upload("Bill 7.PDF", pdf())})[
        "data"
    ]
    assert (made["name"], made["content_type"]) == ("Bill 7.pdf", "application/pdf")
    assert made["url"].endswith("Bill%207.pdf")
    reader = user_with(SEE)
    (row,) = api_as(reader).get("documents/attachments/", target=target)["data"]
    assert row["removable"] is False
    answer = browser(reader).get(row["url"])
    assert answer.status_code == 200
    assert answer.getvalue() == pdf_of(made)
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"].startswith("inline")
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    again = browser(reader).get(row["url"], HTTP_IF_NONE_MATCH=answer["ETag"])
    assert again.status_code == 304
    forced = browser(reader).get(row["url"] + "?download=1")
    assert forced["Content-Disposition"].startswith("attachment")


def pdf_of(made):
    stored = Attachment.objects.get(pk=made["id"]).file
    with default_storage.open(f"org_acme/{stored.path}") as stream:
        return stream.read()


def test_file_is_hidden_with_its_record(api, user_with, target, party):
    made = api.upload("documents/attachments/", {"target": target, "file": upload("a.png", png())})["data"]
    blind = browser(user_with("sales.view_order"))
    assert blind.get(made["url"]).status_code == 404
    assert blind.get("/media/99999999/a.png").status_code == 404
    out = Client(HTTP_HOST="acme.localhost").get(made["url"])
    assert out.status_code == 302
    assert "/accounts/login/" in out["Location"]
    elsewhere = Client(HTTP_HOST="zenith.localhost")
    assert elsewhere.get(made["url"]).status_code in (302, 404)


def test_reader_without_change_right_may_not_attach_or_remove(api, api_as, user_with, target):
    made = api.upload("documents/attachments/", {"target": target, "file": upload("a.png", png())})["data"]
    reader = api_as(user_with(SEE))
    reader.upload("documents/attachments/", {"target": target, "file": upload("b.png", png())}, 403)
    reader.delete(f"documents/attachments/{made['id']}/", 403)
    writer = api_as(user_with(SEE, CHANGE))
    writer.delete(f"documents/attachments/{made['id']}/")
    assert api.get("documents/attachments/", target=target)["data"] == []
    # The uploader himself can't reach it by its address any more, once he is not its fresh owner.
    assert browser(reader.user).get(made["url"]).status_code == 404


def test_svg_and_html_never_run_in_the_browser(api, administrator, target):
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    made = api.upload("documents/attachments/", {"target": target, "file": upload("a.svg", svg)})["data"]
    answer = browser(administrator).get(made["url"])
    assert answer["Content-Disposition"].startswith("attachment")
    refused = api.upload("documents/attachments/", {"target": target, "file": upload("a.html", svg)}, 400)
    assert refused["errors"][0] == {
        "field": "file",
        "code": "unfit_file",
        "detail": refused["errors"][0]["detail"],
    }


def test_missing_file_or_record_is_named(api, target):
    assert api.upload("documents/attachments/", {"target": target}, 400)["errors"][0]["field"] == "file"
    answer = api.upload("documents/attachments/", {"target": target, "file": "text"}, 400)
    assert answer["errors"][0]["field"] == "file"
    answer = api.upload("documents/attachments/", {"file": upload("a.png", png())}, 400)
    assert answer["errors"][0]["field"] == "target"
    answer = api.upload(
        "documents/attachments/", {"target": target, "file": upload("a.png", png()), "x": "1"}, 400
    )
    assert answer["errors"][0]["field"] == "x"


def test_repeated_upload_with_one_key_is_kept_once(api, target):
    def send(content, expect):
        body = {"target": target, "file": upload("a.png", content)}
        return api.upload("documents/attachments/", body, expect, HTTP_IDEMPOTENCY_KEY="once")

    first, again = send(png(), 201), send(png(), 201)
    assert first["data"]["id"] == again["data"]["id"]
    assert Attachment.objects.count() == 1
    assert send(png(9), 409)["errors"][0]["code"] == "idempotency_conflict"


def test_a_file_that_hangs_elsewhere_is_told_to_who_sees_that_record(api, api_as, user_with, target):
    content = pdf()
    clerk = user_with(SEE, CHANGE, level="own")
    own = Party.objects.create(legal_name="Own Ltd", display_name="Own", salesperson=clerk)
    first = api.upload("documents/attachments/", {"target": target, "file": upload("a.pdf", content)})["data"]
    assert first["twins"] == []
    body = {"target": f"parties.party:{own.pk}", "file": upload("b.pdf", content)}
    assert api_as(clerk).upload("documents/attachments/", body)["data"]["twins"] == [], "no leak"
    again = {"target": f"parties.party:{own.pk}", "file": upload("c.pdf", content)}
    (twin,) = api.upload("documents/attachments/", again)["data"]["twins"]
    assert (twin["target"], twin["label"]) == (target, "Party Sharma")
    api.delete(f"documents/attachments/{first['id']}/")
    last = {"target": f"parties.party:{own.pk}", "file": upload("d.pdf", content)}
    assert api.upload("documents/attachments/", last)["data"]["twins"] == [], "it was taken off there"
