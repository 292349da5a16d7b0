"""Private files, the demo's sign-ins, the data folder."""

import multiprocessing
import stat
from pathlib import Path

import pytest
from _launcher import credentials
from _launcher.console import LauncherError
from _launcher.credentials import Credential
from _launcher.files import exclusive, read_or_create, try_lock, write_atomic
from _launcher.layout import ROOT, Layout, layout_for
from _launcher.manage import take_data
from _launcher.serve import shown_address
from _launcher.services import environment_for, named_databases


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_credentials_file_is_private_and_tab_separated(tmp_path):
    path = tmp_path / "credentials.txt"
    entries = [
        Credential("demo.localhost", "sales clerk", "asha@demo.in", "p w"),
        Credential("x", "y", "z", "w"),
    ]
    credentials.store(path, entries)
    assert _mode(path) == 0o600
    assert path.read_text().splitlines()[0] == "demo.localhost\tsales clerk\tasha@demo.in\tp w"
    assert credentials.load(path) == entries


def test_the_state_of_the_demo_is_read_from_the_set_up():
    assert credentials.demo_state(["state\tdemo\tremoved\n"]) == "removed"
    assert credentials.demo_state(["Database is ready"]) == "none"


def test_credentials_are_taken_only_from_their_own_lines():
    assert credentials.parse_line("credential\th\tr\te\tp\n") == Credential("h", "r", "e", "p")
    assert credentials.parse_line("600 invoices posted") is None
    assert credentials.parse_line("credential\tonly\tthree\tfields") is None


def test_damaged_lines_of_the_credentials_file_are_left_out(tmp_path):
    path = tmp_path / "credentials.txt"
    path.write_text("h\tr\te\tp\nhalf a li")
    assert credentials.load(path) == [Credential("h", "r", "e", "p")]


def test_credentials_table_gives_the_address_to_open():
    lines = credentials.table([Credential("demo.localhost", "clerk", "a@b.in", "secret")], 8123)
    assert lines[1].split() == ["http://demo.localhost:8123/", "clerk", "a@b.in", "secret"]


def test_secret_key_is_made_once_and_private(tmp_path, monkeypatch):
    monkeypatch.delenv("SECRET_KEY", raising=False)
    monkeypatch.delenv("BAHI_SECRETS_KEYS", raising=False)
    layout = Layout(tmp_path)
    first = environment_for(layout, {})["SECRET_KEY"]
    assert len(first) >= 50
    assert environment_for(layout, {})["SECRET_KEY"] == first
    assert _mode(layout.secret_key) == 0o600
    assert _mode(layout.secrets_keys) == 0o600


def test_an_emptied_secret_file_is_made_again(tmp_path):
    path = tmp_path / "secret.key"
    path.touch()
    assert read_or_create(path, lambda: "fresh") == "fresh"
    assert path.read_text() == "fresh\n"


def test_a_failed_write_keeps_the_old_file(tmp_path):
    path = tmp_path / "state.json"
    write_atomic(path, "old")
    with pytest.raises(UnicodeEncodeError):
        write_atomic(path, "\ud800")
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["state.json"]


def _try_in_other_process(path: str, answers: multiprocessing.Queue) -> None:
    with Path(path).open("a") as stream:
        answers.put(try_lock(stream.fileno()))


def test_two_runs_do_not_hold_one_lock(tmp_path):
    path = tmp_path / "setup.lock"
    context = multiprocessing.get_context("fork")
    answers = context.Queue()

    def ask() -> bool:
        other = context.Process(target=_try_in_other_process, args=(str(path), answers))
        other.start()
        other.join()
        return answers.get(timeout=5)

    with exclusive(path, "waiting"):
        assert ask() is False
    assert ask() is True


def test_data_folder_comes_from_argument_then_environment_then_checkout(monkeypatch, tmp_path):
    monkeypatch.setenv("BAHI_DATA", str(tmp_path / "env"))
    assert layout_for(str(tmp_path / "arg")).data == tmp_path / "arg"
    assert layout_for(None).data == tmp_path / "env"
    monkeypatch.delenv("BAHI_DATA")
    assert layout_for(None).data == ROOT / ".bahi"


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://localhost:8000/"),
        ("0.0.0.0", "http://localhost:8000/"),  # noqa: S104 - compared, not listened on
        ("192.168.1.5", "http://192.168.1.5:8000/"),
        ("fd00::5", "http://[fd00::5]:8000/"),
    ],
)
def test_the_address_to_open_fits_the_host_listened_on(host, address):
    assert shown_address(host, 8000) == address


def test_a_data_folder_that_cannot_be_made_is_explained(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(LauncherError, match="Choose another with --data"):
        Layout(tmp_path / "file" / "data").make()


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["--data", "x", "check"], ("x", ["check"])),
        (["--data=x", "check", "--data", "y"], ("x", ["check", "--data", "y"])),
        (["check"], (None, ["check"])),
    ],
)
def test_data_option_is_taken_only_from_the_front(given, expected):
    assert take_data(given) == expected


def test_one_database_address_without_the_other_is_explained(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://a@b/c")
    monkeypatch.delenv("DATABASE_OWNER_URL", raising=False)
    with pytest.raises(LauncherError, match="DATABASE_OWNER_URL is not"):
        named_databases()
