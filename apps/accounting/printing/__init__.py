"""How the documents of accounting look on paper."""

from django.utils.translation import gettext_lazy

from apps.accounting.models import (
    Bill,
    CreditNote,
    DebitNote,
    Invoice,
    Payment,
    Proforma,
    Receipt,
    Voucher,
    YearClosing,
)  # fmt: skip
from apps.accounting.printing.closing import closing_print
from apps.accounting.printing.money import payment_print, receipt_print
from apps.accounting.printing.summary import summary_print
from apps.accounting.printing.taxed import (
    bill_print,
    credit_note_print,
    debit_note_print,
    invoice_print,
    proforma_print,
)
from apps.accounting.printing.voucher import voucher_print
from apps.documents.services.printing import Variant, register_print, register_variant

register_print(Invoice, invoice_print)
register_variant(Invoice, Variant("summary", gettext_lazy("Summary PDF"), summary_print))
register_print(Proforma, proforma_print)
register_print(CreditNote, credit_note_print)
register_print(DebitNote, debit_note_print)
register_print(Bill, bill_print)
register_print(Receipt, receipt_print)
register_print(Payment, payment_print)
register_print(Voucher, voucher_print)
register_print(YearClosing, closing_print)

__all__ = [
    "bill_print",
    "closing_print",
    "credit_note_print",
    "debit_note_print",
    "invoice_print",
    "payment_print",
    "proforma_print",
    "receipt_print",
    "voucher_print",
]
