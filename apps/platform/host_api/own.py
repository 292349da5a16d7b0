"""The operator about himself over the API: his proof, password, sign-ins and second factors, as people of an
organisation have them, by a token or session of this host."""

from __future__ import annotations

from typing import Any

from django.urls import path

from apps.accounts.api import auth, factors, second_step
from apps.platform.host_api.bases import IsOperator, OperatorView


def _own(view: Any) -> Any:
    """The view for operators, by what lets them in here."""
    attrs = {
        "__doc__": view.__doc__,
        "authentication_classes": OperatorView.authentication_classes,
        "permission_classes": (IsOperator,),
    }
    return type(view.__name__, (view,), attrs).as_view()


urlpatterns = [
    path("auth/confirm/", _own(second_step.ConfirmView), name="auth_confirm"),
    path("auth/confirm/send/", _own(second_step.ConfirmSendView), name="auth_confirm_send"),
    path("auth/confirm/second-factor/", _own(second_step.ConfirmStepView), name="auth_confirm_second_factor"),
    path("auth/password/", _own(auth.PasswordView), name="auth_password"),
    path("auth/sessions/", _own(auth.SessionsView), name="auth_sessions"),
    path("auth/sessions/<int:pk>/end/", _own(auth.SessionEndView), name="auth_session_end"),
    path("auth/sessions/end-all/", _own(auth.SessionsEndView), name="auth_sessions_end"),
    path("auth/second-factors/", _own(second_step.SecondFactorsView), name="auth_second_factors"),
    path("auth/second-factors/totp/", _own(factors.TotpView), name="auth_factor_totp"),
    path("auth/second-factors/totp/confirm/", _own(factors.TotpConfirmView), name="auth_factor_totp_confirm"),
    path("auth/second-factors/<int:pk>/", _own(factors.FactorRemoveView), name="auth_factor"),
    path("auth/second-factors/backup-codes/", _own(factors.BackupCodesView), name="auth_backup_codes"),
]
