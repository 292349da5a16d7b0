"""Which companies a user is limited to. Without a limit he works in all of them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from apps.accounts.choices import AccessEvent
from apps.accounts.services.access_log import access_log_write
from apps.company.models import Company, CompanyAccess, WorkingCompany
from apps.core.access import access_of
from apps.core.errors import InvalidInput, NotAllowed, Refused
from apps.core.working import company_choices


def companies_of_users(user_ids: list[int]) -> dict[int, list[int]]:
    """{user: ids of the companies that he is limited to}, one query."""
    found: dict[int, list[int]] = {}
    rows = CompanyAccess.objects.filter(user_id__in=user_ids).order_by("company_id")
    for user_id, company_id in rows.values_list("user_id", "company_id"):
        found.setdefault(user_id, []).append(company_id)
    return found


def company_limit_set(user: Any, companies: list[Company], by: Any) -> None:
    """Limit a user to these companies; an empty list lifts the limit.

    Raises NotAllowed when ``by``, limited himself, would open companies that he may not see; Refused for
    one's own limit.
    """
    wanted = {company.pk for company in companies or ()}
    before = set(CompanyAccess.objects.filter(user=user).values_list("company_id", flat=True))
    if wanted == before:
        return
    own = access_of(by).company_ids if by is not None else None
    if own is not None and (not wanted or not wanted <= own | before):
        raise NotAllowed(_("You can't open companies that you may not see yourself."))
    if by is not None and by.pk == user.pk and own is not None:
        raise Refused(_("You can't change your own limit."), code="own_rights")
    CompanyAccess.objects.filter(user=user).exclude(company_id__in=wanted).delete()
    CompanyAccess.objects.bulk_create(
        [CompanyAccess(user=user, company_id=pk) for pk in sorted(wanted - before)]
    )
    detail = {"user": user.email, "companies": sorted(wanted), "before": sorted(before)}
    access_log_write(AccessEvent.USER_CHANGED, detail=detail)


def working_company_choose(user: Any, company_id: int | None) -> None:
    """Remember the company in which the user works from now on; None for all of them.

    Raises InvalidInput for one that he doesn't work for.
    """
    if company_id is None:
        WorkingCompany.objects.filter(user_id=user.pk).delete()
    elif company_id in {item.pk for item in company_choices(user)}:
        WorkingCompany.objects.update_or_create(user_id=user.pk, defaults={"company_id": company_id})
    else:
        raise InvalidInput(_("There is no such company."), field="company", code="not_found")
    user.__dict__.pop("_company_choices", None)
