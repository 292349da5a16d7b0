"""Who installs the packages: uv where it can be had, pip where not, and never neither without a word."""

from pathlib import Path

import pytest
from _launcher import installer
from _launcher.console import LauncherError
from _launcher.layout import ROOT, Layout


@pytest.fixture
def calls(monkeypatch) -> list[list[str]]:
    """Commands that were run; those that hold a word of `failing` fail."""
    made: list[list[str]] = []

    def run(command, environment, total):
        made.append(command)
        if "--target" in command:
            folder = Path(command[command.index("--target") + 1], "bin")
            folder.mkdir(parents=True)
            (folder / "uv").touch()
        return "no such package" if any(word in " ".join(command) for word in failing) else None

    failing: list[str] = []
    monkeypatch.setattr(installer, "run", run)
    monkeypatch.setattr(installer, "uv_environment", dict)
    monkeypatch.delenv("BAHI_INSTALLER", raising=False)
    run.failing = failing
    return made


@pytest.fixture
def layout(tmp_path) -> Layout:
    made = Layout(tmp_path / "data", root=tmp_path)
    (tmp_path / "requirements").mkdir()
    (tmp_path / installer.TOOL).write_text("# the installer\nuv==9.9.9\n")
    (tmp_path / "requirements.txt").write_text("alpha==1.0\n")
    return made


def _install(layout: Layout) -> None:
    installer.install(layout, layout.root / "requirements.txt", 1)


def test_uv_is_fetched_once_and_installs(calls, layout):
    _install(layout)
    _install(layout)
    program = str(layout.data / "tools/uv-9.9.9/bin/uv")
    assert [command[0] == program for command in calls] == [False, True, True]
    assert calls[0][-1] == "uv==9.9.9"


def test_pip_installs_where_uv_cannot_be_had(calls, layout):
    installer.run.failing.append("--target")
    _install(layout)
    assert "pip" in " ".join(calls[-1])
    assert calls[-1][-2:] == ["-r", str(layout.root / "requirements.txt")]
    assert not list((layout.data / "tools").glob("*"))


def test_pip_tries_what_uv_could_not(calls, layout, capsys):
    installer.run.failing.append("bin/uv pip")
    _install(layout)
    assert len(calls) == 3
    assert "pip tries" in capsys.readouterr().out


def test_the_last_words_are_told_when_nobody_could(calls, layout):
    installer.run.failing.append("-r ")
    with pytest.raises(LauncherError, match="no such package"):
        _install(layout)


def test_pip_can_be_asked_for(calls, layout, monkeypatch):
    monkeypatch.setenv("BAHI_INSTALLER", "pip")
    _install(layout)
    assert len(calls) == 1


def test_uv_goes_the_way_that_pip_was_told():
    listed = (
        ":env:.cert='/etc/ca.pem'\nglobal.index-url='https://mirror.example/simple'\nglobal.timeout='9'\n"
    )
    assert installer.uv_settings(listed) == {
        "SSL_CERT_FILE": "/etc/ca.pem",
        "UV_DEFAULT_INDEX": "https://mirror.example/simple",
    }


def test_the_pin_is_one_that_is_understood():
    assert installer.pinned_tool(ROOT / installer.TOOL)


def test_what_an_installer_said_is_kept_when_it_fails():
    assert installer.run(["sh", "-c", "echo first; echo last; exit 3"], {}, 0) == "first\n  last"
    assert installer.run(["true"], {}, 0) is None
