"""Before the first release every app has one initial migration: write them all anew from the models.

Unchanged models give identical files, so only the migrations of changed apps differ afterwards.
Run with the environment of manage.py: python tools/remake_migrations.py
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def remake() -> int:
    """Delete and write again; if Django refuses, put the old files back."""
    kept = {path: path.read_bytes() for path in ROOT.glob("apps/*/migrations/0*.py")}
    for path in kept:
        path.unlink()
    labels = [p.parent.name for p in sorted(ROOT.glob("apps/*/models")) if p.parent.name != "core"]
    for label in labels:
        package = ROOT / "apps" / label / "migrations"
        package.mkdir(exist_ok=True)
        (package / "__init__.py").touch()
    command = [sys.executable, "manage.py", "makemigrations", "--no-header", "-v", "0", *labels]
    result = subprocess.run(command, cwd=ROOT, check=False)
    if result.returncode:
        for path, content in kept.items():
            path.write_bytes(content)
    return result.returncode


if __name__ == "__main__":
    sys.exit(remake())
