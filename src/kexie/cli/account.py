"""``kexie account``."""

from typing import Annotated

import typer
from django.db import transaction

from kexie.cli.output import CommandError, results
from kexie.cli.runtime import prepare_home
from kexie.orgs.models import Role, User
from kexie.orgs.queries import organisation_with_code
from kexie.orgs.services import assign_role, create_account, set_password

_ACTOR = "kexie account"


def run(
    username: Annotated[str, typer.Argument(help="账号")],
    organisation: Annotated[str, typer.Option(help="组织代码")] = "",
    role: Annotated[str, typer.Option(help="reporter reviewer steward leader administrator")] = "",
    name: Annotated[str, typer.Option(help="姓名，新建账号时用")] = "",
    reset_password: Annotated[bool, typer.Option("--reset-password", help="重设已有账号的密码")] = False,
) -> None:
    """Create an account with a role, give an existing one a further role, or reset its password."""
    if bool(organisation) != bool(role):
        raise CommandError("--organisation 和 --role 要一起给")
    prepare_home()
    # All that can be refused is asked before the password is.
    where = organisation_with_code(organisation) if organisation else None
    if role and role not in Role.values:
        raise CommandError(f"没有角色“{role}”，可用：{'、'.join(Role.values)}")
    user = User.objects.filter(username=username).first()
    if user is None and (where is None or reset_password):
        raise CommandError(f"没有账号“{username}”；新建要给 --organisation 和 --role")
    with transaction.atomic():
        if user is None:
            password = _ask_password()
            user = create_account(username=username, display_name=name or username, password=password, actor=_ACTOR)
        elif reset_password:
            set_password(user=user, password=_ask_password(), actor=_ACTOR)
        if where is not None:
            assign_role(user=user, organisation=where, role=role, actor=_ACTOR)
    results.print(f"{user.username}：{where.name}，{Role(role).label}" if where else f"{user.username}：密码已换")


def _ask_password() -> str:
    return str(typer.prompt("密码（至少10位）", hide_input=True, confirmation_prompt=True))
