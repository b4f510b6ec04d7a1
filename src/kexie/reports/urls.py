from django.urls import path

from kexie.reports import views
from kexie.reports.phrase_bank import pages

app_name = "reports"
urlpatterns = [
    path("", views.show_report, name="page"),
    path("phrases/", pages.show_phrases, name="phrases"),
    path("phrases/<int:phrase>/retire/", pages.retire, name="phrase-retire"),
    path("number/", views.show_number, name="number"),
    path("file/<str:code>/<str:period>/<str:kind>.<str:form>", views.download, name="file"),
]
