"""The URL map: each room registers its own URLs with ``core.registry``."""

from kexie.core.registry import url_patterns

urlpatterns = url_patterns()
handler403 = "kexie.core.views.forbidden"
handler404 = "kexie.core.views.not_found"
handler500 = "kexie.core.views.failed"
