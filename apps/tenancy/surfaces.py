"""Access of the pages that a foreign hand brings, and of those before the first organisation."""

from apps.core.surfaces import ANYONE, PERSONAL, declare

declare(
    {"api_schema": ANYONE, "api_docs": ANYONE, "setup_status": ANYONE, "login": ANYONE}
    # the back office's own: they show what the asking person may open, or lead on
    | dict.fromkeys(
        ("index", "app_list", "jsi18n", "autocomplete", "search", "password_change_done"),
        PERSONAL,
    )
)  # fmt: skip
