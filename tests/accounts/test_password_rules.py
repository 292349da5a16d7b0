"""Passwords that others would try first are refused, without asking anybody."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from apps.accounts.password_rules import is_breached
from apps.accounts.services.users import password_check
from apps.core.errors import InvalidInput

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "password",
    [
        "Password@2026", "P@ssw0rd!!!!", "iloveyou123456", "Sunshine#2026", "dragondragon", "1234567890",
        "Acme-Acme-26!", "bahi-admin-1", "qwertyuiop", "!!Football99!!",
    ],
)  # fmt: skip
def test_guessable_passwords_are_refused(password):
    with pytest.raises(InvalidInput) as refused:
        password_check(password)
    assert refused.value.field == "password"


@pytest.mark.parametrize(
    "password",
    [
        "kalam-Dawat-9",
        "neel gagan ke tale",
        "Xk9#mmQ2!vTz",
        "correct horse staple",
        "पासवर्ड-बहुत-लंबा",
        "a" * 30 + "z9 q",
    ],
)
def test_others_are_fine_whatever_letters_they_have(password):
    password_check(password)


def test_ten_characters_are_enough_nine_are_not():
    password_check("Xk9#mmQ2!v")
    with pytest.raises(InvalidInput, match="too short"):
        password_check("Xk9#mmQ2!")


def hashes(words):
    return sorted(hashlib.sha1(word.encode(), usedforsecurity=False).hexdigest().upper() for word in words)


@pytest.mark.parametrize("ending", ["\r\n", "\n", ":17\r\n"])
@pytest.mark.parametrize("count", [0, 1, 2, 3, 250])
def test_file_of_leaks_is_searched_to_its_ends(tmp_path: Path, count, ending):
    path, words = tmp_path / "leaks.txt", [f"leaked-{number}" for number in range(count)]
    path.write_text("".join(f"{one}{ending}" for one in hashes(words)), newline="")
    assert all(is_breached(word, path) for word in words)
    assert not any(is_breached(f"other-{number}", path) for number in range(250))


def test_leaked_password_is_refused(settings, tmp_path):
    path = tmp_path / "leaks.txt"
    path.write_text("".join(f"{one}:3\n" for one in hashes(["kalam-Dawat-9", "x"])))
    settings.BREACHED_PASSWORDS_FILE = str(path)
    with pytest.raises(InvalidInput, match="leak"):
        password_check("kalam-Dawat-9")
    password_check("kalam-Dawat-8")
