"""Access of the customer's link: its token names one offer."""

from apps.core.surfaces import ANYONE, declare

declare(dict.fromkeys(("sales_quotation_public", "sales_quotation_public_pdf"), ANYONE))
