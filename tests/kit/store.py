"""A real S3-compatible server for the tests: rclone's, which checks every signature and each link's time."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

FORGETS = 0.1  # seconds after which the server looks at its folders again
ACCESS, SECRET = "AKIATESTOFBAHI", "secret-of-the-test-store"


class Store:
    """Buckets are folders of ``base``, objects are files in them: tests can look at what lies there."""

    def __init__(self, base: Path) -> None:
        self.base, self._process = base, None
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        command = [
            str(program()), "serve", "s3", "--auth-key", f"{ACCESS},{SECRET}",
            "--addr", f"127.0.0.1:{self.port}", "--vfs-cache-mode", "off", "--dir-cache-time", f"{FORGETS}s",
            "--config", "", str(self.base),
        ]  # fmt: skip
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(400):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.02)
        raise RuntimeError("the store did not start")

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def keys(self, bucket: str = "keep") -> list[str]:
        """Keys of all objects of a bucket."""
        folder = self.base / bucket
        return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())

    def contents(self, bucket: str = "keep") -> list[bytes]:
        return [self.file(key, bucket).read_bytes() for key in self.keys(bucket)]

    def put(self, key: str, content: bytes, bucket: str = "keep") -> None:
        """Lay an object there behind everybody's back."""
        path = self.file(key, bucket)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        time.sleep(3 * FORGETS)

    def take(self, key: str, bucket: str = "keep") -> bytes:
        """Take an object away behind everybody's back."""
        path = self.file(key, bucket)
        content = path.read_bytes()
        path.unlink()
        time.sleep(3 * FORGETS)
        return content

    def file(self, key: str, bucket: str = "keep") -> Path:
        return self.base / bucket / key


def program() -> Path:
    found = find_spec("rclone_api")
    if found is None or not found.submodule_search_locations:
        pytest.skip("needs a local S3 server (requirements/dev.txt)")
    return Path(found.submodule_search_locations[0]) / "bin" / "rclone"


@contextmanager
def served(base: Path, monkeypatch: Any) -> Iterator[Store]:
    """A running store with the bucket ``keep``, its keys in the environment."""
    from apps.core.object_store import store_clients_forget

    for name, value in (
        ("AWS_ACCESS_KEY_ID", ACCESS), ("AWS_SECRET_ACCESS_KEY", SECRET),
        ("AWS_DEFAULT_REGION", "ap-south-1"), ("AWS_CONFIG_FILE", str(base / "none")),
        ("AWS_SHARED_CREDENTIALS_FILE", str(base / "none")),
    ):  # fmt: skip
        monkeypatch.setenv(name, value)
    (base / "keep").mkdir(parents=True)
    store = Store(base)
    store.start()
    store_clients_forget()
    try:
        yield store
    finally:
        store.stop()
        store_clients_forget()
