"""Transition table of inwards."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.documents.lifecycle import Ask, Lifecycle, State, Transition, register_lifecycle
from apps.inventory.models import Inward
from apps.inventory.services.inwards import inward_cancel, inward_post

INWARD = register_lifecycle(
    Lifecycle(
        Inward,
        (
            State("draft", _("Draft"), "neutral", editable=True),
            State("posted", _("Posted"), "success"),
            State("cancelled", _("Cancelled"), "danger"),
        ),
        (
            Transition(
                "post",
                ("draft",),
                "posted",
                "inventory.post_inward",
                inward_post,
                _("Post"),
                style="primary",
                numbered=True,
                past=_("Inward posted"),
            ),
            Transition(
                "cancel",
                ("posted",),
                "cancelled",
                "inventory.cancel_inward",
                inward_cancel,
                _("Cancel"),
                style="danger",
                confirm=_("The goods go out again and the posting is reversed."),
                asks=(Ask("reason", _("Reason")),),
                past=_("Inward cancelled"),
            ),
        ),
    )
)
