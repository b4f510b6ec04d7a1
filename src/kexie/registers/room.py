from kexie.core.registry import DeskPanel, MenuItem, desk, menu, register_urls
from kexie.registers import desk as panels
from kexie.registers.permissions import merges_anywhere

register_urls("registers/", "kexie.registers.urls")
register_urls("handup/", "kexie.registers.handup.urls")
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
menu.add(MenuItem(label="上报", url_name="handup:page", icon="upload", order=60))
desk.add(DeskPanel(order=20, template="registers/desk/returned.html", context=panels.returned))
desk.add(DeskPanel(order=30, template="registers/desk/to_review.html", context=panels.to_review))
desk.add(DeskPanel(order=50, template="registers/desk/sent.html", context=panels.sent))
