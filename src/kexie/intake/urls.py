from django.urls import path

from kexie.intake import acts, views

app_name = "intake"
urlpatterns = [
    path("", views.list_documents, name="list"),
    path("upload/", views.upload, name="upload"),
    path("confirm/", views.confirm_many, name="confirm"),
    path("<int:pk>/", views.show_document, name="document"),
    path("<int:pk>/<slug:verb>/", acts.act, name="act"),
]
