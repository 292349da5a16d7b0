from django.urls import path

from apps.core.admin.site import admin_site
from apps.demo import views

PREFIX = "demo/"
urlpatterns = [path("remove/", admin_site.admin_view(views.remove), name="demo_remove")]
