from django.urls import path

from kexie.reports import life_views, views
from kexie.reports.phrase_bank import pages

app_name = "reports"
urlpatterns = [
    path("", views.show_report, name="page"),
    path("phrases/", pages.show_phrases, name="phrases"),
    path("phrases/<int:phrase>/retire/", pages.retire, name="phrase-retire"),
    path("number/", views.show_number, name="number"),
    path("file/<str:code>/<str:period>/<str:kind>.<str:form>", views.download, name="file"),
    path("all/", life_views.list_reports, name="list"),
    path("save/", life_views.save, name="save"),
    path("<int:pk>/", life_views.show_kept, name="report"),
    path("<int:pk>/edit/", life_views.edit, name="edit"),
    path("<int:pk>/check/", life_views.check, name="check"),
    path("<int:pk>/check/confirm/", life_views.confirm_returned, name="confirm-returned"),
    path("<int:pk>/approval/", life_views.show_approval, name="approval"),
    path("<int:pk>/file/<str:form>/", life_views.kept_file, name="kept-file"),
    path("<int:pk>/<str:verb>/", life_views.act, name="act"),
]
