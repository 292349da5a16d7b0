"""Nothing of one organisation is anything in another: keys, links, groups, files, rows, threads."""

from __future__ import annotations

import random
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.cache import cache
from django.core.signing import BadSignature
from django.db import connection, connections
from django.test import Client

from apps.accounts.authentication import BoundRefreshToken
from apps.accounts.models import LinkPurpose, User
from apps.accounts.services.links import link_find, link_make
from apps.core.errors import TenantMissing
from apps.core.live import user_group
from apps.core.tenant import (
    current_organisation,
    current_schema,
    organisation_context,
    require_organisation,
    signer,
    timestamp_signer,
)
from apps.parties.models import Party


@pytest.mark.django_db
def test_cache_keys_signatures_links_and_groups_hold_in_one_organisation(administrator):
    cache.set("answer", "acme")
    signed, dated = signer("quotation").sign("7"), timestamp_signer("quotation").sign("7")
    token = link_make(user=administrator, purpose=LinkPurpose.PASSWORD)
    group = user_group(current_schema(), 1)
    assert signer("quotation").unsign(signed) == "7"
    with pytest.raises(BadSignature):
        signer("other purpose").unsign(signed)
    assert link_find(token, LinkPurpose.PASSWORD)
    assert link_find(token, LinkPurpose.INVITATION) is None
    with organisation_context("org_zenith"):
        assert cache.get("answer") is None
        for check in (lambda: signer("quotation").unsign(signed),
                      lambda: timestamp_signer("quotation").unsign(dated)):  # fmt: skip
            with pytest.raises(BadSignature):
                check()
        assert link_find(token, LinkPurpose.PASSWORD) is None
        assert user_group(current_schema(), 1) != group
    assert cache.get("answer") == "acme"


@pytest.mark.django_db
def test_code_without_an_organisation_fails_loudly():
    connection.set_schema_to_public()
    for call in (require_organisation, current_organisation):
        with pytest.raises(TenantMissing):
            call()
    with pytest.raises(TenantMissing), organisation_context(""):
        pass


@pytest.mark.django_db
def test_file_of_one_organisation_is_not_found_in_another(api, administrator):
    from django.core.files.uploadedfile import SimpleUploadedFile

    from apps.files.services.storage import file_store

    stored = file_store(SimpleUploadedFile("a.txt", b"acme only"), by=administrator)
    assert api.get(f"/media/{stored.pk}/a.txt") == b"acme only"
    from tests.kit.clients import ApiClient

    with organisation_context("org_zenith"):
        zoya = ApiClient(User.objects.get(email="zoya@zenith.example"), host="zenith.localhost")
    zoya.get(f"/media/{stored.pk}/a.txt", 404)
    assert stored.path
    from django.core.exceptions import SuspiciousFileOperation
    from django.core.files.storage import default_storage

    with organisation_context("org_zenith"):
        assert not default_storage.exists(f"org_zenith/{stored.path}")
        with pytest.raises(SuspiciousFileOperation):
            default_storage.exists(f"org_acme/{stored.path}")
    with organisation_context("org_acme"):
        assert default_storage.exists(f"org_acme/{stored.path}")


@pytest.mark.django_db
def test_content_types_are_the_same_everywhere():
    from django.contrib.contenttypes.models import ContentType

    here = ContentType.objects.get_for_model(Party).pk
    with organisation_context("org_zenith"):
        assert ContentType.objects.get_for_model(Party).pk == here
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE tablename = 'django_content_type'")
        assert cursor.fetchone() == (1,)


# --- many threads over two organisations whose ids are shifted against each other ---------------------------

PEOPLE = {"acme": "asha@acme.example", "zenith": "zoya@zenith.example"}


def _prepare():
    """Parties with names that tell their organisation, under the same ids in both; a token for each."""
    tokens, ids = {}, {}
    for number, slug in enumerate(PEOPLE):
        with organisation_context(f"org_{slug}"):
            for index in range(number * 7):  # shift the ids
                Party.objects.create(legal_name="gap", display_name=f"gap {index}").delete()
            made = [Party.objects.create(legal_name=slug, display_name=f"{slug} {i}") for i in range(30)]
            ids[slug] = [party.pk for party in made]
            tokens[slug] = str(BoundRefreshToken.for_user(User.objects.get(email=PEOPLE[slug])).access_token)
    return tokens, ids


def _probe(tokens, ids, seed, count):
    """Alternate between the organisations; returns what was wrong."""
    chance, wrong = random.Random(seed), []
    try:
        for _ in range(count):
            slug = chance.choice(list(PEOPLE))
            other = next(name for name in PEOPLE if name != slug)
            client = Client(HTTP_HOST=f"{slug}.localhost", HTTP_AUTHORIZATION=f"Bearer {tokens[slug]}")
            what = chance.randrange(4)
            if what == 0:
                rows = client.get("/api/v1/parties/parties/?per_page=50").json()["data"]
                wrong += [row for row in rows if not row["display_name"].startswith(slug)]
                wrong += [] if len(rows) == 30 else [f"{len(rows)} rows"]
            elif what == 1:
                pk = chance.choice(ids[slug])
                name = client.get(f"/api/v1/parties/parties/{pk}/").json()["data"]["display_name"]
                wrong += [] if name.startswith(slug) else [name]
            elif what == 2:
                client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {tokens[other]}"
                status = client.get("/api/v1/parties/parties/").status_code
                wrong += [] if status == 401 else [f"foreign token {status}"]
            else:
                pk = next(p for p in ids[other] if p not in ids[slug])
                status = client.get(f"/api/v1/parties/parties/{pk}/").status_code
                wrong += [] if status == 404 else [f"foreign id {status}"]
    finally:
        connections.close_all()
    return wrong


def _run(threads, each):
    tokens, ids = _prepare()
    connection.set_schema_to_public()
    with ThreadPoolExecutor(threads) as pool:
        results = list(pool.map(lambda seed: _probe(tokens, ids, seed, each), range(threads)))
    assert [item for wrong in results for item in wrong] == []


def test_no_row_leaks_between_threads(commits):
    _run(threads=6, each=25)


@pytest.mark.full
def test_no_row_leaks_in_ten_thousand_probes(commits):
    started = time.monotonic()
    _run(threads=12, each=850)
    assert time.monotonic() - started < 1800


def test_probe_notices_a_leak(commits, monkeypatch):
    """The twin with the guard off: without the organisation in the token, foreign tokens get in."""
    from apps.accounts import authentication

    tokens, ids = _prepare()
    monkeypatch.setattr(authentication, "check_token", lambda token: None)
    monkeypatch.setattr(authentication, "password_stamp", lambda user: "")
    wide_open = authentication.User.objects.filter
    monkeypatch.setattr(authentication, "token_user", lambda token: wide_open(pk=int(token["sub"])).first())
    assert _probe(tokens, ids, 1, 40)
