"""Puts pinned packages into the environment: by uv, which fetches several at a time, else by pip.

pip fetches one package after the other and takes five times the CPU; on a bare machine that was half of the
time until the first page. uv itself comes from the package index, through whatever pip there is.
"""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from .console import LauncherError, say
from .layout import Layout
from .processes import ended_on_error

TOOL = Path("requirements/installer.txt")
PIP_OPTIONS = ("--disable-pip-version-check", "--no-input", "--no-deps", "--progress-bar=off")
UV_NAMES = {"index-url": "UV_DEFAULT_INDEX", "cert": "SSL_CERT_FILE", "proxy": "ALL_PROXY"}
"""What pip may have been told of the way to the index, and uv's word for it."""


def install(layout: Layout, path: Path, total: int) -> None:
    """Install what `path` pins, `total` packages. Raises LauncherError with the installer's last words."""
    uv = uv_program(layout)
    if uv is not None:
        command = [str(uv), "pip", "install", "--python", str(layout.python), "--no-deps", "--no-progress"]
        failure = run([*command, "-r", str(path)], uv_environment(), total)
        if failure is None:
            return
        say("      uv could not do it; pip tries")
    failure = run([*pip(layout.venv), "install", *PIP_OPTIONS, "-r", str(path)], {}, total)
    if failure is not None:
        raise LauncherError("pip could not install the packages:\n  " + failure)


def pip(venv: Path) -> list[str]:
    """pip for the environment: the one in it, else one outside."""
    python = str(venv / "bin" / "python")
    if next(venv.glob("lib/python3*/site-packages/pip"), None):
        return [python, "-m", "pip"]
    return [*pip_outside(), "--python", python]


def pip_outside() -> list[str]:
    """pip beside this interpreter, or Python's own wheel of it."""
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip"]
    wheel = bundled_pip()
    if wheel is None:
        raise LauncherError(
            "This Python has neither pip nor ensurepip. On Debian and Ubuntu: apt-get install python3-venv"
        )
    return [sys.executable, str(wheel / "pip")]


def bundled_pip() -> Path | None:
    """The wheel that `ensurepip` would unpack; it runs as it is. Debian keeps it in a folder of its own."""
    found = importlib.util.find_spec("ensurepip")
    places = [Path("/usr/share/python-wheels")]
    if found and found.origin:
        places.insert(0, Path(found.origin).parent / "_bundled")
    return next((wheel for place in places for wheel in sorted(place.glob("pip-*.whl"))), None)


def uv_program(layout: Layout) -> Path | None:
    """uv in the pinned version, fetched once into the data folder; None where it can't be had."""
    wanted = pinned_tool(layout.root / TOOL)
    if wanted is None or os.environ.get("BAHI_INSTALLER") == "pip":
        return None
    folder = layout.data / "tools" / wanted.replace("==", "-")
    program = folder / "bin" / "uv"
    if program.exists():
        return program
    half = folder.with_suffix(".half")
    shutil.rmtree(half, ignore_errors=True)
    # its wheels hold a program: where there is none for this machine, pip is quicker than a Rust compiler
    options = [*PIP_OPTIONS, "--quiet", "--no-compile", "--only-binary=:all:", "--target", str(half)]
    if run([*pip_outside(), "install", *options, wanted], {}, 0) is not None:
        shutil.rmtree(half, ignore_errors=True)
        return None
    half.rename(folder)
    return program if program.exists() else None


def pinned_tool(path: Path) -> str | None:
    """``uv==…`` of the file, None without one."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    found = re.search(r"^uv==[\w.]+$", text, re.MULTILINE)
    return found.group() if found else None


def uv_environment() -> dict[str, str]:
    """pip's own index, certificate and proxy (its variables and files), in uv's words."""
    command = [*pip_outside(), "config", "list"]
    listed = subprocess.run(command, capture_output=True, text=True, check=False)
    return uv_settings(listed.stdout)


def uv_settings(listed: str) -> dict[str, str]:
    """From the lines of `pip config list`: `global.index-url='https://…'`."""
    found = dict(re.findall(r"^[\w:.]*?\.?([\w-]+)='(.*)'$", listed, re.MULTILINE))
    return {UV_NAMES[name]: value for name, value in found.items() if name in UV_NAMES}


def run(command: list[str], environment: dict[str, str], total: int) -> str | None:
    """Run an installer; None when it went well, else its last lines. Tells how far pip has come."""
    variables = {**os.environ, "PYTHONWARNINGS": "ignore", "PIP_ROOT_USER_ACTION": "ignore", **environment}
    tail: list[str] = []
    seen = 0
    with (
        subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            env=variables,
            errors="replace",
        ) as process,
        ended_on_error(process),
    ):
        for line in process.stdout or ():
            tail = [*tail[-14:], line.rstrip()]
            if line.startswith(("Collecting ", "Requirement already satisfied")):
                seen += 1
                if seen % 20 == 0:
                    say(f"      {seen} of {total} packages fetched")
            elif line.startswith("Installing collected") and total:
                say("      writing them")
    return "\n  ".join(tail) if process.returncode else None
