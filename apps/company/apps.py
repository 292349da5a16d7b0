from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from apps.core.modules import BahiAppConfig, Module
from apps.core.setup_steps import SetupStep, register_setup_step


class CompanyConfig(BahiAppConfig):
    """Legal companies, fiscal years and periods, currencies and rates, number series."""

    name = "apps.company"
    label = "company"
    default = True
    declares = Module(key="platform", title=_("Companies"), icon="apartment", switchable=False, order=800)

    def ready(self) -> None:
        from apps.accounts.models import User
        from apps.accounts.selectors import register_company_source
        from apps.company.models import Company
        from apps.company.selectors import (
            COMPANIES_OF_USER,
            companies_kept,
            companies_worked_in,
            company_today,
            fiscal_start_of,
        )
        from apps.company.services.access import companies_of_users, company_limit_set
        from apps.company.services.companies import company_from_setup
        from apps.company.services.pictures import PICTURES, company_picture_guard
        from apps.company.services.settings import settings_kept
        from apps.core.contribute import Contribution, contribute
        from apps.core.periods import use_calendar
        from apps.core.quota import register_quota_source
        from apps.core.typed_settings import use_settings_store
        from apps.core.working import use_company_choices
        from apps.files.access import register_file_guard
        from apps.files.services.storage import register_file_columns

        register_quota_source("companies", companies_kept)
        register_company_source(COMPANIES_OF_USER)
        use_company_choices(companies_worked_in)
        use_calendar(today=company_today, fiscal_start=fiscal_start_of)
        use_settings_store(settings_kept)
        register_file_guard(company_picture_guard)
        register_file_columns(Company, *PICTURES.values())
        companies = Contribution(
            kind="keys",
            label=_("Companies"),
            model=Company,
            resolve=companies_of_users,
            write=company_limit_set,
            permission="accounts.view_user",
        )
        contribute(User, {"companies": companies}, app="company")
        register_setup_step(SetupStep("company", gettext_noop("Entering the company"), company_from_setup))
