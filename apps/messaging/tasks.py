"""Mail that the queue lost or that is due again; removing old messages and content of files without row."""

from __future__ import annotations

from datetime import time

from apps.files.services.storage import files_orphaned_remove
from apps.messaging.services.cleaning import mails_clean, notifications_clean, texts_clean
from apps.messaging.services.mail import mails_due_enqueue
from apps.messaging.services.texts import texts_due_enqueue
from apps.runtime.services.dispatcher import register_sweep
from apps.runtime.services.schedule import scheduled

register_sweep(mails_due_enqueue)
register_sweep(texts_due_enqueue)


@scheduled(at=time(3, 0))
def remove_old_messages() -> None:
    notifications_clean()
    mails_clean()
    texts_clean()


@scheduled(at=time(3, 20))
def remove_orphaned_files() -> None:
    files_orphaned_remove()
