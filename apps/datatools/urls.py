"""Pages of the data tools: reports."""

from apps.datatools.reports.views import page_urls

PREFIX = "data/"
urlpatterns = page_urls()
