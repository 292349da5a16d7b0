from django.utils.translation import gettext_lazy as _

from apps.core.modules import BahiAppConfig, Module


class PrivacyConfig(BahiAppConfig):
    """Personal data: access, erasure, consent, retention; encryption of stored files."""

    name = "apps.privacy"
    label = "privacy"
    default = True
    declares = Module(key="", title=_("Privacy"), icon="shield_person", switchable=False, order=957)

    def ready(self) -> None:
        from apps.core.consent import register_consent
        from apps.privacy.services.consents import consent_page
        from apps.privacy.services.erasing import work_run
        from apps.tenancy.choices import JobWork
        from apps.tenancy.services.owner_jobs import register_work

        register_consent(consent_page)
        register_work(JobWork.ERASE, work_run)
