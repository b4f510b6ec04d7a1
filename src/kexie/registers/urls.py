from django.urls import path

from kexie.registers import views

app_name = "registers"
urlpatterns = [
    path("behind/", views.show_behind, name="behind"),
    path("why/", views.show_why, name="why"),
    path("entries/<str:uid>/", views.show_entry, name="entry"),
]
