"""``kexie review-rule``."""

from typing import Annotated

import typer

from kexie.cli.output import CommandError, results
from kexie.cli.runtime import prepare_home
from kexie.orgs.queries import organisation_with_code
from kexie.registers.models import ReviewRule
from kexie.registers.review import review_rule, set_review_rule

_WORDS = ", ".join([*ReviewRule.Rule.values, "inherit"])


def run(
    organisation: Annotated[str, typer.Argument(help="组织代码；管到它和它下面没有另定的单位")],
    rule: Annotated[str, typer.Argument(help=f"{_WORDS}；不写只看现在的")] = "",
) -> None:
    """Set or show who must approve what a unit enters."""
    if rule and rule != "inherit" and rule not in ReviewRule.Rule.values:
        raise CommandError(f"没有审核规则“{rule}”，可用：{_WORDS}")
    prepare_home()
    where = organisation_with_code(organisation)
    if rule:
        set_review_rule(organisation=where, rule="" if rule == "inherit" else rule, actor="kexie review-rule")
    results.print(f"{where.name}：{review_rule(where).label}")
