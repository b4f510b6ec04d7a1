from kexie.core.registry import DeskPanel, MenuItem, desk, menu, register_urls
from kexie.intake import desk as panels
from kexie.intake.views import waiting

register_urls("documents/", "kexie.intake.urls")
menu.add(MenuItem(label="材料", url_name="intake:list", icon="file-text", order=30, count=waiting))
desk.add(DeskPanel(order=10, template="intake/desk/paste.html", context=panels.paste_box))
desk.add(DeskPanel(order=40, template="intake/desk/waiting.html", context=panels.waiting))
