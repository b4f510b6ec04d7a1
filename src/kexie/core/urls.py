from django.urls import path

from kexie.core import views

urlpatterns = [path("", views.home, name="home")]
