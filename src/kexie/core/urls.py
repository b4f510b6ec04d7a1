from django.urls import path

from kexie.core import views

urlpatterns = [
    path("", views.home, name="home"),
    path("jobs/", views.list_jobs, name="jobs"),
    path("jobs/<int:number>/", views.show_job, name="job"),
    path("jobs/<int:number>/cancel/", views.cancel, name="cancel-job"),
]
