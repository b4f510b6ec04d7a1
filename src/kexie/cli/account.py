"""``kexie account``."""

from typing import Annotated

import typer

from kexie.cli.output import results
from kexie.cli.runtime import prepare_home
from kexie.orgs.models import User
from kexie.orgs.queries import organisation_with_code
from kexie.orgs.services import assign_role, create_account


def run(
    username: Annotated[str, typer.Argument(help="账号")],
    organisation: Annotated[str, typer.Option(help="组织代码")],
    role: Annotated[str, typer.Option(help="reporter reviewer steward leader administrator")],
    name: Annotated[str, typer.Option(help="姓名，新建账号时用")] = "",
) -> None:
    """Create an account (the password is asked for) or give an existing one a further role."""
    prepare_home()
    where = organisation_with_code(organisation)
    user = User.objects.filter(username=username).first()
    if user is None:
        password = typer.prompt("密码（至少10位）", hide_input=True, confirmation_prompt=True)
        user = create_account(
            username=username, display_name=name or username, password=password, actor="kexie account"
        )
    assign_role(user=user, organisation=where, role=role, actor="kexie account")
    results.print(f"{user.username}：{where.name}，{role}")
