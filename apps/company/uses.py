"""What needs a company or a currency, besides what its keys tell (``core.uses``)."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.company.models import Company, CurrencyRate, FiscalYear, Holiday, NumberSeries, Period
from apps.core.uses import Use, register_part, register_use

register_part(FiscalYear, "company")
register_part(Period, "company")
register_part(Holiday, "company")
register_part(CurrencyRate, "currency")
register_use(Company, Use(NumberSeries, "company", _("number series in use"), where=Q(last_number__gt=0)))
