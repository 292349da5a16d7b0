from django.utils.translation import gettext_lazy as _

from apps.core.modules import BahiAppConfig, Module


class PartiesConfig(BahiAppConfig):
    """Customers and vendors: one party book."""

    name = "apps.parties"
    label = "parties"
    default = True
    declares = Module(key="parties", title=_("Parties"), icon="contacts", switchable=True, order=20)
