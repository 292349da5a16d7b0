from django.urls import path

from apps.accounts import views

PREFIX = "accounts/"
sign_in_urls = [
    path("login/", views.sign_in, name="login"),
    path("logout/", views.sign_out, name="logout"),
    path("language/", views.language_choose, name="language"),
    path("brand.css", views.brand_css, name="brand_css"),
]
urlpatterns = [
    *sign_in_urls,
    path("enter/", views.enter, name="enter"),
    path("invitation/<str:token>/", views.invitation, name="accounts_invitation_link"),
    path("password/forgotten/", views.password_forgotten, name="password_forgotten"),
    path("password/new/<str:token>/", views.password_new, name="accounts_password_link"),
    path("password/", views.password_change, name="password_change"),
    path("email/new/<str:token>/", views.email_new, name="accounts_email_link"),
    path("email/", views.email_change, name="email_change"),
    path("profile/", views.profile, name="profile"),
    path("sessions/<int:pk>/end/", views.session_close, name="session_close"),
    path("sessions/end/", views.sessions_close, name="sessions_close"),
]
