"""Two people who come to the demo's portal: one of a customer with open business, one of a vendor."""

from __future__ import annotations

from django.db.models import Count, Q

from apps.accounting.models import Bill, Invoice
from apps.accounts.models import User
from apps.accounts.services.sessions import sessions_end_all
from apps.company.selectors import company_today
from apps.core.uow import run_in_unit_of_work
from apps.customer_portal.services.members import member_enter
from apps.demo.services.passwords import password_make
from apps.parties.models import Party
from apps.sales.models import Quotation

ROLE = "Customer portal"


def portal_people_create() -> list[tuple[str, str, str]]:
    """→ [(what he is, e-mail, password)]; nobody where the demo has no such trade."""
    return run_in_unit_of_work(_create)


def _create() -> list[tuple[str, str, str]]:
    made = []
    for party, name, email, role in (
        (_customer(), "Rohan Customer", "customer@portal.example", f"{ROLE} (customer)"),
        (_vendor(), "Vimala Vendor", "vendor@portal.example", f"{ROLE} (vendor)"),
    ):
        if party is not None:
            password = password_make()
            member_enter(party=party, email=email, name=name, password=password)
            made.append((role, email, password))
    return made


def _customer() -> Party | None:
    """The customer with most offers to answer, then with most invoices."""
    waiting = Quotation.objects.filter(status="sent", valid_until__gte=company_today()).exclude(link_key="")
    offers = dict(waiting.values_list("party_id").annotate(Count("id")))
    bought = dict(Invoice.objects.filter(status="posted").values_list("party_id").annotate(Count("id")))
    rows = Party.objects.filter(Q(pk__in=offers) | Q(pk__in=bought), is_customer=True)
    return max(rows, key=lambda p: (offers.get(p.pk, 0), bought.get(p.pk, 0), -p.pk), default=None)


def _vendor() -> Party | None:
    """The vendor with most bills."""
    bills = dict(Bill.objects.filter(status="posted").values_list("party_id").annotate(Count("id")))
    rows = Party.objects.filter(pk__in=bills, is_vendor=True)
    return max(rows, key=lambda party: (bills[party.pk], -party.pk), default=None)


def portal_passwords_renew() -> list[tuple[str, str, str]]:
    """New passwords for the demo's portal people that are there. → as ``portal_people_create``."""
    made = []
    for user in User.objects.filter(
        email__endswith="@portal.example", is_portal=True, is_active=True
    ).order_by("id"):
        password = password_make()
        user.set_password(password)
        user.save()
        sessions_end_all(user, why="password")
        made.append((f"{ROLE} ({user.email.partition('@')[0]})", user.email, password))
    return made
