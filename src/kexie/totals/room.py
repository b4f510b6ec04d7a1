from kexie.core.registry import MenuItem, menu, register_urls

register_urls("totals/", "kexie.totals.urls")
menu.add(MenuItem(label="汇总", url_name="totals:page", icon="sum", order=50))
