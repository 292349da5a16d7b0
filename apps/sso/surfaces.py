"""Access of single sign-on: coming in is for anyone, setting it up for administrators."""

from apps.core.surfaces import ANYONE, PERSONAL, codes, declare

_SEE, _CHANGE = "sso.view_identityprovider", "sso.change_identityprovider"
declare(
    dict.fromkeys(
        (
            "sso_start", "sso_return", "sso_acs", "sso_finish", "sso_metadata", "sso_slo", "sso_back_channel",
            "sso_signed_out", "auth_sso",
        ),
        ANYONE,
    )
    | dict.fromkeys(("sso_check", "sso_address", "sso_key"), codes(_SEE, _CHANGE))
    | {
        "sso_confirm": PERSONAL,
        "sso_test": codes(_CHANGE),
        "sso_setup": codes(_SEE),
        "sso_setup:post": codes(_SEE, _CHANGE),
    }
)  # fmt: skip
