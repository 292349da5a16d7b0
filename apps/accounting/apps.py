from django.utils.translation import gettext_lazy as _

from apps.core.modules import BahiAppConfig, Module


class AccountingConfig(BahiAppConfig):
    """Chart of accounts, ledger, invoices and bills, payments, tax calculation, statements."""

    name = "apps.accounting"
    label = "accounting"
    default = True
    declares = Module(
        key="accounting",
        title=_("Accounting"),
        icon="account_balance",
        switchable=True,
        order=60,
        depends=("parties", "catalog"),
    )

    def ready(self) -> None:
        import apps.accounting.dataio  # noqa: F401 - registers what can be imported
        from apps.company.services.series import register_series

        register_series("accounting.voucher", "JV/{FY}/{####}")
        register_series("accounting.yearclosing", "YC/{FY}/{####}")
        for kind, pattern, gst in (
            ("accounting.invoice", "INV/{FY}/{####}", True),
            ("accounting.creditnote", "CRN/{FY}/{####}", True),
            ("accounting.debitnote", "DBN/{FY}/{####}", True),
            ("accounting.proforma", "PI/{FY}/{####}", False),
            ("accounting.bill", "BILL/{FY}/{####}", False),
            ("accounting.receipt", "RCT/{FY}/{####}", True),
            ("accounting.payment", "PAY/{FY}/{####}", True),
        ):
            register_series(kind, pattern, gst=gst)
