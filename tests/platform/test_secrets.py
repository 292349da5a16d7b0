"""Secrets at rest: sealed to their place, opened by every known key, sealed again by a new one."""

from __future__ import annotations

import base64
import io
from types import SimpleNamespace

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from apps.accounts.models import FactorMethod, SecondFactor
from apps.core import secrets
from apps.core.secrets import Place, SecretUnreadable, seal, secret_read, secret_write, unseal

PLACE = Place("org_acme", "accounts_secondfactor", "secret", 7)


def key(name: str, letter: bytes) -> str:
    return f"{name}:{base64.b64encode(letter * 32).decode()}"


def test_secret_opens_at_its_own_place_only():
    sealed = seal("JBSWY3DPEHPK3PXP", PLACE)
    assert "JBSW" not in sealed
    assert unseal(sealed, PLACE) == "JBSWY3DPEHPK3PXP"
    for other in (
        Place("org_zenith", PLACE.table, PLACE.column, 7),
        Place(PLACE.schema, "accounts_user", PLACE.column, 7),
        Place(PLACE.schema, PLACE.table, "other", 7),
        Place(PLACE.schema, PLACE.table, PLACE.column, 8),
    ):
        with pytest.raises(SecretUnreadable):
            unseal(sealed, other)


def test_changed_text_is_refused_and_two_seals_differ():
    first, second = seal("same", PLACE), seal("same", PLACE)
    assert first != second
    body = bytearray(base64.b64decode(first.split(".")[2]))
    for index in (0, 12, len(body) - 1):
        changed = bytearray(body)
        changed[index] ^= 1
        text = ".".join([*first.split(".")[:2], base64.b64encode(changed).decode()])
        with pytest.raises(SecretUnreadable):
            unseal(text, PLACE)
    for nonsense in ("plain", "v1.ktest.%%%", "v1.gone." + first.split(".")[2], "v2" + first[2:]):
        with pytest.raises(SecretUnreadable):
            unseal(nonsense, PLACE)


def test_first_key_seals_and_all_keys_open(settings):
    settings.SECRETS_KEYS = key("old", b"a")
    sealed = seal("x", PLACE)
    settings.SECRETS_KEYS = f"{key('new', b'b')},{key('old', b'a')}"
    assert unseal(sealed, PLACE) == "x"
    assert seal("x", PLACE).split(".")[1] == "new"
    settings.SECRETS_KEYS = key("new", b"b")
    with pytest.raises(SecretUnreadable):
        unseal(sealed, PLACE)


@pytest.mark.parametrize(
    "text", ["k1", "k1:abc", key("k-1", b"a"), f"{key('k', b'a')},{key('k', b'b')}", ","]
)
def test_broken_keys_are_refused(settings, text):
    settings.SECRETS_KEYS = text
    with pytest.raises(ImproperlyConfigured):
        seal("x", PLACE)


def test_file_of_keys_gets_a_new_first_key_that_counts_at_once(settings, tmp_path):
    settings.SECRETS_KEYS, settings.DATA_DIR = "", tmp_path
    with pytest.raises(ImproperlyConfigured):
        secrets.keyring()
    (tmp_path / "secrets.keys").write_text(secrets.new_key() + "\n")
    before = seal("x", PLACE)
    name = secrets.key_add()
    assert next(iter(secrets.keyring())) == name
    assert (tmp_path / "secrets.keys").stat().st_mode & 0o777 == 0o600
    assert unseal(before, PLACE) == "x"
    assert [path.name for path in tmp_path.iterdir()] == ["secrets.keys"]


@pytest.fixture
def factor(administrator):
    row = SecondFactor(user=administrator, method=FactorMethod.TOTP, label="Phone")
    secret_write(row, "secret", "JBSWY3DPEHPK3PXP")
    row.save()
    return row


@pytest.mark.django_db
def test_rotation_seals_rows_again_and_repeats_without_effect(settings, factor):
    old = factor.secret
    settings.SECRETS_KEYS = f"{key('fresh', b'n')},{settings.SECRETS_KEYS}"
    out = io.StringIO()
    call_command("rotate_secrets", stdout=out)
    assert out.getvalue().startswith("1 secrets")
    connection.set_schema("org_acme")
    factor.refresh_from_db()
    assert factor.secret != old
    assert secrets.key_of(factor.secret) == "fresh"
    assert secret_read(factor, "secret") == "JBSWY3DPEHPK3PXP"
    out = io.StringIO()
    call_command("rotate_secrets", stdout=out)
    assert out.getvalue().startswith("0 secrets")


@pytest.mark.django_db
def test_database_refuses_a_plain_secret_and_a_moved_one_is_unreadable(factor, user_with):
    other = SecondFactor(user=user_with(), method=FactorMethod.TOTP, secret=factor.secret)
    other.save()
    with pytest.raises(SecretUnreadable):
        secret_read(other, "secret")
    factor.secret = "JBSWY3DPEHPK3PXP"
    with pytest.raises(IntegrityError), transaction.atomic():
        factor.save()


def test_empty_secret_stays_empty():
    row = SimpleNamespace(secret="")
    assert secret_read(row, "secret") == ""
