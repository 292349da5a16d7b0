from django.utils.translation import gettext_lazy as _

from apps.core.modules import BahiAppConfig, Module


class SsoConfig(BahiAppConfig):
    """Sign-in through the organisation's identity providers: OpenID Connect and SAML 2.0."""

    name = "apps.sso"
    label = "sso"
    default = True
    declares = Module(key="sso", title=_("Single sign-on"), icon="key", switchable=False, order=905)

    def ready(self) -> None:
        from apps.accounts.ways import register_way
        from apps.core.admin.menu import register_page
        from apps.sso.way import SsoWay

        register_way(SsoWay())
        register_page(
            "sso",
            "sso_setup",
            _("Single sign-on"),
            icon="key",
            permission="sso.view_identityprovider",
        )
