from django.utils.translation import gettext_lazy as _

from apps.core.modules import BahiAppConfig, Module


class AccountsConfig(BahiAppConfig):
    """Users, roles, departments, teams, sign-in, access log."""

    name = "apps.accounts"
    label = "accounts"
    default = True
    declares = Module(key="identity", title=_("Users and access"), icon="group", switchable=False, order=900)

    def ready(self) -> None:
        from apps.accounts.services.users import first_administrator
        from apps.core.people import register_first_administrator

        register_first_administrator(first_administrator)
