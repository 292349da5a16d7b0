from apps.company.models.company import BankAccount, Company, CompanyAccess, CompanyAddress, WorkingCompany
from apps.company.models.currency import Currency, CurrencyRate
from apps.company.models.fiscal import FiscalYear, Period
from apps.company.models.holiday import Holiday
from apps.company.models.series import NumberSeries
from apps.company.models.setting import SettingValue

__all__ = [
    "BankAccount",
    "Company",
    "CompanyAccess",
    "CompanyAddress",
    "Currency",
    "CurrencyRate",
    "FiscalYear",
    "Holiday",
    "NumberSeries",
    "Period",
    "SettingValue",
    "WorkingCompany",
]
