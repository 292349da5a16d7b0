"""The queues of mails and texts: what was sent, what waits, what failed and why; the text gateway."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.widgets import UnfoldAdminPasswordWidget

from apps.core.access import may
from apps.core.admin.bases import ReadOnlyAdmin, ScopedAdmin
from apps.core.admin.site import register
from apps.core.uow import run_in_unit_of_work
from apps.documents.selectors import record_url
from apps.files.selectors import file_url
from apps.messaging.models import MailMessage, MailState, TextGateway, TextMessage
from apps.messaging.permissions import MANAGE_MAILS
from apps.messaging.services.mail import mail_retry
from apps.messaging.services.texts import GATEWAY_FIELDS, gateway_save
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
            run_in_unit_of_work(lambda mail=mail: mail_retry(mail, by=request.user))  # type: ignore[misc]  # mypy infers no lambda with a default
        count = len(failed)
        text = ngettext("%(n)d mail is sent again.", "%(n)d mails are sent again.", count) % {"n": count}
        self.message_user(request, text, messages.SUCCESS if count else messages.WARNING)


@register(TextMessage)
class TextMessageAdmin(ReadOnlyAdmin):
    """With the simulator this list is the phone: it shows what would have been sent."""

    list_display = ("to", "text", "purpose", "gateway", "state_badge", "attempts", "created_at", "sent_at")
    list_filter = ("state", "gateway", "created_at")
    search_fields = ("to", "error")
    ordering = ("-id",)
    fields = ("to", "text", "purpose", "gateway", "state_badge", "attempts", "error", "created_at", "sent_at")
    readonly_fields = fields
    icon, menu_order = "sms", 20

    @admin.display(description=_("state"), ordering="state")
    def state_badge(self, message: TextMessage) -> str:
        tone = TONES[MailState(message.state)]
        return format_html(
            '<span class="bahi-badge bahi-badge--{}">{}</span>', tone, message.get_state_display()
        )


class GatewayForm(forms.ModelForm):
    """``new_token`` is written, never shown."""

    new_token = forms.CharField(
        label=_("Token"),
        required=False,
        max_length=2000,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "off"}),
        help_text=_("Kept sealed and never shown. Empty: the one before stays."),
    )

    class Meta:
        model = TextGateway
        fields = GATEWAY_FIELDS


@register(TextGateway)
class TextGatewayAdmin(ScopedAdmin):
    form = GatewayForm
    list_display = ("gateway", "url", "sender", "updated_at")
    icon, menu_order = "cell_tower", 30

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not TextGateway.objects.exists()

    def save_model(self, request: HttpRequest, obj: TextGateway, form: Any, change: bool) -> None:
        data = form.cleaned_data
        saved = gateway_save(values=data, token=data["new_token"], by=request.user)
        obj.pk, obj._state.adding = saved.pk, False
