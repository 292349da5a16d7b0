from django.utils.translation import gettext_lazy as _

from apps.core.modules import BahiAppConfig, Module


class AuditConfig(BahiAppConfig):
    """Who did what, when, from where: collected by triggers, chained by a sealer, verified by anyone."""

    name = "apps.audit"
    label = "audit"
    default = True
    declares = Module(key="", title=_("Audit"), icon="policy", switchable=False, order=955)

    def ready(self) -> None:
        from apps.audit.services.entries import api_write_record
        from apps.core.api.transaction import register_write_log

        super().ready()
        register_write_log(api_write_record)
