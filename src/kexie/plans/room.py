from kexie.core.registry import MenuItem, menu, register_urls

register_urls("plans/", "kexie.plans.urls")
menu.add(MenuItem(label="计划", url_name="plans:page", icon="target-arrow", order=60))
