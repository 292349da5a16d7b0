from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path

from apps.accounts.views import language_choose

PREFIX = "accounts/"
urlpatterns = [
    path("login/", LoginView.as_view(template_name="accounts/login.html"), name="login"),
    path("language/", language_choose, name="language"),
    path("logout/", LogoutView.as_view(), name="logout"),
]
