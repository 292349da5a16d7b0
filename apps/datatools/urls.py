"""Pages of the data tools: reports, and what the tools above a list post."""

from django.urls import path

from apps.datatools import edit_pages, export_pages, import_pages, list_pages, run_pages
from apps.datatools.reports.pages import page_urls

PREFIX = "data/"
urlpatterns = [
    *page_urls(),
    *import_pages.page_urls(),
    *run_pages.page_urls(),
    *edit_pages.page_urls(),
    *export_pages.page_urls(),
    path("lists/<str:list_kind>/columns/", list_pages.columns, name="list_columns"),
    path("lists/<str:list_kind>/width/", list_pages.width, name="list_width"),
    path("lists/<str:list_kind>/fields/", list_pages.fields, name="list_fields"),
    path("lists/<str:list_kind>/density/", list_pages.density, name="list_density"),
    path("lists/<str:list_kind>/default/", list_pages.default, name="list_default"),
    path("lists/<str:list_kind>/counts/", list_pages.counts, name="list_counts"),
    path("lists/<str:list_kind>/views/", list_pages.save, name="list_view_save"),
    path("lists/<str:list_kind>/views/<int:pk>/remove/", list_pages.remove, name="list_view_remove"),
]
