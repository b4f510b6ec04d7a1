from kexie.core.registry import MenuItem, menu, register_urls
from kexie.registers.permissions import merges_anywhere

register_urls("registers/", "kexie.registers.urls")
register_urls("merges/", "kexie.registers.merge_urls")
menu.add(
    MenuItem(
        label="同一活动",
        url_name="merges:page",
        icon="copy",
        order=55,
        shown=lambda request: merges_anywhere(request.user),
    )
)
