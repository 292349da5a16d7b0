from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path


def first_run(request: HttpRequest) -> HttpResponse:
    return render(request, "tenancy/first_run.html")


urlpatterns = [path("", first_run, name="first_run")]
