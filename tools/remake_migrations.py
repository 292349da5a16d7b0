"""Before the first release every app has one initial migration: write them all anew from the models.

Unchanged models give identical files, so only the migrations of changed apps differ afterwards.
Run with the environment of manage.py: python tools/remake_migrations.py
"""

from __future__ import annotations

import importlib
import os
import re
import subprocess
import sys
import warnings
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def remake() -> int:
    """Delete and write again; if Django refuses, put the old files back."""
    kept = {path: path.read_bytes() for path in ROOT.glob("apps/*/migrations/0*.py")}
    for path in kept:
        path.unlink()
    labels = [label for label in _layer_order() if (ROOT / "apps" / label / "models").exists()]
    for label in labels:
        package = ROOT / "apps" / label / "migrations"
        package.mkdir(exist_ok=True)
        (package / "__init__.py").touch()
    command = [sys.executable, __file__, "--write", *labels]  # a fresh process: it has imported no old file
    if subprocess.run(command, cwd=ROOT, check=False).returncode:
        for path, content in kept.items():
            path.write_bytes(content)
        return 1
    return 0


def write(labels: list[str]) -> None:
    """Low layers first: keys point down, so each app's needs are there already."""
    import django
    from django.core.management import call_command

    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")  # noqa: TID251 - as manage.py
    warnings.filterwarnings("ignore", "Got an error checking a consistent migration history")
    django.setup()
    for label in labels:
        importlib.invalidate_caches()
        call_command("makemigrations", label, include_header=False, verbosity=0, skip_checks=True)


def _layer_order() -> list[str]:
    """App labels as the settings list them, which is from low to high."""
    text = (ROOT / "config" / "settings" / "base.py").read_text()
    found = re.findall(r'^ +"apps\.(\w+)",$', text, flags=re.MULTILINE)
    low = ["runtime", "files", "tenancy"]
    return low + [label for label in dict.fromkeys(found) if label not in (*low, "core")]


if __name__ == "__main__":
    sys.exit(write(sys.argv[2:]) if sys.argv[1:2] == ["--write"] else remake())
