from django.urls import path

from kexie.plans import views

app_name = "plans"
urlpatterns = [
    path("", views.show_targets, name="page"),
    path("add/", views.add_target, name="add"),
    path("<int:pk>/<str:verb>/", views.change_target, name="change"),
]
