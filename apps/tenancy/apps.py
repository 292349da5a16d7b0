from django.utils.translation import gettext_lazy as _

from apps.core.modules import BahiAppConfig, Module


class TenancyConfig(BahiAppConfig):
    """The public schema: organisations, their domains and how they come to life."""

    name = "apps.tenancy"
    label = "tenancy"
    default = True
    verbose_name = _("Platform")
    declares = Module(key="", title="", switchable=False)

    def ready(self) -> None:
        from apps.core.quota import register_quota_keeper
        from apps.core.start_checks import register_start_check
        from apps.tenancy.services.limits import limit_claim
        from apps.tenancy.services.start_checks import database_check

        register_quota_keeper(limit_claim)
        register_start_check(database_check)
