from django.urls import path

from kexie.registers import merge_pages

app_name = "merges"
urlpatterns = [
    path("", merge_pages.show_merges, name="page"),
    path("search/", merge_pages.search, name="search"),
    path("decide/", merge_pages.decide, name="decide"),
    path("<int:pk>/<str:verb>/", merge_pages.change, name="change"),
]
