from django.utils.translation import gettext_lazy as _

from apps.core.modules import BahiAppConfig, Module


class CompanyConfig(BahiAppConfig):
    """Legal companies, fiscal years and periods, currencies and rates, number series."""

    name = "apps.company"
    label = "company"
    default = True
    declares = Module(key="platform", title=_("Companies"), icon="apartment", switchable=False, order=800)

    def ready(self) -> None:
        from apps.accounts.selectors import register_company_source
        from apps.company.selectors import company_ids_of

        register_company_source(company_ids_of)
