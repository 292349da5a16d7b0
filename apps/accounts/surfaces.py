"""Access of sign-in, one's own profile and single grants."""

from apps.core.surfaces import ANYONE, EVERY_PERSON, PERSONAL, codes, declare

declare(
    dict.fromkeys(
        (
            "auth_token", "auth_refresh", "auth_revoke", "auth_reset_ask", "auth_reset", "auth_accept",
            "login", "logout", "language", "brand_css", "enter", "accounts_invitation_link",
            "password_forgotten", "accounts_password_link", "accounts_email_link",
            "accounts_email_old_link", "auth_second_factor", "auth_second_factor_send", "second_step",
            "second_step_send", "passkey_sign_in", "passkey_options",
        ),
        ANYONE,
    )
    | dict.fromkeys(
        (
            "auth_password", "auth_email", "auth_sessions", "auth_session_end", "auth_sessions_end",
            "password_change", "email_change", "session_close", "sessions_close", "auth_confirm",
            "auth_confirm_send", "auth_confirm_second_factor", "auth_second_factors", "confirm", "security",
            "factor_totp", "factor_sent", "factor_passkey", "factor_passkey_options", "factor_remove",
            "backup_codes", "profile", "auth_factor_totp", "auth_factor_totp_confirm", "auth_backup_codes",
            "auth_factor", "auth_factor_email", "auth_factor_email_confirm", "auth_factor_sms",
            "auth_factor_sms_confirm",
        ),
        EVERY_PERSON,
    )
    | dict.fromkeys(
        (
            "auth_me", "auth_keys", "auth_key_revoke", "api_keys", "api_key_new", "api_key_revoke"
        ),
        PERSONAL,
    )
    | dict.fromkeys(
        ("accounts_grants", "accounts_grant", "accounts_grant_people"), codes("accounts.grant_object")
    )
    | {
        "sign_in_policy": codes("accounts.change_signinpolicy"),
        "accounts_permissions": codes("accounts.view_role"),
        "role_matrix": codes("accounts.view_role"),
        "role_matrix:post": codes("accounts.view_role", "accounts.change_role"),
        "role_matrix_file": codes("accounts.view_role"),
        "role_undo": codes("accounts.view_role", "accounts.change_role"),
        "role_copy": codes("accounts.view_role", "accounts.add_role"),
        "role_reset": codes("accounts.view_role", "accounts.change_role"),
        "access_why": codes("accounts.view_role", "accounts.view_user"),
        "access_refused": codes("accounts.view_accesslog"),
        "separation": codes("accounts.view_role", "accounts.view_user"),
        "separation:post": codes("accounts.view_role", "accounts.change_role"),
        "auth_user_password_change": codes("accounts.change_user"),
    }
)  # fmt: skip
