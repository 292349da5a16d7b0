from django.urls import path

from apps.company import settings_pages, views

PREFIX = "company/"
urlpatterns = [
    path("work-in/", views.work_in, name="work_in_company"),
    path("settings/", settings_pages.index, name="settings_index"),
    path("settings/<slug:app_label>/", settings_pages.page, name="settings_page"),
]
