"""Fields that accounting adds to records, shown on every surface."""

from django.utils.translation import gettext_lazy as _

from apps.accounting.models import Account
from apps.accounting.services.accounts import balances_now
from apps.core.contribute import Contribution, contribute

contribute(
    Account,
    {"balance": Contribution("money", balances_now, _("balance"), permission="accounting.view_reports")},
    app="accounting",
)
