from django.utils.translation import gettext_lazy as _

from apps.core.modules import BahiAppConfig, Module


class PlatformConfig(BahiAppConfig):
    """The platform operator's tools, and what organisations see of the platform."""

    name = "apps.platform"
    label = "platform"
    default = True
    declares = Module(key="organisation", title=_("Organisation"), icon="domain", switchable=False, order=890)

    def ready(self) -> None:
        from apps.core.platform_log import register_platform_log
        from apps.platform.services.audit import entry_write
        from apps.platform.services.override import operator_inside
        from apps.tenancy.middleware import register_operator_pass

        register_platform_log(entry_write)
        register_operator_pass(operator_inside)
