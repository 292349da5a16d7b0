"""What needs a master for the books, besides what its keys tell (``core.uses``)."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounting.models import Account, AccountRole, Journal, JournalLine, OpenItem, PartyAccounts
from apps.company.models import Currency
from apps.core.uses import Use, register_part, register_use
from apps.parties.models import Party

register_part(Account, "company")
register_part(AccountRole, "company")
register_part(Journal, "company")
register_part(PartyAccounts, "company", "party")
register_use(Account, Use(JournalLine, "account", _("postings")))
register_use(Account, Use(AccountRole, "account", _("automatic postings")))
register_use(Party, Use(OpenItem, "party", _("open dues"), where=~Q(open_amount=0)))
register_use(Currency, Use(OpenItem, "currency", _("open dues"), where=~Q(open_amount=0)))
