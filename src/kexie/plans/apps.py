from django.apps import AppConfig


class PlansConfig(AppConfig):
    name = "kexie.plans"
    verbose_name = "计划"
