"""Pages of customers and vendors, and of those who look after them in the back office."""

from django.urls import path

from apps.customer_portal.pages import account, documents, join, office, people

PREFIX = "portal/"
urlpatterns = [
    path("", documents.home, name="portal_home"),
    path("join/", join.join, name="portal_join"),
    path("join/sent/", join.join_sent, name="portal_join_sent"),
    path("join/<str:token>/", join.join_confirm, name="portal_join_confirm"),
    path("profile/", people.profile, name="portal_profile"),
    path("people/", people.people, name="portal_people"),
    path("people/<int:pk>/end/", people.person_end, name="portal_person_end"),
    path("statement/", account.statement_page, name="portal_statement"),
    path("statement/pdf/", account.statement_pdf, name="portal_statement_pdf"),
    path("office/invite/<int:pk>/", office.invite, name="portal_invite"),
    path("office/request/<int:pk>/", office.decide, name="portal_request"),
    path("<slug:key>/", documents.listing, name="portal_section"),
    path("<slug:key>/<int:pk>/", documents.record_page, name="portal_record"),
    path("<slug:key>/<int:pk>/pdf/", documents.record_pdf, name="portal_record_pdf"),
    path("<slug:key>/<int:pk>/act/", documents.record_act, name="portal_record_act"),
]
