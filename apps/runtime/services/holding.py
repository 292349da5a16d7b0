"""Jobs under way when a backup was made may have ended since: a restored organisation holds them."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from apps.runtime.models import Job, JobState

UNDER_WAY = (JobState.WAITING, JobState.RUNNING)


def jobs_hold() -> list[str]:
    """Stop what waited or ran (a bulk sending would write to customers twice); its owner can run it again.
    Returns a sentence if there was any. The job that made the backup itself is always among them."""
    text = _("Restored from a backup: it may have ended since. Run it again if it is still wanted.")
    found = Job.objects.filter(state__in=UNDER_WAY)
    others = found.exclude(task="backup.run_backup").count()
    found.update(state=JobState.CANCELLED, finished_at=timezone.now(), message=text)
    return [_("%(n)d jobs were under way and are held.") % {"n": others}] if others else []
