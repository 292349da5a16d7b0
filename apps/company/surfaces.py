"""Access of the company switcher (everybody's own choice among the companies he may see) and of settings.

The pages and the API of settings show and change what their app's ``change_settings`` permission opens.
"""

from apps.core.surfaces import PERSONAL, RECORD, codes, declare

declare(
    {"work_in_company": PERSONAL}
    | dict.fromkeys(("settings_index", "settings_page", "company_settings", "company_setting"), RECORD)
    | dict.fromkeys(
        ("holiday_year", "company_holidays_copy"), codes("company.view_holiday", "company.add_holiday")
    )
    | {
        "series_plan": codes("company.view_numberseries"),
        "series_plan:post": codes("company.view_numberseries", "company.change_series"),
    }
)
