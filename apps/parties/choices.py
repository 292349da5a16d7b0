from django.db import models
from django.utils.translation import gettext_lazy as _


class TaxTreatment(models.TextChoices):
    REGULAR = "regular", _("Regular")
    COMPOSITION = "composition", _("Composition")
    UNREGISTERED = "unregistered", _("Unregistered")
    CONSUMER = "consumer", _("Consumer")
    SEZ = "sez", _("SEZ")
    EXPORT = "export", _("Overseas")
    DEEMED_EXPORT = "deemed_export", _("Deemed export")


NOT_REGISTERED = (TaxTreatment.UNREGISTERED, TaxTreatment.CONSUMER, TaxTreatment.EXPORT)


class CreditPolicy(models.TextChoices):
    ALLOW = "allow", _("Allow")
    WARN = "warn", _("Warn")
    HOLD = "hold", _("Hold")


class AddressKind(models.TextChoices):
    BILLING = "billing", _("Billing")
    SHIPPING = "shipping", _("Shipping")
    SITE = "site", _("Site")


class TdsSection(models.TextChoices):
    """What is paid to a vendor, as the law on tax deducted at source sorts it.

    Two names each: Income-tax Act 1961 (events up to 31 March 2026), Income-tax Act 2025, section 393(1).
    """

    CONTRACTOR = "contractor", _("Contract work (194C; 393(1) 6(i))")
    TECHNICAL = "technical", _("Technical services (194J(a); 393(1) 6(iii) D(a))")
    PROFESSIONAL = "professional", _("Professional fees (194J(b); 393(1) 6(iii) D(b))")
    COMMISSION = "commission", _("Commission or brokerage (194H; 393(1) 1(ii))")
    RENT_MACHINERY = "rent_machinery", _("Rent of machinery (194I(a); 393(1) 2(ii) D(a))")
    RENT_BUILDING = "rent_building", _("Rent of land, building, furniture (194I(b); 393(1) 2(ii) D(b))")
    INTEREST = "interest", _("Interest (194A; 393(1) 5(iii))")
    GOODS = "goods", _("Purchase of goods above 50 lakh (194Q; 393(1) 8(ii))")
    NON_RESIDENT = "non_resident", _("Payment to a non-resident (195; 393(2))")
