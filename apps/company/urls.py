from django.urls import path

from apps.company import holiday_pages, series_pages, settings_pages, views

PREFIX = "company/"
urlpatterns = [
    path("work-in/", views.work_in, name="work_in_company"),
    path("holidays/year/", holiday_pages.page, name="holiday_year"),
    path("series/", series_pages.page, name="series_plan"),
    path("settings/", settings_pages.index, name="settings_index"),
    path("settings/<slug:app_label>/", settings_pages.page, name="settings_page"),
]
