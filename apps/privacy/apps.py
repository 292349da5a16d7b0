from django.utils.translation import gettext_lazy as _

from apps.core.modules import BahiAppConfig, Module


class PrivacyConfig(BahiAppConfig):
    """Personal data: access, erasure, consent, retention; encryption of stored files."""

    name = "apps.privacy"
    label = "privacy"
    verbose_name = _("Privacy")
    default = True
    declares = Module(key="", title=_("Privacy"), icon="shield_person", switchable=False, order=957)
