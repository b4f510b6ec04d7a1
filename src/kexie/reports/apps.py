from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "kexie.reports"
    verbose_name = "报告"
