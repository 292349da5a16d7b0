"""What is kept in memory of one organisation is never read in another, however threads shift between them.

Both the cache that Django gives and what this process keeps itself: hosts, organisations, module switches.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.cache import caches
from django.db import connection, connections

from apps.core.tenant import current_organisation, organisation_context, signer, switch_on
from apps.tenancy.hosts import host_find
from apps.tenancy.models import Organisation
from tests.kit.redis import RedisServer

SLUGS = ("acme", "zenith")
KEYS = 40
THREADS, READS = 16, 50_000


@pytest.fixture(params=["local", pytest.param("redis", marks=pytest.mark.redis)])
def backend(request, settings) -> Iterator[Any]:
    server = None
    if request.param == "redis":
        if not shutil.which("redis-server"):
            pytest.skip("no redis-server here")
        server = RedisServer()
        kept = {"BACKEND": "apps.core.cache.TolerantRedisCache", "LOCATION": server.url}
        settings.CACHES = {"default": {**kept, "KEY_FUNCTION": "apps.core.tenant.cache_key"}}
    yield caches["default"]
    if server is not None:
        server.stop()


def prepare() -> None:
    """The same keys in both, with values that tell their organisation; one module is on in one only."""
    connection.set_schema_to_public()
    Organisation.objects.filter(slug="zenith").update(enabled_modules=["accounting", "inventory"])
    Organisation.objects.filter(slug="acme").update(enabled_modules=["accounting", "sales"])
    for slug in SLUGS:
        with organisation_context(f"org_{slug}"):
            for key in range(KEYS):
                caches["default"].set(f"key-{key}", f"{slug} {key}", 3600)


def read(slug: str, chance: random.Random) -> str:
    """What was wrong about one read inside ``slug``; empty when nothing was."""
    key = chance.randrange(KEYS)
    got = caches["default"].get(f"key-{key}")
    if got != f"{slug} {key}":
        return f"{slug}: cache gave {got!r}"
    if host_find(f"{slug}.localhost").organisation.slug != slug:
        return f"{slug}: host of another"
    return ""


def read_inside(slug: str, chance: random.Random) -> str:
    wrong = read(slug, chance)
    with organisation_context(f"org_{slug}"):  # after a look-up of a host the schema must be what it was
        if current_organisation().slug != slug:
            return f"{slug}: organisation of another"
        if switch_on("sales") != (slug == "acme"):
            return f"{slug}: switches of another"
        if not signer("cache").sign("x").startswith("x:"):
            return f"{slug}: no signature"
    return wrong


def shift(seed: int, count: int) -> list[str]:
    """Read in one organisation after the other; whatever was wrong."""
    chance, wrong = random.Random(seed), []
    try:
        for turn in range(count):
            slug = chance.choice(SLUGS)
            with organisation_context(f"org_{slug}"):
                wrong.append(read_inside(slug, chance) if turn % 20 == 0 else read(slug, chance))
    finally:
        connections.close_all()
    return [text for text in wrong if text]


def run(reads: int) -> list[str]:
    prepare()
    connection.set_schema_to_public()
    with ThreadPoolExecutor(THREADS) as pool:
        found = list(pool.map(lambda seed: shift(seed, reads // THREADS), range(THREADS)))
    return [text for wrong in found for text in wrong]


def test_no_read_gives_what_is_kept_for_another_organisation(commits, backend):
    assert run(3200) == []


@pytest.mark.full
def test_fifty_thousand_reads_over_shifting_organisations(commits, backend):
    assert run(READS) == []


def test_a_key_without_its_organisation_would_be_noticed(commits, settings):
    """The twin with the guard off."""
    plain = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "twin"}
    settings.CACHES = {"default": plain}
    assert run(1600)
