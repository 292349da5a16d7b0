from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from apps.core.modules import BahiAppConfig, Module
from apps.core.setup_steps import SetupStep, register_setup_step


class AccountsConfig(BahiAppConfig):
    """Users, roles, departments, teams, sign-in, access log."""

    name = "apps.accounts"
    label = "accounts"
    default = True
    declares = Module(key="identity", title=_("Users and access"), icon="group", switchable=False, order=900)

    def ready(self) -> None:
        from apps.accounts.selectors import users_active
        from apps.accounts.services.grants import grants_end_on
        from apps.accounts.services.users import administrator_from_setup, first_administrator
        from apps.core.admin.menu import register_page
        from apps.core.people import register_first_administrator
        from apps.core.quota import register_quota_source
        from apps.core.scope import register_grants_end

        register_quota_source("users", users_active)
        register_grants_end(grants_end_on)
        register_page(
            "accounts",
            "sign_in_policy",
            _("Sign-in rules"),
            icon="shield_lock",
            permission="accounts.change_signinpolicy",
        )
        register_first_administrator(first_administrator)
        register_setup_step(
            SetupStep("administrator", gettext_noop("Entering the administrator"), administrator_from_setup)
        )
