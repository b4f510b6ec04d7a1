from kexie.core.registry import MenuItem, desk, menu, register_urls

register_urls("", "kexie.core.urls")
menu.add(
    MenuItem(
        label="工作台",
        url_name="home",
        icon="layout-dashboard",
        order=10,
        shown=lambda request: bool(getattr(request.user, "office", None)) and bool(desk.panels),
    )
)
