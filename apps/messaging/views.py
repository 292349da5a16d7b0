"""The page behind the bell: everything that a person was told, and how he wants to be told."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.core.uow import run_in_unit_of_work
from apps.messaging.catalogue import notification_events
from apps.messaging.models import Notification
from apps.messaging.services.notices import text_way
from apps.messaging.services.notifications import (
    choices_of,
    choices_set,
    notification_read,
    notifications_read_all,
    ways_posted,
)

PER_PAGE = 30


@login_required
def notifications(request: HttpRequest) -> HttpResponse:
    """The person's own notifications, newest first, with his choices below."""
    rows = Notification.objects.filter(user_id=request.user.pk)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "messaging/notifications.html",
        {
            "page": page,
            "unread": rows.filter(read_at=None).exists(),
            "choices": _choices(request.user),
            "way": text_way(request.user),
        },
    )


def _choices(user: Any) -> list[dict[str, Any]]:
    return [
        {"event": event, "ways": ways, "field": event.name}
        for event, ways in choices_of(user, notification_events())
    ]


@login_required
def notification_open(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark as read and go where it leads."""
    row = Notification.objects.filter(user_id=request.user.pk, pk=pk).first()
    if row is None:
        return redirect("notifications")
    run_in_unit_of_work(lambda: notification_read(row, by=request.user))
    local = row.url.startswith("/") and not row.url.startswith("//")
    return redirect(row.url if local else "notifications")


@login_required
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    run_in_unit_of_work(lambda: notifications_read_all(by=request.user))
    return redirect("notifications")


@login_required
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Keep the person's choices."""
    choices = ways_posted(request.user, notification_events(), request.POST)
    run_in_unit_of_work(lambda: choices_set(by=request.user, choices=choices))
    messages.success(request, _("Your choices were saved."))
    return redirect("notifications")
