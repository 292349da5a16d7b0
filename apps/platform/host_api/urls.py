"""Addresses of the operator's API, relative to ``api/v1/`` of the platform's host."""

from django.urls import path

from apps.accounts.api import auth, second_step
from apps.platform.host_api import organisations as o
from apps.platform.host_api import platform as p
from apps.platform.host_api.own import urlpatterns as own_urls

urlpatterns = [
    path("auth/token/", auth.TokenView.as_view(), name="auth_token"),
    path("auth/token/second-factor/", second_step.SecondStepView.as_view(), name="auth_second_factor"),
    path("auth/token/second-factor/send/", second_step.SendView.as_view(), name="auth_second_factor_send"),
    path("auth/token/refresh/", auth.RefreshView.as_view(), name="auth_refresh"),
    path("auth/token/revoke/", auth.RevokeView.as_view(), name="auth_revoke"),
    path("auth/me/", p.MeView.as_view(), name="auth_me"),
    *own_urls,
    path("platform/dashboard/", p.DashboardView.as_view(), name="api_dashboard"),
    path("platform/modules/", p.ModulesView.as_view(), name="api_modules"),
    path("platform/organisations/", o.OrganisationsView.as_view(), name="api_organisations"),
    path("platform/organisations/<int:pk>/", o.OrganisationView.as_view(), name="api_organisation"),
    path("platform/organisations/<int:pk>/maintenance/", o.OrganisationMaintenanceView.as_view(),
         name="api_organisation_maintenance"),
    path("platform/organisations/<int:pk>/figures/", o.OrganisationFiguresView.as_view(),
         name="api_organisation_figures"),
    path("platform/organisations/<int:pk>/visits/", o.OrganisationVisitsView.as_view(),
         name="api_organisation_visits"),
    path("platform/organisations/<int:pk>/<str:verb>/", o.OrganisationStepView.as_view(),
         name="api_organisation_step"),
    path("platform/visits/", o.VisitsView.as_view(), name="api_visits"),
    path("platform/visits/<int:pk>/link/", o.VisitLinkView.as_view(), name="api_visit_link"),
    path("platform/visits/<int:pk>/end/", o.VisitEndView.as_view(), name="api_visit_end"),
    path("platform/plans/", p.PlansView.as_view(), name="api_plans"),
    path("platform/plans/<int:pk>/", p.PlanView.as_view(), name="api_plan"),
    path("platform/sign-ups/", p.SignUpsView.as_view(), name="api_sign_ups"),
    path("platform/announcements/", p.AnnouncementsView.as_view(), name="api_announcements"),
    path("platform/announcements/<int:pk>/", p.AnnouncementView.as_view(), name="api_announcement"),
    path("platform/settings/", p.SettingsView.as_view(), name="api_settings"),
    path("platform/maintenance/", p.MaintenanceView.as_view(), name="api_maintenance"),
    path("platform/jobs/", p.JobsView.as_view(), name="api_jobs"),
    path("platform/backups/", p.BackupsView.as_view(), name="api_backups"),
    path("platform/backups/remove/", p.BackupRemoveView.as_view(), name="api_backup_remove"),
]  # fmt: skip
