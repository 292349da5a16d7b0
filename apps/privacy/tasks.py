"""Encrypting stored files: each night what the setting asks for, and when somebody presses the button."""

from __future__ import annotations

from datetime import time
from typing import Any

from apps.core.typed_settings import setting
from apps.files.services.sealing import files_seal, sealing_figures
from apps.runtime.services.jobs import job_progress, task
from apps.runtime.services.schedule import scheduled


@task
def run_encryption(job: Any, new_key: bool = False) -> dict[str, Any]:
    """Encrypt what lies plain, if the setting says so, and seal the others' keys anew.

    Taken up again after a crash, it makes no second new key while the first one isn't through.
    """
    begun = job.attempts > 1 and sealing_figures()["old_key"] > 0
    done = files_seal(
        encrypt=setting("files.encrypt"),
        new_key=new_key and not begun,
        progress=lambda count, total: job_progress(job, count, total),
    )
    return {**vars(done), "url": "/data/file-encryption/"}


@scheduled(at=time(2, 40))
def encrypt_files() -> None:
    """What was stored before the setting was switched on."""
    figures = sealing_figures()
    if figures["old_key"] or (setting("files.encrypt") and figures["files"] > figures["encrypted"]):
        files_seal(encrypt=setting("files.encrypt"))
