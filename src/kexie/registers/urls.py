from django.urls import path

from kexie.registers import views

app_name = "registers"
urlpatterns = [
    path("behind/", views.show_behind, name="behind"),
    path("entries/<str:uid>/", views.show_entry, name="entry"),
]
