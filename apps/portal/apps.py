from django.utils.translation import gettext_lazy as _

from apps.core.modules import BahiAppConfig, Module


class PortalConfig(BahiAppConfig):
    name = "apps.portal"
    label = "portal"
    default = True
    declares = Module(key="", title=_("Home page"), switchable=False)
