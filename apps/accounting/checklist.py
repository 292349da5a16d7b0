"""What a new organisation still lacks here."""

from django.utils.translation import gettext_lazy as _

from apps.accounting.choices import JournalKind
from apps.accounting.models import Invoice, JournalEntry
from apps.portal.checklist import register_checklist_item

register_checklist_item(
    "opening_balances",
    _("Opening balances"),
    "admin:accounting_voucher_changelist",
    lambda: JournalEntry.objects.filter(journal__journal_kind=JournalKind.OPENING).exists(),
    permission="accounting.add_voucher",
    order=50,
)
register_checklist_item(
    "first_invoice",
    _("First invoice"),
    "admin:accounting_invoice_changelist",
    lambda: Invoice.objects.exclude(number="").exists(),
    permission="accounting.add_invoice",
    order=60,
)
