"""Where large contents are put together before they go to their place."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings


def work_folder() -> Path:
    """The folder, made when it is missing: on the disk of the data, for the system's may be small."""
    folder = Path(settings.DATA_DIR) / "tmp"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
