from django.apps import AppConfig


class TotalsConfig(AppConfig):
    name = "kexie.totals"
    verbose_name = "汇总"
