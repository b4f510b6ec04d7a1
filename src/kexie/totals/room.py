from kexie.core.registry import DeskPanel, MenuItem, desk, duties, job_kinds, menu, register_urls
from kexie.totals.desk import own_year
from kexie.totals.jobs import restamp_job
from kexie.totals.services import fold_waiting

register_urls("totals/", "kexie.totals.urls")
menu.add(MenuItem(label="汇总", url_name="totals:page", icon="sum", order=50))
job_kinds.add("restamp", "按沿革重新计入", restamp_job)
duties.add("fold", 5.0, fold_waiting)
desk.add(DeskPanel(order=10, template="totals/desk/year.html", context=own_year, aside=True))
