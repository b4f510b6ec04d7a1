from django.urls import path

from kexie.registers import entry_pages, views

app_name = "registers"
urlpatterns = [
    path("behind/", views.show_behind, name="behind"),
    path("why/", views.show_why, name="why"),
    path("entries/<str:uid>/", entry_pages.show_entry, name="entry"),
    path("entries/<str:uid>/amend/", entry_pages.amend_entry, name="amend"),
    path("entries/<str:uid>/<str:verb>/", entry_pages.act, name="act"),
]
