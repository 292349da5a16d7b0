"""Access of the company switcher (everybody's own choice among the companies he may see) and of settings.

The pages and the API of settings show and change what their app's ``change_settings`` permission opens.
"""

from apps.core.surfaces import PERSONAL, RECORD, declare

declare(
    {"work_in_company": PERSONAL}
    | dict.fromkeys(("settings_index", "settings_page", "company_settings", "company_setting"), RECORD)
)
