from kexie.core.registry import MenuItem, menu, register_urls

register_urls("registers/", "kexie.registers.urls")
register_urls("handup/", "kexie.registers.handup.urls")
menu.add(MenuItem(label="上报", url_name="handup:page", icon="upload", order=60))
