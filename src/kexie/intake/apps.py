from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "kexie.intake"
    verbose_name = "材料"
