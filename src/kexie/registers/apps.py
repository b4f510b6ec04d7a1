from django.apps import AppConfig


class RegistersConfig(AppConfig):
    name = "kexie.registers"
    verbose_name = "台账"
