from django.urls import path

from kexie.intake import acts, views
from kexie.intake.sheets import views as sheets

app_name = "intake"
urlpatterns = [
    path("", views.list_documents, name="list"),
    path("upload/", views.upload, name="upload"),
    path("confirm/", views.confirm_many, name="confirm"),
    path("sheets/<int:pk>/", sheets.show_sheet, name="sheet"),
    path("sheets/<int:pk>/change/", sheets.change_sheet, name="sheet-change"),
    path("sheets/<int:pk>/rejected.xlsx", sheets.rejected_rows, name="sheet-rejected"),
    path("<int:pk>/", views.show_document, name="document"),
    path("<int:pk>/<slug:verb>/", acts.act, name="act"),
]
