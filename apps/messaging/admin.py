"""The mail queue: what was sent, what waits, what failed and why."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from apps.core.access import may
from apps.core.admin.bases import ReadOnlyAdmin
from apps.core.admin.site import register
from apps.core.uow import run_in_unit_of_work
from apps.documents.selectors import record_url
from apps.files.selectors import file_url
from apps.messaging.models import MailMessage, MailState
from apps.messaging.permissions import MANAGE_MAILS
from apps.messaging.services.mail import mail_retry
from apps.messaging.stream import mail_state

TONES = {MailState.QUEUED: "info", MailState.SENT: "success", MailState.FAILED: "danger"}


@register(MailMessage)
class MailMessageAdmin(ReadOnlyAdmin):
    list_display = ("subject", "recipients", "state_badge", "about", "attempts", "created_at", "sent_at")
    list_filter = ("state", "created_at")
    search_fields = ("subject", "error")
    ordering = ("-id",)
    actions = ("retry_mails",)
    fields = (
        "subject", "recipients", "state_badge", "about", "attempts", "error", "created_at", "sent_at",
        "bounced_at", "bounce_reason", "files", "plain_text",
    )  # fmt: skip
    readonly_fields = fields
    icon, menu_order = "mail", 10

    @admin.display(description=_("to"))
    def recipients(self, mail: MailMessage) -> str:
        return ", ".join([*mail.to, *mail.cc])

    @admin.display(description=_("state"), ordering="state")
    def state_badge(self, mail: MailMessage) -> str:
        tone = "danger" if mail.bounced_at else TONES[MailState(mail.state)]
        return format_html('<span class="bahi-badge bahi-badge--{}">{}</span>', tone, mail_state(mail))

    @admin.display(description=_("about"))
    def about(self, mail: MailMessage) -> str:
        url = record_url(mail.target_kind, mail.target_id) if mail.target_id else ""
        return format_html('<a href="{}">{}</a>', url, mail.target) if url else "–"

    @admin.display(description=_("files"))
    def files(self, mail: MailMessage) -> str:
        rows = mail.attachments.select_related("file")
        links = format_html_join(", ", '<a href="{}">{}</a>', ((file_url(r.file), r.name) for r in rows))
        return links or "–"

    @admin.display(description=_("text"))
    def plain_text(self, mail: MailMessage) -> str:
        return format_html('<div class="whitespace-pre-line">{}</div>', mail.shown_text)

    def has_manage_permission(self, request: HttpRequest) -> bool:
        return may(request.user, MANAGE_MAILS)

    @admin.action(description=_("Send again"), permissions=["manage"])
    def retry_mails(self, request: HttpRequest, queryset: Any) -> None:
        failed = list(queryset.filter(state=MailState.FAILED))
        for mail in failed:
            run_in_unit_of_work(lambda mail=mail: mail_retry(mail, by=request.user))  # type: ignore[misc]
        count = len(failed)
        text = ngettext("%(n)d mail is sent again.", "%(n)d mails are sent again.", count) % {"n": count}
        self.message_user(request, text, messages.SUCCESS if count else messages.WARNING)
