from django.utils.translation import gettext_lazy as _

from apps.core.modules import BahiAppConfig, Module

_PARTY_OF_USER = """
SELECT m.party_id, m.sees = 'firm' AS whole FROM customer_portal_portalmember m
WHERE m.user_id = u.id AND m.state = 'active'
"""


class CustomerPortalConfig(BahiAppConfig):
    """What customers and vendors see and do themselves."""

    name = "apps.customer_portal"
    label = "customer_portal"
    default = True
    declares = Module(
        key="customer_portal",
        title=_("Customer portal"),
        icon="storefront",
        switchable=True,
        order=25,
        depends=("parties",),
    )

    def ready(self) -> None:
        from apps.accounts.selectors import register_party_source
        from apps.core.scope import register_own_documents
        from apps.core.tenant import switch_on
        from apps.customer_portal.selectors import own_documents
        from apps.documents.services.comments import register_publishing

        register_party_source(_PARTY_OF_USER)
        register_own_documents(own_documents)
        register_publishing(lambda: switch_on("customer_portal"))
