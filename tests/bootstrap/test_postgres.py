"""The embedded PostgreSQL itself: made, used, killed, moved, shared."""

import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg
import pytest
from _launcher.binaries import find_binaries
from _launcher.console import LauncherError
from _launcher.memory import tablespace_in_memory
from _launcher.postgres import Cluster
from _launcher.postmaster import running_postmaster
from _launcher.roles import APP, EXTENSIONS, OWNER, SUPERUSER
from _launcher.testing import drop_remains

pytestmark = pytest.mark.full


def _query(url: str, sql: str) -> list[tuple]:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(sql)
        return cursor.fetchall() if cursor.description else []


def test_the_new_cluster_has_roles_extensions_and_checks(cluster: Cluster):
    assert cluster.start() is True
    assert _query(cluster.url(OWNER), "SELECT rolcreatedb FROM pg_roles WHERE rolname = current_user") == [
        (True,)
    ]
    rights = _query(
        cluster.url(APP), "SELECT rolsuper, rolcreatedb FROM pg_roles WHERE rolname = current_user"
    )
    assert rights == [(False, False)]
    found = {row[0] for row in _query(cluster.url(APP), "SELECT extname FROM pg_extension")}
    assert set(EXTENSIONS) <= found
    assert _query(cluster.url(APP), "SHOW data_checksums") == [("on",)]
    assert _query(cluster.url(APP), "SHOW password_encryption") == [("scram-sha-256",)]
    assert _query(cluster.url(APP), "SHOW listen_addresses") == [("127.0.0.1",)]
    owner = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"
    assert _query(cluster.url(APP), owner) == [(OWNER,)]


def test_the_run_time_role_can_make_nothing_in_public(cluster: Cluster):
    cluster.start()
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        _query(cluster.url(APP), "CREATE TABLE public.mine (a int)")


def test_a_database_that_the_owner_makes_has_the_extensions(cluster: Cluster):
    cluster.start()
    _query(cluster.url(OWNER), "CREATE DATABASE scratch")
    names = {row[0] for row in _query(cluster.url(OWNER, "scratch"), "SELECT extname FROM pg_extension")}
    assert set(EXTENSIONS) <= names


def test_the_owner_can_drop_a_database_that_the_run_time_role_is_using(cluster: Cluster):
    cluster.start()
    _query(cluster.url(OWNER), "CREATE DATABASE scratch")
    used = psycopg.connect(cluster.url(APP, "scratch"), autocommit=True)
    used.execute("SELECT 1")
    _query(cluster.url(OWNER), "DROP DATABASE scratch WITH (FORCE)")
    with pytest.raises(psycopg.OperationalError):
        used.execute("SELECT 1")


def test_remains_of_killed_test_runs_are_dropped(cluster: Cluster):
    cluster.start()
    gone = subprocess.Popen(["true"])
    gone.wait()
    alive, dead = f"bahi_run_ab12_{os.getpid()}_gw0", f"bahi_run_ab12_{gone.pid}_gw0"
    templates = [f"bahi_tpl_{number}" for number in range(5)]
    for name in (*templates, alive, dead, "bahi_mine"):
        cluster.superuser_sql(f"CREATE DATABASE {name}")
    assert set(drop_remains(cluster)) == {*templates[:2], dead}
    left = cluster.superuser_sql("SELECT datname FROM pg_database WHERE datname LIKE 'bahi%'").split()
    assert set(left) == {*templates[2:], alive, "bahi_mine"}


def test_databases_of_tests_stand_in_memory_and_are_made_anew_after_a_restart(
    cluster: Cluster,
):
    cluster.start()
    memory = Path(tempfile.mkdtemp(prefix="bahi-memory-"))
    memory.chmod(0o755)
    try:
        space = tablespace_in_memory(cluster, memory)
        in_space = f"CREATE DATABASE bahi_scratch TABLESPACE {space}"
        _query(cluster.url(OWNER), in_space)
        assert tablespace_in_memory(cluster, memory) == space
        assert _query(cluster.url(OWNER, "bahi_scratch"), "SELECT 1") == [(1,)]
        (folder,) = memory.iterdir()
        shutil.rmtree(folder)
        assert tablespace_in_memory(cluster, memory) == space
        _query(cluster.url(OWNER), in_space)
        assert any(folder.glob("PG_*/*"))
    finally:
        shutil.rmtree(memory)


def test_without_room_in_memory_tests_stay_on_the_disk(cluster: Cluster, monkeypatch):
    cluster.start()
    assert tablespace_in_memory(cluster, Path("/no/such/folder")) == ""
    monkeypatch.setattr("_launcher.memory.ROOM", 10**18)
    assert tablespace_in_memory(cluster, Path(tempfile.gettempdir())) == ""


def test_a_wrong_password_and_a_password_less_socket_are_refused(cluster: Cluster):
    cluster.start()
    port = json.loads((cluster.home / "state.json").read_text())["port"]
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(f"postgres://{SUPERUSER}:guess@127.0.0.1:{port}/probe")
    run = cluster.home / "run"
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(host=str(run), port=port, user=SUPERUSER, dbname="probe")


def test_passwords_are_private(cluster: Cluster):
    cluster.start()
    assert stat.S_IMODE((cluster.home / "state.json").stat().st_mode) == 0o600
    assert stat.S_IMODE(cluster.data.stat().st_mode) == 0o700
    assert [path.name for path in cluster.home.iterdir() if path.name.startswith("tmp")] == []


@pytest.mark.ci
def test_data_survives_kill_9_of_the_server(cluster: Cluster):
    cluster.start()
    _query(cluster.url(OWNER), "CREATE TABLE kept (a int)")
    for number in range(3):
        _query(cluster.url(OWNER), f"INSERT INTO kept VALUES ({number})")
        os.kill(running_postmaster(cluster.data).pid, signal.SIGKILL)
        begun = time.monotonic()
        assert cluster.start() is True
        assert time.monotonic() - begun < 30
    assert _query(cluster.url(OWNER), "SELECT count(*) FROM kept") == [(3,)]


def test_a_pid_file_with_a_foreign_process_does_not_stop_the_start(cluster: Cluster):
    cluster.start()
    port = running_postmaster(cluster.data).port
    cluster.stop()
    stranger = subprocess.Popen(
        ["sleep", "60"], user=cluster.account.uid if os.geteuid() == 0 else None, cwd="/"
    )
    try:
        lines = f"{stranger.pid}\n{cluster.data}\n1\n{port}\n\n127.0.0.1\n 1 1\nready\n"
        (cluster.data / "postmaster.pid").write_text(lines)
        assert cluster.start() is True
        assert _query(cluster.url(APP), "SELECT 1") == [(1,)]
    finally:
        stranger.kill()
        stranger.wait()


def test_the_port_is_remembered_and_changed_when_taken(cluster: Cluster):
    cluster.start()
    port = running_postmaster(cluster.data).port
    cluster.stop()
    cluster.start()
    assert running_postmaster(cluster.data).port == port
    cluster.stop()
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # its closed connections linger a while
        taken.bind(("127.0.0.1", port))
        taken.listen()
        cluster.start()
        assert running_postmaster(cluster.data).port != port
        assert _query(cluster.url(APP), "SELECT 1") == [(1,)]


def test_the_last_user_stops_the_server(cluster: Cluster):
    second = Cluster(cluster.place, cluster.venv, cluster.database, settings=cluster.settings)
    assert cluster.start() is True
    assert second.start() is False
    assert cluster.release() is False
    assert second.is_ready()
    assert second.release() is True
    assert running_postmaster(cluster.data) is None


def test_a_half_made_cluster_is_made_again(cluster: Cluster):
    cluster._make_home()
    half = cluster.home / "data.new"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    cluster.start()
    assert _query(cluster.url(APP), "SELECT 1") == [(1,)]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has folders that the server's account cannot enter")
def test_data_that_was_moved_under_a_closed_folder_is_explained(tmp_path: Path, cluster: Cluster):
    closed = tmp_path / "closed"
    (closed / "postgres").mkdir(parents=True)
    closed.chmod(0o700)
    with pytest.raises(LauncherError, match="cannot enter"):
        Cluster(closed / "postgres", cluster.venv, "probe").start()


def test_lost_passwords_are_told_and_not_replaced(cluster: Cluster):
    cluster.start()
    cluster.stop()
    state = cluster.home / "state.json"
    state.rename(cluster.home / "elsewhere")
    with pytest.raises(LauncherError, match="passwords"):
        cluster.start()
    assert not state.exists()


def test_data_of_another_major_version_is_explained(cluster: Cluster):
    with pytest.raises(LauncherError, match="version 99"):
        find_binaries(cluster.venv, cluster.account, cluster.home, major=99)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has folders that the server's account cannot enter")
def test_under_a_closed_folder_of_root_the_server_lives_elsewhere(tmp_path: Path, cluster: Cluster):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    shut = Cluster(closed / "postgres", cluster.venv, "probe", settings=cluster.settings, disposable=True)
    try:
        shut.start()
        assert (closed / "postgres").is_symlink()
        assert closed.stat().st_mode & 0o077 == 0
        assert _query(shut.url(APP), "SELECT 1") == [(1,)]
    finally:
        shut.stop()
        shut.release()
        shutil.rmtree(shut.home, ignore_errors=True)
