from django.urls import path

from apps.messaging import number_views, views

PREFIX = "notifications/"
urlpatterns = [
    path("", views.notifications, name="notifications"),
    path("read-all/", views.read_all, name="notifications_read_all"),
    path("choices/", views.choose, name="notification_choices"),
    path("number/", number_views.number, name="notification_number"),
    path("<int:pk>/", views.notification_open, name="notification_open"),
]
