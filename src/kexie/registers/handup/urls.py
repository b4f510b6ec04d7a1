from django.urls import path

from kexie.registers.handup import views

app_name = "handup"
urlpatterns = [
    path("", views.show_page, name="page"),
    path("confirm/", views.hand_up, name="confirm"),
    path("exception/", views.open_exception, name="exception"),
    path("close/", views.close_exception, name="close"),
    path("nothing/", views.declare_nothing, name="nothing"),
    path("changes/", views.show_changes, name="changes"),
]
