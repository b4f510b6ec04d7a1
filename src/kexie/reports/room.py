from kexie.core.registry import MenuItem, menu, register_urls

register_urls("reports/", "kexie.reports.urls")
menu.add(MenuItem(label="报告", url_name="reports:page", icon="report", order=70))
