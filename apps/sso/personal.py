"""Personal data of users that identity providers gave."""

from apps.core.personal import BLANK, EMPTY, Holding, register_holding

register_holding(
    Holding(
        "sso.externalidentity",
        "accounts.user",
        "user_id",
        {"subject": BLANK, "email": BLANK, "employee_code": BLANK, "groups": EMPTY},
        removed=True,
    ),
    Holding(
        "sso.ssoattempt",
        "accounts.user",
        "user_id",
        {"claims": EMPTY},
        ("purpose", "token_hash", "browser_hash", "request_id", "page"),
        removed=True,
    ),
)
