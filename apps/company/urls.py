from django.urls import path

from apps.company import views

PREFIX = "company/"
urlpatterns = [path("work-in/", views.work_in, name="work_in_company")]
