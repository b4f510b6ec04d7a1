from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class CoreConfig(AppConfig):
    name = "kexie.core"
    verbose_name = "核心"

    def ready(self) -> None:
        autodiscover_modules("room")  # each room registers its menu items, desk panels and URLs there
