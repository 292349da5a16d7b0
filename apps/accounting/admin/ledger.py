"""Chart of accounts, journals and what was posted."""

from __future__ import annotations

from typing import Any, ClassVar

from django.apps import apps
from django.contrib.admin import display
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline

from apps.accounting.choices import Control
from apps.accounting.ledger.role_titles import role_title
from apps.accounting.models import (
    Account,
    AccountRole,
    Journal,
    JournalEntry,
    JournalLine,
    OpenItem,
    PartyAccounts,
)
from apps.accounting.services.accounts import balances_now, currency_balances, group_balances
from apps.core.access import may
from apps.core.admin.bases import ForeignInline, MasterAdmin, ReadOnlyAdmin, ScopedAdmin, register_inline
from apps.core.admin.site import register
from apps.core.formats import show_money, show_number
from apps.datatools.reports import Record, ReportLink
from apps.datatools.reports.links import link_url
from apps.parties.models import Party


def figure(value: Any) -> SafeString:
    """An amount at the right of its column; nothing for zero."""
    return format_html('<span class="bahi-number">{}</span>', show_number(value) if value else "")


def figure_in(currency: Any, value: Any) -> SafeString:
    """An amount in a currency of its own."""
    return format_html('<span class="bahi-number">{}</span>', show_money(value, currency.code))


def link(target: Record | ReportLink, text: Any) -> Any:
    """The text as a link where the target has a page."""
    url = link_url(target)
    return format_html('<a class="bahi-link" href="{}">{}</a>', url, text) if url else text


def source_text(entry: JournalEntry | OpenItem, *, named: bool = False) -> Any:
    """The document behind an entry or open item, as a link to its page; ``named`` reads its number."""
    try:
        model = apps.get_model(entry.source_kind)
    except (LookupError, ValueError):
        return f"{entry.source_kind} {entry.source_id}"
    text = str(model._meta.verbose_name).capitalize()
    document = model._default_manager.filter(pk=entry.source_id).first() if named else None
    return link(Record(entry.source_kind, entry.source_id), f"{text} {document}" if document else text)


@register(Account)
class AccountAdmin(MasterAdmin):
    """The tree: accounts indented below their groups, each with its balance and the way to its ledger."""

    icon, menu_order = "account_tree", 70
    list_display: ClassVar[tuple[str, ...]] = (
        "tree_name", "code", "account_type", "subtype", "shown_control", "balance", "currency_balance",
        "ledger", "state",
    )  # fmt: skip
    list_filter: ClassVar[tuple[str, ...]] = ("company", "account_type", "control", "is_group", "locked")
    list_select_related: ClassVar[tuple[str, ...]] = ("parent__parent__parent", "currency")
    autocomplete_fields: ClassVar[tuple[str, ...]] = ("parent",)
    ordering: ClassVar[tuple[str, ...]] = ("company", "code")
    list_per_page = 200

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Balances of the accounts on the page in one query, for who may see them."""
        changelist = super().get_changelist_instance(request)
        rows = list(changelist.result_list)
        if may(request.user, "accounting.view_reports"):
            found = balances_now([row.pk for row in rows if not row.is_group])
            found |= group_balances([row.pk for row in rows if row.is_group])
            foreign = currency_balances([row.pk for row in rows if row.currency_id])
            for row in rows:
                row.kept_balance, row.kept_amount = found.get(row.pk), foreign.get(row.pk)
        return changelist

    @display(description=_("account"), ordering="code")
    def tree_name(self, row: Account) -> SafeString:
        depth, above = 0, row.parent
        while above is not None and depth < 3:
            depth, above = depth + 1, above.parent
        name = format_html("<strong>{}</strong>", row.name) if row.is_group else row.name
        return format_html('<span class="bahi-tree" data-level="{}">{}</span>', depth, name)

    @display(description=_("balance"))
    def balance(self, row: Account) -> SafeString:
        return figure(getattr(row, "kept_balance", None))

    @display(description=_("in its currency"))
    def currency_balance(self, row: Account) -> SafeString:
        amount = getattr(row, "kept_amount", None)
        return figure_in(row.currency, amount) if amount is not None else SafeString("")

    @display(description=_("control"), ordering="control")
    def shown_control(self, row: Account) -> str:
        return "" if row.control == Control.NONE else row.get_control_display()

    @display(description=_("state"))
    def state(self, row: Account) -> Any:
        """Nothing for an account that takes postings: only the exception is worth a badge."""
        if row.active and not row.locked:
            return ""
        text = _("locked") if row.locked else _("switched off")
        return format_html('<span class="bahi-badge bahi-badge--warning">{}</span>', text)

    @display(description=_("ledger"))
    def ledger(self, row: Account) -> Any:
        if row.is_group:
            return ""
        values = {"company": row.company_id, "account": row.pk}
        return link(ReportLink("accounting/general-ledger", values), _("Ledger"))


@register(AccountRole)
class AccountRoleAdmin(ScopedAdmin):
    icon, menu_order = "rule_settings", 90
    list_display: ClassVar[tuple[str, ...]] = ("part", "account", "company")

    @display(description=_("part"), ordering="role")
    def part(self, row: AccountRole) -> str:
        return role_title(row.role)

    list_filter: ClassVar[tuple[str, ...]] = ("company",)
    list_select_related: ClassVar[tuple[str, ...]] = ("account", "company")
    search_fields: ClassVar[tuple[str, ...]] = ("role", "account__search_text")
    autocomplete_fields: ClassVar[tuple[str, ...]] = ("account",)


class PartyAccountsInline(ForeignInline):
    model = PartyAccounts
    autocomplete_fields: ClassVar[tuple[str, ...]] = ("income_account", "expense_account")
    verbose_name_plural = _("default accounts of each company")


register_inline(Party, PartyAccountsInline, app="accounting")


@register(PartyAccounts)
class PartyAccountsAdmin(ScopedAdmin):
    icon, menu_order = "person_search", 92
    list_display: ClassVar[tuple[str, ...]] = ("party", "company", "income_account", "expense_account")
    list_filter: ClassVar[tuple[str, ...]] = ("company",)
    list_select_related: ClassVar[tuple[str, ...]] = (
        "party", "company", "income_account", "expense_account",
    )  # fmt: skip
    search_fields: ClassVar[tuple[str, ...]] = ("party__search_text",)
    autocomplete_fields: ClassVar[tuple[str, ...]] = ("party", "income_account", "expense_account")


@register(Journal)
class JournalAdmin(ScopedAdmin):
    icon, menu_order = "collections_bookmark", 91
    list_display: ClassVar[tuple[str, ...]] = ("name", "code", "journal_kind", "prefix", "company")
    list_filter: ClassVar[tuple[str, ...]] = ("company", "journal_kind")
    list_select_related: ClassVar[tuple[str, ...]] = ("company",)
    search_fields: ClassVar[tuple[str, ...]] = ("code", "name")


class LineInline(TabularInline):
    """The lines of an entry, to look at."""

    model = JournalLine
    extra = 0
    tab = False
    can_delete = False
    hide_title = True
    verbose_name_plural = _("lines")
    fields = ("account", "party", "shown_debit", "shown_credit", "foreign", "cost_centre", "description")
    readonly_fields = fields

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = super().get_queryset(request).order_by("position")
        return rows.select_related("account", "party", "cost_centre", "currency", "entry__company")

    @display(description=_("debit"))
    def shown_debit(self, row: JournalLine) -> SafeString:
        return figure(row.debit)

    @display(description=_("credit"))
    def shown_credit(self, row: JournalLine) -> SafeString:
        return figure(row.credit)

    @display(description=_("in its currency"))
    def foreign(self, row: JournalLine) -> Any:
        home = row.amount == row.base_amount and row.currency_id == row.entry.company.currency_id
        return "" if home else figure_in(row.currency, row.amount)


@register(JournalEntry)
class JournalEntryAdmin(ReadOnlyAdmin):
    """What was posted: to look at and to follow to its document; nothing here changes anything."""

    icon, menu_order = "menu_book", 66
    list_display: ClassVar[tuple[str, ...]] = (
        "number", "date", "journal", "shown_source", "narration", "shown_total", "posted_by",
    )  # fmt: skip
    list_filter: ClassVar[tuple[str, ...]] = ("company", "journal__journal_kind", "fiscal_year")
    list_select_related: ClassVar[tuple[str, ...]] = ("journal",)
    search_fields: ClassVar[tuple[str, ...]] = ("number", "narration")
    ordering: ClassVar[tuple[str, ...]] = ("-date", "-id")
    inlines: ClassVar[list[Any]] = [LineInline]
    fields = (
        ("number", "date", "journal", "fiscal_year"),
        ("named_source", "purpose", "company"),
        "narration",
        ("shown_total", "currency", "exchange_rate"),
        ("posted_by", "recorded_at", "reason"),
        ("reversal_of", "shown_reversal"),
        ("content_hash", "shown_link"),
    )
    readonly_fields = (
        "number", "date", "journal", "fiscal_year", "named_source", "purpose", "company", "narration",
        "shown_total", "currency", "exchange_rate", "posted_by", "recorded_at", "reason", "reversal_of",
        "shown_reversal", "content_hash", "shown_link",
    )  # fmt: skip

    @display(description=_("document"))
    def shown_source(self, entry: JournalEntry) -> Any:
        return source_text(entry)

    @display(description=_("document"))
    def named_source(self, entry: JournalEntry) -> Any:
        return source_text(entry, named=True)

    @display(description=_("total"), ordering="total")
    def shown_total(self, entry: JournalEntry) -> SafeString:
        return figure(entry.total)

    @display(description=_("reversed by"))
    def shown_reversal(self, entry: JournalEntry) -> Any:
        other = JournalEntry.objects.filter(reversal_of=entry).first()
        return link(Record("accounting.journalentry", other.pk), other.number) if other else "–"

    @display(description=_("link in the chain"))
    def shown_link(self, entry: JournalEntry) -> Any:
        seal = getattr(entry, "seal", None)
        return seal.chain_hash if seal else _("within a second")


@register(JournalLine)
class JournalLineAdmin(ReadOnlyAdmin):
    icon, menu_order = "format_list_numbered", 67
    hidden_in_menu = True
    list_display: ClassVar[tuple[str, ...]] = (
        "date", "shown_entry", "account", "party", "shown_debit", "shown_credit", "description",
    )  # fmt: skip
    list_filter: ClassVar[tuple[str, ...]] = ("company",)
    list_select_related: ClassVar[tuple[str, ...]] = ("entry", "account", "party")
    ordering: ClassVar[tuple[str, ...]] = ("-id",)
    search_fields: ClassVar[tuple[str, ...]] = ("entry__number", "description")

    @display(description=_("entry"))
    def shown_entry(self, row: JournalLine) -> Any:
        return link(Record("accounting.journalentry", row.entry_id), row.entry.number)

    @display(description=_("debit"))
    def shown_debit(self, row: JournalLine) -> SafeString:
        return figure(row.debit)

    @display(description=_("credit"))
    def shown_credit(self, row: JournalLine) -> SafeString:
        return figure(row.credit)
