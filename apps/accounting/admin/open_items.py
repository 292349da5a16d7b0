"""Open items: who owes what, small rests given up, credits set against invoices; foreign ones valued anew."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Case, When
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounting.admin.ledger import source_text
from apps.accounting.admin.revaluing import RevaluationForm
from apps.accounting.api.statements import NEEDS, statement_values
from apps.accounting.models import Allocation, OpenItem
from apps.accounting.payments.allocation import items_set_off
from apps.accounting.payments.matching import Match, matches_proposed
from apps.accounting.payments.statement_mail import statement_letter
from apps.accounting.payments.taking_back import (
    settlements_of,
    settlements_take_back,
    take_back_refusal,
    written_off,
)
from apps.accounting.payments.write_off import item_write_off, write_off_refusal
from apps.accounting.portal import item_late, item_open, item_settled
from apps.core.access import may
from apps.core.admin.acting import ActRow, act_field, act_going, act_ids, act_page, number_cell
from apps.core.admin.bases import ReadOnlyAdmin
from apps.core.admin.columns import amount_shown
from apps.core.admin.filters import condition_filter
from apps.core.admin.menu import register_page
from apps.core.admin.site import register
from apps.core.errors import BahiError
from apps.core.formats import show_date
from apps.core.surfaces import codes
from apps.core.uow import run_in_unit_of_work
from apps.messaging.services.documents import addresses_read, letter_queue

STATEMENT = "report_accounting_statement-of-account"
SETTLED_LAST = Case(When(open_amount=0, then=1), default=0)
OpenFilter = condition_filter(
    "open",
    gettext_lazy("payment"),
    {
        "open": (gettext_lazy("Open"), item_open),
        "late": (gettext_lazy("Overdue"), item_late),
        "paid": (gettext_lazy("Paid"), item_settled),
    },
)


@register(OpenItem)
class OpenItemAdmin(ReadOnlyAdmin):
    """What parties owe us (+) and we owe them (−), document by document."""

    icon, menu_order = "pending_actions", 55
    list_display: ClassVar[tuple[str, ...]] = (
        "number", "date", "due_date", "party", "side", "shown_source", "company", "shown_amount",
        "shown_open", "status",
    )  # fmt: skip
    list_filter: ClassVar[tuple[Any, ...]] = (OpenFilter, "side", "company", "currency")
    list_select_related: ClassVar[tuple[str, ...]] = ("party", "company", "currency")
    search_fields: ClassVar[tuple[str, ...]] = ("number", "party__search_text")
    ordering: ClassVar[tuple[Any, ...]] = (SETTLED_LAST, "due_date", "id")
    actions: ClassVar[tuple[str, ...]] = ("write_off", "set_against", "take_back")

    @admin.display(description=gettext_lazy("document"))
    def shown_source(self, row: OpenItem) -> Any:
        return source_text(row)

    @admin.display(description=gettext_lazy("amount"), ordering="amount")
    def shown_amount(self, row: OpenItem) -> str:
        return amount_shown(row.amount, row)

    @admin.display(description=gettext_lazy("open"), ordering="open_base")
    def shown_open(self, row: OpenItem) -> str:
        return amount_shown(row.open_amount, row)

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.revaluation_view)
        view.declared = codes("accounting.view_openitem")
        mail = self.admin_site.admin_view(self.statement_view)
        mail.declared = codes(*NEEDS)
        return [
            path("revaluation/", view, name="accounting_openitem_revaluation"),
            path("statement/", mail, name="accounting_openitem_statement"),
            *super().get_urls(),
        ]

    def statement_view(self, request: HttpRequest) -> HttpResponse:
        """Mail the statement that the address names; what was wrong is said beside its field."""
        if not all(may(request.user, code) for code in NEEDS):
            raise PermissionDenied
        sent = {name: request.POST.get(name, "").strip() for name in ("mail_to", "subject", "text")}
        try:
            values = statement_values(request.GET.dict(), request.user)
        except BahiError as error:
            raise Http404 from error
        problem = ""
        if request.method == "POST":
            try:
                to = addresses_read(sent["mail_to"], values["party"], field="mail_to")
                texts = {name: sent[name] for name in ("subject", "text")}
                letter = statement_letter(**values, by=request.user, to=to, **texts)
                run_in_unit_of_work(lambda: letter_queue(letter))
            except BahiError as error:
                problem = str(error.detail)
            else:
                messages.success(request, _("The mail is on its way."))
                return HttpResponseRedirect(f"{reverse(STATEMENT)}?{request.GET.urlencode()}")
        context = {
            **self.admin_site.each_context(request),
            "opts": self.model._meta,
            "title": _("Send the statement of account of %(party)s") % {"party": values["party"]},
            "values": values,
            "sent": {**sent, "mail_to": sent["mail_to"] or values["party"].email},
            "problem": problem,
            "back": f"{reverse(STATEMENT)}?{request.GET.urlencode()}",
        }
        return TemplateResponse(request, "accounting/statement_mail.html", context)

    def revaluation_view(self, request: HttpRequest) -> HttpResponse:
        """Open items in foreign currency at the rates of a day: first worked out, then booked."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = RevaluationForm(request)
        if request.method == "POST" and form.book():
            return HttpResponseRedirect(request.get_full_path())
        context = {
            **self.admin_site.each_context(request),
            "opts": self.model._meta,
            "title": _("Revaluation of foreign items"),
            "form": form,
        }
        return TemplateResponse(request, "accounting/revaluation.html", context)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions = super().get_actions(request)
        wanted = {"write_off": "write_off", "set_against": "set_off", "take_back": "set_off"}
        for name, code in wanted.items():
            if not may(request.user, f"accounting.{code}"):
                actions.pop(name, None)
        return actions

    def _items(self, request: HttpRequest, queryset: Any) -> list[OpenItem]:
        found = OpenItem.objects.for_user(request.user).filter(pk__in=act_ids(request, queryset))
        return list(found.select_related("party", "company__currency", "currency").order_by("due_date", "id"))

    @admin.action(description=gettext_lazy("Write off"))
    def write_off(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        """Give up what is left of the items, each in full."""
        items = self._items(request, queryset)
        reason = act_field(request, "reason", _("Reason"), required=True)
        if act_going(request) and reason.value:
            _each(
                request,
                [
                    (item, lambda item=item: item_write_off(item, by=request.user, reason=reason.value))
                    for item in items
                ],
            )
            return None
        rows = [ActRow(_cells(item), self._too_much(request, item)) for item in items]
        return act_page(
            self,
            request,
            action="write_off",
            title=_("Write off"),
            label=_("Write off"),
            heads=_HEADS,
            rows=rows,
            ids=[item.pk for item in items],
            fields=[reason],
            danger=True,
        )

    @staticmethod
    def _too_much(request: HttpRequest, item: OpenItem) -> str:
        if not item.open_amount:
            return _("Nothing of it is open.")
        return write_off_refusal(item, abs(item.open_base), request.user)

    @admin.action(description=gettext_lazy("Set against each other"))
    def set_against(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        """Credits against debits of the same party and currency, the oldest due first: a credit note against
        an invoice, an advance, what a customer who also sells to us owes against what we owe him."""
        items = self._items(request, queryset)
        matches, alone = matches_proposed(items)
        if act_going(request):
            _each(
                request,
                [
                    (
                        match.debit,
                        lambda m=match: items_set_off(m.debit, m.credit, amount=m.amount, by=request.user),
                    )
                    for match in matches
                ],
            )
            return None
        return act_page(
            self,
            request,
            action="set_against",
            title=_("Set against each other"),
            label=_("Set against each other"),
            heads=[_("Party"), _("Owed to us"), _("Owed by us"), _("Amount")],
            rows=[*(_match_row(match) for match in matches), *(_alone_row(item) for item in alone)],
            ids=[item.pk for item in items],
        )

    @admin.action(description=gettext_lazy("Take back what is set against it"))
    def take_back(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        """Set-offs, allocations and rests given up: both sides are open again, what was booked for it is
        reversed today."""
        items = self._items(request, queryset)
        found = settlements_of(items)
        if act_going(request):
            _each(
                request,
                [
                    (row.debit_item, lambda row=row: settlements_take_back([row], by=request.user))
                    for row in found
                ],
            )
            return None
        used = {pk for row in found for pk in (row.debit_item_id, row.credit_item_id)}
        alone = [item for item in items if item.pk not in used]
        return act_page(
            self,
            request,
            action="take_back",
            title=_("Take back what is set against it"),
            label=_("Take back"),
            heads=[_("Party"), _("Document"), _("Set against it"), _("Amount"), _("By")],
            rows=[
                *(_settled_row(row, take_back_refusal(row, request.user)) for row in found),
                *(_nothing_row(item) for item in alone),
            ],
            ids=[item.pk for item in items],
            danger=True,
        )


_HEADS = [
    gettext_lazy("Document"),
    gettext_lazy("Due"),
    gettext_lazy("Party"),
    gettext_lazy("Amount"),
    gettext_lazy("Open"),
]


def _cells(item: OpenItem) -> tuple[Any, ...]:
    return (
        item.number,
        show_date(item.due_date),
        item.party,
        amount_shown(item.amount, item),
        amount_shown(item.open_amount, item),
    )


def _settled_row(row: Allocation, refusal: str) -> ActRow:
    other = _("Written off") if written_off(row) is not None else row.credit_item.number
    amount = amount_shown(row.amount, row.debit_item)
    return ActRow((row.debit_item.party, row.debit_item.number, other, amount, row.by_label), refusal)


def _nothing_row(item: OpenItem) -> ActRow:
    return ActRow((item.party, item.number, "", number_cell(""), ""), _("Nothing is set against it."))


def _match_row(match: Match) -> ActRow:
    return ActRow(
        (match.debit.party, match.debit.number, match.credit.number, amount_shown(match.amount, match.debit))
    )


def _alone_row(item: OpenItem) -> ActRow:
    debit, credit = (item.number, "") if item.open_amount > 0 else ("", item.number)
    why = (
        _("Nothing of it is open.")
        if not item.open_amount
        else _("There is nothing chosen to set it against.")
    )
    return ActRow((item.party, debit, credit, number_cell("")), why)


def _each(request: HttpRequest, work: list[tuple[OpenItem, Any]]) -> None:
    """Each in its own unit of work; what is refused is told, the rest is done."""
    done = 0
    for item, act in work:
        try:
            run_in_unit_of_work(act)
            done += 1
        except BahiError as error:
            messages.error(request, f"{item.number}: {error.detail}")
    if done:
        messages.success(request, _("%(n)s done.") % {"n": done})


register_page(
    "accounting",
    "admin:accounting_openitem_revaluation",
    gettext_lazy("Revaluation"),
    icon="currency_exchange",
    permission="accounting.post_revaluation",
)
