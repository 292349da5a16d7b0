"""Business permissions of company."""

from apps.core.modules import Role
from apps.core.permissions import register_permissions, register_roles, register_stand_in

register_permissions(
    "company",
    {
        "close_period": "Close accounting periods",
        "reopen_year": "Open closed fiscal years again",
        "reopen_period": "Open closed periods again",
        "post_soft_closed": "Post into softly closed periods",
        "change_series": "Change number series",
        "change_settings": "Change settings of companies: working week, calendars",
        "release_lock": "Release the billing company lock",
        "see_bank_account": "See whole bank account numbers of companies",
        "set_bank_account": "Change bank accounts and UPI ids of companies",
    },
)
register_roles(
    [
        Role("accounts", "Accounts", ("company.see_bank_account", "company.set_bank_account")),
        Role("auditor", "Auditor (read only)", ("company.see_bank_account",)),
    ]
)
register_stand_in(
    "company",
    models=("company", "currency", "currencyrate", "fiscalyear", "period", "holiday", "numberseries"),
    codes=("change_series", "change_settings", "release_lock"),
)
