"""What other apps ask about the party book as a whole."""

from __future__ import annotations

from collections import Counter

from django.db.models import Q

from apps.company.models import Company
from apps.parties.models import Party


def parties_of_companies() -> dict[int, int]:
    """{party: the company of ours that it stands for}, also those in the bin: declared on the party, else by
    the same GSTIN, else by a PAN that one of our companies alone has (of branches under one PAN nobody knows
    which is meant)."""
    companies = list(Company.objects.values_list("pk", "gstin", "pan"))
    by_gstin = {gstin: pk for pk, gstin, _pan in companies if gstin}
    bearers = Counter(pan for _pk, _gstin, pan in companies if pan)
    by_pan = {pan: pk for pk, _gstin, pan in companies if bearers[pan] == 1}
    same = Q(gstin__in=list(by_gstin)) | Q(pan__in=list(by_pan))
    rows = Party.objects.filter(Q(own_company__isnull=False) | same)
    result = {}
    for pk, own, gstin, pan in rows.values_list("pk", "own_company_id", "gstin", "pan"):
        company = own or by_gstin.get(gstin) or by_pan.get(pan)
        if company is not None:
            result[pk] = company
    return result
