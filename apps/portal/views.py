"""The home page of everybody."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from apps.core.admin.menu import navigation


@login_required
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/home.html", {"groups": navigation(request)})
