from django.urls import path

from apps.platform import leaving_pages, profile_pages, views

PREFIX = "organisation/"
look_urls = [
    path("look.css", views.look_css_view, name="sign_in_look_css"),
    path("look.png", views.look_logo, name="sign_in_logo"),
]
urlpatterns = [
    *look_urls,
    path("profile/", profile_pages.profile, name="organisation_profile"),
    path("pictures/<str:part>.png", profile_pages.picture, name="organisation_picture"),
    path("modules/", profile_pages.modules, name="organisation_modules"),
    path("usage/", views.usage, name="organisation_usage"),
    path("domains/", views.domains, name="organisation_domains"),
    path("look/", views.look, name="organisation_look"),
    path("operator/", views.operator, name="organisation_operator"),
    path("announcements/<int:pk>/dismiss/", views.dismiss, name="announcement_dismiss"),
    path("leave/", leaving_pages.leave, name="organisation_leave"),
    path("override/over/", views.override_over, name="override_over"),
    path("override/end/", views.override_leave, name="override_end"),
    path("override/<str:token>/", views.override_door, name="override_enter"),
]
