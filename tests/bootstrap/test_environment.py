"""The virtual environment: what makes it be built again, and what the pinned files promise."""

import re
import subprocess
from pathlib import Path

import pytest
from _launcher import environment
from _launcher.environment import BASE, DEV, requirements_hash
from _launcher.layout import ROOT, Layout


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A checkout with two requirement files; making and installing are recorded instead of run."""
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements.txt").write_text("alpha==1.0\n")
    (tmp_path / "requirements/dev.txt").write_text("-r ../requirements.txt\nbeta==2.0\n")
    calls: list[str] = []

    def make(venv: Path) -> None:
        calls.append("make")
        (venv / "bin").mkdir(parents=True, exist_ok=True)
        (venv / "bin/python").touch()
        (venv / ".bahi-installing").unlink(missing_ok=True)
        for mark in venv.glob(".bahi-*"):
            mark.unlink()
        (venv / ".bahi-made").write_text(environment._interpreter())

    monkeypatch.setattr(environment, "_make", make)
    monkeypatch.setattr(environment, "install", lambda layout, path, total: calls.append(path.name))
    return Layout(tmp_path / "data", root=tmp_path), calls


def test_packages_are_installed_once_and_again_when_a_pin_changes(checkout):
    layout, calls = checkout
    environment.ensure_environment(layout)
    environment.ensure_environment(layout)
    assert calls == ["make", "requirements.txt"]
    (layout.root / "requirements.txt").write_text("alpha==1.1\n")
    environment.ensure_environment(layout)
    assert calls == ["make", "requirements.txt", "requirements.txt"]


@pytest.mark.parametrize(
    ("text", "extra"),
    [
        ("", False),
        ("BAHI_FILES_TARGET=\n", False),
        ("#BAHI_FILES_TARGET=s3://keep\n", False),
        ("BAHI_BACKUP_TARGET=/srv/backups\nBAHI_FILES_S3_ENDPOINT=https://s3.example.in", False),
        ("SECRET_KEY=x\nBAHI_FILES_TARGET=s3://keep/files\n", True),
        ('export BAHI_BACKUP_TARGET = "s3://keep"', True),
        ("BAHI_FILES_FORMER=s3://keep", True),
    ],
)
def test_packages_for_buckets_come_where_the_settings_name_one(checkout, monkeypatch, text, extra):
    for name in ("BAHI_FILES_TARGET", "BAHI_BACKUP_TARGET", "BAHI_FILES_FORMER"):
        monkeypatch.delenv(name, raising=False)
    layout, _calls = checkout
    (layout.root / ".env").write_text(text)
    wanted = [BASE, environment.S3] if extra else [BASE]
    assert environment.files_to_serve(layout.root) == wanted
    (layout.root / ".env").unlink()
    monkeypatch.setenv("BAHI_FILES_TARGET", "s3://keep")
    assert environment.files_to_serve(layout.root) == [BASE, environment.S3]


def test_test_tools_come_on_top_and_follow_the_included_file(checkout):
    layout, calls = checkout
    environment.ensure_environment(layout, (BASE, DEV))
    assert calls == ["make", "requirements.txt", "dev.txt"]
    (layout.root / "requirements.txt").write_text("alpha==1.1\n")
    environment.ensure_environment(layout, (BASE, DEV))
    assert calls[3:] == ["requirements.txt", "dev.txt"]


def test_an_interrupted_installation_is_built_afresh(checkout, monkeypatch):
    layout, calls = checkout
    recorded = environment.install

    def killed(layout, path, total):
        raise KeyboardInterrupt

    monkeypatch.setattr(environment, "install", killed)
    with pytest.raises(KeyboardInterrupt):
        environment.ensure_environment(layout)
    monkeypatch.setattr(environment, "install", recorded)
    environment.ensure_environment(layout)
    assert calls == ["make", "make", "requirements.txt"]


def test_a_venv_of_another_python_is_built_afresh(checkout):
    layout, calls = checkout
    environment.ensure_environment(layout)
    (layout.venv / ".bahi-made").write_text("3.10\n")
    environment.ensure_environment(layout)
    assert calls == ["make", "requirements.txt", "make", "requirements.txt"]


def test_comments_and_blank_lines_do_not_change_the_hash(tmp_path):
    path = tmp_path / "requirements.txt"
    path.write_text("alpha==1.0\nbeta==2.0\n")
    before = requirements_hash(path)
    path.write_text("# why alpha\n\nalpha==1.0   # exact\nbeta==2.0\n")
    assert requirements_hash(path) == before
    path.write_text("alpha==1.0\nbeta==2.1\n")
    assert requirements_hash(path) != before


@pytest.mark.parametrize("name", [BASE, DEV])
def test_every_requirement_is_pinned_exactly(name):
    pinned = re.compile(
        r'^[A-Za-z0-9._-]+(\[[a-z,]+\])?==[0-9][0-9A-Za-z.]*(; python_full_version < "[\d.]+")?$'
    )
    loose = [line for line in environment._lines(ROOT / name) if not pinned.match(line)]
    assert loose == []


def test_the_installed_packages_satisfy_each_other():
    """`--no-deps` is safe only while the two files hold everything."""
    import sys

    result = subprocess.run(
        [sys.executable, "-m", "pip", "check"], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout
