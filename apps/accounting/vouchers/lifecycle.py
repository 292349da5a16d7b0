"""Life of a manual voucher."""

from django.utils.translation import gettext_lazy as _

from apps.accounting.models import Voucher
from apps.accounting.vouchers.services import voucher_post, voucher_reverse
from apps.documents.lifecycle import Ask, Lifecycle, State, Transition, register_lifecycle

voucher_lifecycle = register_lifecycle(
    Lifecycle(
        Voucher,
        states=(
            State("draft", _("Draft"), "neutral", editable=True),
            State("posted", _("Posted"), "success"),
            State("reversed", _("Reversed"), "done"),
        ),
        transitions=(
            Transition(
                "post",
                ("draft",),
                "posted",
                "accounting.post_voucher",
                voucher_post,
                _("Post"),
                style="primary",
                asks=(
                    Ask(
                        "reason",
                        _("Reason (closed period only)"),
                        after=(("period_soft_closed", "company.post_soft_closed"),),
                    ),
                ),
                numbered=True,
                past=_("Posted"),
            ),
            Transition(
                "reverse",
                ("posted",),
                "reversed",
                "accounting.reverse_voucher",
                voucher_reverse,
                _("Reverse"),
                style="danger",
                confirm=_("Post the mirror image of this voucher?"),
                asks=(Ask("date", _("Date"), "date"), Ask("reason", _("Reason"))),
                past=_("Reversed"),
            ),
        ),
    )
)
