from django.urls import path

from kexie.totals import views

app_name = "totals"
urlpatterns = [path("", views.show_totals, name="page")]
