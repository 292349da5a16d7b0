"""Telling administrators in time that a limit of their plan is nearly used."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_lazy, gettext_noop

from apps.core.tenant import current_organisation
from apps.messaging.services.notifications import lazy_text, notify
from apps.platform.services.override import administrators
from apps.tenancy.services.limits import usage_warnings

EVENT = "platform.limit"


def limits_warn() -> int:
    """One notice for each limit at 80 % or more, once a period. Returns how many limits were named."""
    with transaction.atomic():
        lines = usage_warnings(current_organisation())
        for line in lines:
            notify(
                administrators(),
                event=EVENT,
                title=gettext_lazy("A limit of your plan is nearly used"),
                text=lazy_text(
                    gettext_noop("%(title)s: %(used)d of %(limit)d"),
                    title=line.title, used=line.used, limit=line.limit,
                ),
                url="/organisation/usage/",
                tone="warning",
            )  # fmt: skip
    return len(lines)
