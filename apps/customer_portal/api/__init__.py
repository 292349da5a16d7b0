"""REST API of the portal: for its own people at ``portal/``, for those who look after them at
``customer-portal/``."""

from __future__ import annotations

from typing import Any

from django.urls import path

from apps.core.api.routes import register_routes
from apps.customer_portal.api.office import InvitationsApi
from apps.customer_portal.api.own import (
    HomeApi,
    PreferencesApi,
    SectionApi,
    SectionCommentsApi,
    StatementApi,
)
from apps.customer_portal.api.people import JoinConfirmView, JoinView, PeopleApi
from apps.customer_portal.registry import Section, sections


def _section_routes(section: Section) -> list[Any]:
    key, name = section.key, f"portal_api_{section.key}"
    base, comments = SectionApi.as_view, SectionCommentsApi.as_view
    return [
        path(f"portal/{key}/", base({"get": "list"}, section=section), name=name),
        path(f"portal/{key}/<int:pk>/", base({"get": "retrieve"}, section=section), name=f"{name}_one"),
        path(
            f"portal/{key}/<int:pk>/pdf/",
            base({"get": "run_read"}, section=section, verb="pdf"),
            name=f"{name}_pdf",
        ),
        path(
            f"portal/{key}/<int:pk>/comments/",
            comments({"get": "list", "post": "create"}, section=section),
            name=f"{name}_comments",
        ),
        *(
            path(
                f"portal/{key}/<int:pk>/{act.name}/",
                base({"post": "run_verb"}, section=section, verb=act.name),
                name=f"{name}_{act.name}",
            )
            for act in section.acts
        ),
    ]


register_routes(
    [
        path("portal/", HomeApi.as_view({"get": "list"}), name="portal_api_home"),
        path("portal/statement/", StatementApi.as_view({"get": "list"}), name="portal_api_statement"),
        path(
            "portal/statement/pdf/",
            StatementApi.as_view({"get": "run_read"}, verb="pdf"),
            name="portal_api_statement_pdf",
        ),
        path(
            "portal/preferences/",
            PreferencesApi.as_view({"get": "list", "patch": "change"}),
            name="portal_api_preferences",
        ),
        path(
            "portal/people/", PeopleApi.as_view({"get": "list", "post": "create"}), name="portal_api_people"
        ),
        path("portal/people/<int:pk>/end/", PeopleApi.as_view({"post": "end"}), name="portal_api_person_end"),
        path("portal/registrations/", JoinView.as_view(), name="portal_api_join"),
        path("portal/registrations/confirm/", JoinConfirmView.as_view(), name="portal_api_join_confirm"),
        path("customer-portal/invitations/", InvitationsApi.as_view(), name="customer_portal_invitations"),
        *(route for section in sections() for route in _section_routes(section)),
    ]
)
