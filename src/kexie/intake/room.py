from kexie.core.registry import MenuItem, menu, register_urls
from kexie.intake.views import waiting

register_urls("documents/", "kexie.intake.urls")
menu.add(MenuItem(label="材料", url_name="intake:list", icon="file-text", order=30, count=waiting))
