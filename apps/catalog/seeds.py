"""Units, their conversions and the tax categories that a new organisation starts with.

Sources: unit quantity codes of the GST portal; rate slabs from 1 Jul 2017, the 56th Council's of 22 Sep 2025
and the end of compensation cess on 1 Feb 2026 (reference/india-gst.md, section 3).
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction

from apps.catalog.choices import TaxClass
from apps.catalog.models import TaxCategory, TaxRate, Unit, UnitConversion
from apps.core.india.uqc import SERVICE_UQC, UQC
from apps.core.seeding import seed

GST_DAY = date(2017, 7, 1)
SLABS_2025 = date(2025, 9, 22)
SLABS_2026 = date(2026, 2, 1)

_WHOLE = frozenset(
    (
        "BAG", "BAL", "BDL", "BKL", "BOU", "BOX", "BTL", "BUN", "CAN", "CTN", "DOZ", "DRM", "GGK",
        "GRS", "NOS", "PAC", "PCS", "PRS", "ROL", "SET", "TBS", "TGM", "THD", "TUB", "UNT",
    )
)  # fmt: skip

# One of the first holds so many of the second, for every product.
_CONVERSIONS = (
    ("DOZ", "NOS", 12), ("DOZ", "PCS", 12), ("GRS", "NOS", 144), ("GRS", "PCS", 144), ("GRS", "DOZ", 12),
    ("PRS", "NOS", 2), ("PRS", "PCS", 2), ("THD", "NOS", 1000), ("THD", "PCS", 1000), ("NOS", "PCS", 1),
    ("KGS", "GMS", 1000), ("QTL", "KGS", 100), ("MTS", "KGS", 1000), ("MTS", "QTL", 10), ("TON", "KGS", 1000),
    ("LTR", "MLT", 1000), ("KLR", "LTR", 1000), ("CBM", "LTR", 1000), ("MTR", "CMS", 100),
    ("KME", "MTR", 1000), ("SQY", "SQF", 9),
)  # fmt: skip

# code, name, class, ((from, rate), …)
_CATEGORIES = (
    ("GST0", "GST 0%", TaxClass.TAXABLE, ((GST_DAY, "0"),)),
    ("GST0.25", "GST 0.25%", TaxClass.TAXABLE, ((GST_DAY, "0.25"),)),
    ("GST3", "GST 3%", TaxClass.TAXABLE, ((GST_DAY, "3"),)),
    ("GST5", "GST 5%", TaxClass.TAXABLE, ((GST_DAY, "5"),)),
    ("GST12", "GST 12%", TaxClass.TAXABLE, ((GST_DAY, "12"),)),
    ("GST18", "GST 18%", TaxClass.TAXABLE, ((GST_DAY, "18"),)),
    ("GST28", "GST 28%", TaxClass.TAXABLE, ((GST_DAY, "28"),)),
    ("GST40", "GST 40%", TaxClass.TAXABLE, ((SLABS_2025, "40"),)),
    ("GST12-5", "GST 12%, 5% from 22 Sep 2025", TaxClass.TAXABLE, ((GST_DAY, "12"), (SLABS_2025, "5"))),
    ("GST12-18", "GST 12%, 18% from 22 Sep 2025", TaxClass.TAXABLE, ((GST_DAY, "12"), (SLABS_2025, "18"))),
    ("GST18-5", "GST 18%, 5% from 22 Sep 2025", TaxClass.TAXABLE, ((GST_DAY, "18"), (SLABS_2025, "5"))),
    ("GST18-0", "GST 18%, 0% from 22 Sep 2025", TaxClass.TAXABLE, ((GST_DAY, "18"), (SLABS_2025, "0"))),
    ("GST28-18", "GST 28%, 18% from 22 Sep 2025", TaxClass.TAXABLE, ((GST_DAY, "28"), (SLABS_2025, "18"))),
    ("GST28-40", "GST 28%, 40% from 22 Sep 2025", TaxClass.TAXABLE, ((GST_DAY, "28"), (SLABS_2025, "40"))),
    ("TOBACCO", "Tobacco: 28%, 40% from 1 Feb 2026", TaxClass.TAXABLE, ((GST_DAY, "28"), (SLABS_2026, "40"))),
    ("NIL", "Nil rated", TaxClass.NIL, ((GST_DAY, "0"),)),
    ("EXEMPT", "Exempt", TaxClass.EXEMPT, ((GST_DAY, "0"),)),
    ("NONGST", "Outside GST", TaxClass.NON_GST, ((GST_DAY, "0"),)),
)  # fmt: skip


@seed
def units(organisation: Any) -> None:
    """Every unit of the GST portal, under its code, and hours, days and jobs for services."""
    known = set(Unit.objects.values_list("code", flat=True))
    wanted = [(code, name.capitalize(), code, 0 if code in _WHOLE else 3) for code, name in UQC.items()]
    wanted += [
        ("HRS", "Hours", SERVICE_UQC, 2),
        ("DAY", "Days", SERVICE_UQC, 2),
        ("JOB", "Job", SERVICE_UQC, 2),
    ]
    for code, name, uqc, places in wanted:
        if code not in known:
            Unit(code=code, name=name, uqc=uqc, places=places).save()


@seed
def unit_conversions(organisation: Any) -> None:
    ids = dict(Unit.objects.values_list("code", "id"))
    for one, of, factor in _CONVERSIONS:
        UnitConversion.objects.get_or_create(
            product=None, from_unit_id=ids[one], to_unit_id=ids[of], defaults={"factor": factor}
        )


@seed
def tax_categories(organisation: Any) -> None:
    """Only categories that aren't there yet: what an administrator changed stays."""
    known = set(TaxCategory.objects.values_list("code", flat=True))
    for code, name, tax_class, rates in _CATEGORIES:
        if code in known:
            continue
        with transaction.atomic():
            category = TaxCategory.objects.create(code=code, name=name, tax_class=tax_class)
            for since, rate in rates:
                TaxRate.objects.create(category=category, from_date=since, gst_rate=rate)
