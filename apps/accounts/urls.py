from django.urls import path

from apps.accounts import second_step_views as step
from apps.accounts import security_views as security
from apps.accounts import views
from apps.accounts.access_pages.urls import urlpatterns as access_pages
from apps.accounts.models import LinkPurpose

PREFIX = "accounts/"
sign_in_urls = [
    path("login/", views.sign_in, name="login"),
    path("logout/", views.sign_out, name="logout"),
    path("language/", views.language_choose, name="language"),
    path("brand.css", views.brand_css, name="brand_css"),
    path("second-step/", step.second_step, name="second_step"),
    path("second-step/send/", step.second_step_send, name="second_step_send"),
    path("passkey/", step.passkey_sign_in, name="passkey_sign_in"),
    path("passkey/options/", step.passkey_options, name="passkey_options"),
    path("profile/", views.profile, name="profile"),
    path("password/", views.password_change, name="password_change"),
    path("confirm/", step.confirm, name="confirm"),
    path("security/", security.security, name="security"),
    path("security/app/", security.factor_totp, name="factor_totp"),
    path("security/passkey/", security.factor_passkey, name="factor_passkey"),
    path("security/passkey/options/", security.factor_passkey_options, name="factor_passkey_options"),
    path("security/backup-codes/", security.backup_codes, name="backup_codes"),
    path("security/<int:pk>/remove/", security.factor_remove, name="factor_remove"),
    path("sessions/<int:pk>/end/", views.session_close, name="session_close"),
    path("sessions/end/", views.sessions_close, name="sessions_close"),
]
urlpatterns = [
    *sign_in_urls,
    *access_pages,
    path("enter/", views.enter, name="enter"),
    path("invitation/<str:token>/", views.invitation, name="accounts_invitation_link"),
    path("password/forgotten/", views.password_forgotten, name="password_forgotten"),
    path("password/new/<str:token>/", views.password_new, name="accounts_password_link"),
    path("email/new/<str:token>/", views.email_new, name="accounts_email_link"),
    path(
        "email/leave/<str:token>/",
        views.email_new,
        {"purpose": LinkPurpose.EMAIL_OLD},
        name="accounts_email_old_link",
    ),
    path("security/code/<str:method>/", security.factor_sent, name="factor_sent"),
    path("sign-in-rules/", security.policy, name="sign_in_policy"),
    path("keys/", security.api_keys, name="api_keys"),
    path("keys/new/", security.api_key_new, name="api_key_new"),
    path("keys/<int:pk>/revoke/", security.api_key_revoke, name="api_key_revoke"),
    path("email/", views.email_change, name="email_change"),
]
