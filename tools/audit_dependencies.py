"""Ask the public advisory services whether a pinned package has a known fault.

    python tools/audit_dependencies.py [FOLDER]

Makes an environment of its own in FOLDER (default .bahi/audit) for pip-audit. A package that no service
could be asked about is never taken for sound. Exit code: 0 nothing known, 1 faults found, 3 not all asked.
"""

from __future__ import annotations

import json
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
FILES = ("requirements.txt", "requirements/s3.txt", "requirements/dev.txt", "requirements/installer.txt")
SERVICES = ("pypi", "osv")
NOT_ASKED = 3


def auditor(folder: Path) -> Path:
    """The Python that has pip-audit; made at the first call."""
    python = folder / "bin" / "python"
    if not (folder / ".made").exists():
        venv.create(folder, with_pip=True, clear=True)
        wanted = ROOT / "requirements" / "audit.txt"
        subprocess.run(
            [python, "-m", "pip", "install", "-q", "-r", wanted], check=True, stderr=subprocess.PIPE
        )
        (folder / ".made").touch()
    return python


def pinned() -> list[str]:
    """Every ``name==version`` of our files, each once."""
    lines = {line.split("#")[0].split(";")[0].strip() for file in FILES for line in _lines(file)}
    return sorted(line for line in lines if "==" in line)


def _lines(file: str) -> list[str]:
    path = ROOT / file
    return path.read_text().splitlines() if path.exists() else []


def ask(python: Path, packages: list[str], service: str, folder: Path) -> list[dict[str, Any]]:
    """What one service says of each package; empty when it can't be reached."""
    listed = folder / "packages.txt"
    listed.write_text("\n".join(packages) + "\n")
    options = ["--no-deps", "--disable-pip", "--progress-spinner", "off", "--timeout", "20"]
    result = subprocess.run(
        [python, "-m", "pip_audit", "-r", listed, "-s", service, "-f", "json", *options],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    try:
        return json.loads(result.stdout)["dependencies"]
    except (ValueError, KeyError):
        reason = (result.stderr.strip().splitlines() or ["no answer"])[-1]
        print(f"{service} could not be asked: {reason[:160]}")
        return []


def main(arguments: list[str]) -> int:
    """Ask one service after the other about what the one before did not know."""
    folder = Path(arguments[0]) if arguments else ROOT / ".bahi" / "audit"
    python, unknown, faults = auditor(folder), pinned(), 0
    count = len(unknown)
    for service in SERVICES:
        answers = ask(python, unknown, service, folder) if unknown else []
        known = [item for item in answers if "skip_reason" not in item]
        for item in known:
            for fault in item["vulns"]:
                faults += 1
                fixed = ", ".join(fault["fix_versions"]) or "no version yet"
                print(f"{item['name']} {item['version']}: {fault['id']}, mended in {fixed}")
        said = {f"{item['name']}=={item['version']}".lower() for item in known}
        unknown = [line for line in unknown if _plain(line) not in said]
    print(f"{count - len(unknown)} of {count} packages asked about, {faults} known faults")
    return 1 if faults else NOT_ASKED if unknown else 0


def _plain(line: str) -> str:
    """``Name[extra]==1`` as the answers write it: ``name==1``."""
    name, version = line.split("==", 1)
    return f"{name.split('[')[0].strip().lower().replace('_', '-')}=={version.strip()}"


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
