"""Choices of accounting: values are what the API speaks, the calculations have enums of the same values."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class SupplyKind(models.TextChoices):
    """Same values as ``calculation.tax_lines.SupplyKind``. LUT: without payment of tax."""

    DOMESTIC = "domestic", _("Within India")
    EXPORT_WITH_PAYMENT = "export_with_payment", _("Export with payment of tax")
    EXPORT_LUT = "export_lut", _("Export under LUT")
    SEZ_WITH_PAYMENT = "sez_with_payment", _("SEZ with payment of tax")
    SEZ_LUT = "sez_lut", _("SEZ under LUT")
    DEEMED_EXPORT = "deemed", _("Deemed export")


class TaxClass(models.TextChoices):
    """How GST sees a line; same values as ``calculation.tax_lines.TaxClass``."""

    TAXABLE = "taxable", _("Taxable")
    NIL = "nil", _("Nil rated")
    EXEMPT = "exempt", _("Exempt")
    NON_GST = "non_gst", _("Outside GST")


class ChargeKind(models.TextChoices):
    FREIGHT = "freight", _("Freight")
    PACKING = "packing", _("Packing")
    INSURANCE = "insurance", _("Insurance")
    OTHER = "other", _("Other")


class AccountType(models.TextChoices):
    ASSET = "asset", _("Asset")
    LIABILITY = "liability", _("Liability")
    EQUITY = "equity", _("Equity")
    INCOME = "income", _("Income")
    EXPENSE = "expense", _("Expense")


class Subtype(models.TextChoices):
    """Where an account stands within its type in the statements (heads as in Schedule III)."""

    FIXED_ASSET = "fixed_asset", _("Property, plant and equipment")
    INVESTMENT = "investment", _("Investments")
    OTHER_NON_CURRENT_ASSET = "other_non_current_asset", _("Other non-current assets")
    INVENTORY = "inventory", _("Inventories")
    RECEIVABLE = "receivable", _("Trade receivables")
    CASH = "cash", _("Cash and cash equivalents")
    TAX_ASSET = "tax_asset", _("Taxes recoverable")
    OTHER_CURRENT_ASSET = "other_current_asset", _("Other current assets")
    LONG_TERM_LOAN = "long_term_loan", _("Long-term borrowings")
    OTHER_NON_CURRENT_LIABILITY = "other_non_current_liability", _("Other non-current liabilities")
    SHORT_TERM_LOAN = "short_term_loan", _("Short-term borrowings")
    PAYABLE = "payable", _("Trade payables")
    TAX_LIABILITY = "tax_liability", _("Taxes payable")
    OTHER_CURRENT_LIABILITY = "other_current_liability", _("Other current liabilities")
    PROVISION = "provision", _("Provisions")
    CAPITAL = "capital", _("Capital")
    RESERVES = "reserves", _("Reserves and surplus")
    REVENUE = "revenue", _("Revenue from operations")
    OTHER_INCOME = "other_income", _("Other income")
    DIRECT_COST = "direct_cost", _("Cost of goods sold")
    EMPLOYEE_COST = "employee_cost", _("Employee benefits")
    FINANCE_COST = "finance_cost", _("Finance costs")
    DEPRECIATION = "depreciation", _("Depreciation and amortisation")
    OTHER_EXPENSE = "other_expense", _("Other expenses")
    TAX_EXPENSE = "tax_expense", _("Tax expense")


NOT_MONETARY = (Subtype.FIXED_ASSET, Subtype.INVENTORY, Subtype.TAX_ASSET, Subtype.TAX_LIABILITY)

SUBTYPES_OF: dict[str, tuple[str, ...]] = {
    AccountType.ASSET: (
        Subtype.FIXED_ASSET, Subtype.INVESTMENT, Subtype.OTHER_NON_CURRENT_ASSET, Subtype.INVENTORY,
        Subtype.RECEIVABLE, Subtype.CASH, Subtype.TAX_ASSET, Subtype.OTHER_CURRENT_ASSET,
    ),
    AccountType.EQUITY: (Subtype.CAPITAL, Subtype.RESERVES),
    AccountType.LIABILITY: (
        Subtype.LONG_TERM_LOAN, Subtype.OTHER_NON_CURRENT_LIABILITY, Subtype.SHORT_TERM_LOAN, Subtype.PAYABLE,
        Subtype.TAX_LIABILITY, Subtype.OTHER_CURRENT_LIABILITY, Subtype.PROVISION,
    ),
    AccountType.INCOME: (Subtype.REVENUE, Subtype.OTHER_INCOME),
    AccountType.EXPENSE: (
        Subtype.DIRECT_COST, Subtype.EMPLOYEE_COST, Subtype.FINANCE_COST, Subtype.DEPRECIATION,
        Subtype.OTHER_EXPENSE, Subtype.TAX_EXPENSE,
    ),
}  # fmt: skip


class Control(models.TextChoices):
    """Accounts whose balance a sub-ledger must always equal, and money accounts."""

    NONE = "none", _("None")
    RECEIVABLE = "receivable", _("Receivables")
    PAYABLE = "payable", _("Payables")
    STOCK = "stock", _("Stock")
    TAX = "tax", _("Tax")
    BANK = "bank", _("Bank")
    CASH = "cash", _("Cash")


class JournalKind(models.TextChoices):
    SALES = "sales", _("Sales")
    PURCHASE = "purchase", _("Purchase")
    BANK = "bank", _("Bank")
    CASH = "cash", _("Cash")
    STOCK = "stock", _("Stock")
    GENERAL = "general", _("General")
    OPENING = "opening", _("Opening")


class Grain(models.TextChoices):
    """What a folded balance covers: one day, or a whole month (``start`` = its first day)."""

    DAY = "day", _("Day")
    MONTH = "month", _("Month")


class DocumentStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    POSTED = "posted", _("Posted")
    CANCELLED = "cancelled", _("Cancelled")


class MoneyStatus(models.TextChoices):
    """``held``: a cheque that is dated later, in no book yet."""

    DRAFT = "draft", _("Draft")
    HELD = "held", _("Cheque held")
    POSTED = "posted", _("Posted")
    BOUNCED = "bounced", _("Bounced")
    CANCELLED = "cancelled", _("Cancelled")


class CreditReason(models.TextChoices):
    """Reasons for issuing a note as the GST returns know them."""

    SALES_RETURN = "sales_return", _("Goods returned")
    POST_SALE_DISCOUNT = "post_sale_discount", _("Discount after the sale")
    DEFICIENCY = "deficiency_in_service", _("Deficiency in services")
    CORRECTION = "correction_in_invoice", _("Correction of the invoice")
    PLACE_OF_SUPPLY = "change_in_place_of_supply", _("Change of the place of supply")
    PROVISIONAL = "finalisation_of_provisional_assessment", _("Finalisation of provisional assessment")
    OTHER = "other", _("Other")


class Side(models.TextChoices):
    RECEIVABLE = "receivable", _("Receivable")
    PAYABLE = "payable", _("Payable")


class ItemStatus(models.TextChoices):
    """How far an open item is settled; also the payment status of its document."""

    UNPAID = "unpaid", _("Unpaid")
    PARTLY_PAID = "partly_paid", _("Partly paid")
    PAID = "paid", _("Paid")

    @property
    def tone(self) -> str:
        """The colour of its badge."""
        return {"paid": "success", "partly_paid": "warning"}.get(self.value, "neutral")


class PaymentMode(models.TextChoices):
    BANK_TRANSFER = "bank_transfer", _("Bank transfer")
    CASH = "cash", _("Cash")
    CHEQUE = "cheque", _("Cheque")
    UPI = "upi", _("UPI")
    CARD = "card", _("Card")
    NEFT = "neft", "NEFT"
    RTGS = "rtgs", "RTGS"
    IMPS = "imps", "IMPS"
    GATEWAY = "gateway", _("Payment gateway")
    OTHER = "other", _("Other")
