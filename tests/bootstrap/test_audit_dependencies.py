"""What the dependency audit makes of the answers: unknown is never taken for sound."""

import importlib.util

import pytest
from _launcher.layout import ROOT

SPEC = importlib.util.spec_from_file_location("audit", ROOT / "tools/audit_dependencies.py")
audit = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(audit)


def sound(line):
    name, version = audit._plain(line).split("==")
    return {"name": name, "version": version, "vulns": []}


@pytest.fixture
def answers(monkeypatch, tmp_path):
    """``{service: answers}``; services that are not named can't be reached."""
    given = {}
    monkeypatch.setattr(audit, "auditor", lambda folder: None)
    monkeypatch.setattr(audit, "ask", lambda _python, packages, service, _folder: [
        given[service](line) for line in packages
    ] if service in given else [])  # fmt: skip
    return given


def test_every_package_is_listed_once_with_its_version():
    lines = audit.pinned()
    assert any(audit._plain(line).startswith("django==") for line in lines)
    assert len(lines) == len(set(lines)) > 80


def test_nothing_known_of_any_package(answers):
    answers["pypi"] = sound
    assert audit.main(["x"]) == 0


def test_packages_nobody_could_be_asked_about_are_not_sound(answers, capsys):
    assert audit.main(["x"]) == audit.NOT_ASKED
    answers["pypi"] = lambda line: {"name": line, "version": "", "skip_reason": "not found"}
    assert audit.main(["x"]) == audit.NOT_ASKED
    assert "0 of" in capsys.readouterr().out


def test_the_second_service_is_asked_about_what_the_first_does_not_know(answers, capsys):
    answers["pypi"] = lambda line: {"name": line, "version": "", "skip_reason": "not found"}
    answers["osv"] = lambda line: {**sound(line), "vulns": [{"id": "CVE-1", "fix_versions": ["9"]}]
                                   if line.lower().startswith("django==") else []}  # fmt: skip
    assert audit.main(["x"]) == 1
    assert "CVE-1, mended in 9" in capsys.readouterr().out
