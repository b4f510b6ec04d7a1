from kexie.core.registry import register_urls

register_urls("", "kexie.orgs.urls")
