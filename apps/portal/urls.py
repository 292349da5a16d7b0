from django.urls import path

from apps.portal import views

PREFIX = ""
urlpatterns = [path("", views.home, name="home")]
