from django.urls import path

from kexie.reports import views

app_name = "reports"
urlpatterns = [
    path("", views.show_report, name="page"),
    path("number/", views.show_number, name="number"),
    path("file/<str:code>/<str:period>/<str:kind>.<str:form>", views.download, name="file"),
]
