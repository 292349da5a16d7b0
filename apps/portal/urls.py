from django.urls import path

from apps.portal import views

PREFIX = ""
urlpatterns = [
    path("", views.home, name="home"),
    path("quick-create/", views.quick_create, name="quick_create"),
    path("favourite/", views.favourite, name="favourite"),
    path("checklist/", views.checklist_part, name="checklist"),
]
