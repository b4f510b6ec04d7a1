from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "kexie.ui"
    label = "ui"
    verbose_name = "界面"
