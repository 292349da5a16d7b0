"""postmaster.pid: whom it names, and when it may be removed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from _launcher import postmaster
from _launcher.postgres import _is_free, free_port
from _launcher.postmaster import drop_stale_pid_file, is_alive, running_postmaster


def _pid_file(data: Path, pid: int | str) -> Path:
    path = data / "postmaster.pid"
    path.write_text(f"{pid}\n{data}\n0\n54001\n\n127.0.0.1\n  1  2\nready   \n")
    return path


def test_a_pid_of_a_foreign_process_is_dropped(tmp_path):
    path = _pid_file(tmp_path, os.getpid())
    assert running_postmaster(tmp_path) is None
    assert drop_stale_pid_file(tmp_path) is True
    assert not path.exists()


def test_a_pid_of_a_dead_process_is_dropped(tmp_path):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    _pid_file(tmp_path, gone.pid)
    assert drop_stale_pid_file(tmp_path) is True


def test_a_zombie_is_not_alive():
    child = subprocess.Popen([sys.executable, "-c", ""], stdout=subprocess.PIPE)
    child.stdout.read()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert is_alive(child.pid) is False
    child.wait()


@pytest.mark.parametrize("text", ["", "not a number", "-5", "0"])
def test_a_damaged_pid_file_is_dropped(tmp_path, text):
    _pid_file(tmp_path, text)
    assert drop_stale_pid_file(tmp_path) is True


def test_a_process_that_works_in_the_data_directory_is_its_server(tmp_path):
    """pg_ctl starts `postgres -D` with another spelling of the path; its working directory tells."""
    server = subprocess.Popen(["sleep", "30"], cwd=tmp_path)
    try:
        _pid_file(tmp_path, server.pid)
        found = running_postmaster(tmp_path)
        assert found == postmaster.Postmaster(server.pid, 54001, "ready")
        assert drop_stale_pid_file(tmp_path) is False
    finally:
        server.kill()
        server.wait()


def test_no_pid_file_means_no_server(tmp_path):
    assert running_postmaster(tmp_path) is None
    assert drop_stale_pid_file(tmp_path) is False


def test_free_port_can_be_listened_on():
    import socket

    port = free_port()
    assert _is_free(port)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        assert not _is_free(port)
