"""API of the chart of accounts."""

from __future__ import annotations

from apps.accounting.models import Account, AccountRole, PartyAccounts
from apps.core.api.resource import MasterViewSet
from apps.core.registry import register_resource


@register_resource
class AccountApi(MasterViewSet):
    model, path = Account, "accounting/accounts"
    fields = (
        "id", "company", "code", "name", "account_type", "subtype", "parent", "is_group", "control",
        "currency", "locked", "active", "version", "created_at", "updated_at",
    )  # fmt: skip
    read_only = ("id", "version", "created_at", "updated_at")
    filters = {
        "company": "company", "code": "code", "name": "name", "account_type": "account_type",
        "subtype": "subtype", "parent": "parent", "is_group": "is_group", "control": "control",
        "currency": "currency", "locked": "locked", "active": "active", "role": "roles__role",
    }  # fmt: skip
    expands = ("company", "parent", "currency")


@register_resource
class AccountRoleApi(MasterViewSet):
    model, path = AccountRole, "accounting/default-accounts"
    fields = ("id", "company", "role", "account")
    filters = {"company": "company", "role": "role", "account": "account"}
    expands = ("account",)
    deletable = False


@register_resource
class PartyAccountsApi(MasterViewSet):
    """What a company books a party's lines on when they name no account."""

    model, path = PartyAccounts, "accounting/party-accounts"
    fields = ("id", "party", "company", "income_account", "expense_account")
    filters = {name: name for name in ("party", "company", "income_account", "expense_account")}
    expands = ("party", "company", "income_account", "expense_account")
