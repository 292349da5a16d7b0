"""Transition table of inwards."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.documents.lifecycle import (
    Ask,
    Lifecycle,
    cancel_transition,
    post_transition,
    posting_states,
    register_lifecycle,
)
from apps.inventory.models import Inward
from apps.inventory.services.inwards import inward_cancel, inward_post

INWARD = register_lifecycle(
    Lifecycle(
        Inward,
        posting_states(),
        (
            post_transition(
                "inventory.post_inward",
                inward_post,
                past=_("Inward posted"),
                reason=Ask(
                    "reason",
                    _("Reason (goods at no cost or closed period)"),
                    after=(
                        ("no_rate", "catalog.see_cost"),
                        ("period_soft_closed", "company.post_soft_closed"),
                    ),
                ),
            ),
            cancel_transition(
                "inventory.cancel_inward",
                inward_cancel,
                confirm=_("The goods go out again and the posting is reversed."),
                past=_("Inward cancelled"),
                required=False,
            ),
        ),
    )
)
