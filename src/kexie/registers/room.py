from kexie.core.registry import register_urls

register_urls("registers/", "kexie.registers.urls")
