"""Logging in."""

from typing import Any

from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView


class LoginForm(AuthenticationForm):
    """Django's own, in the words of the office."""

    error_messages = {
        "invalid_login": "账号或密码不对。密码区分大小写；忘了请找本单位管理员重设。",
        "inactive": "这个账号已停用，请找本单位管理员。",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "账号"


class Login(LoginView):
    form_class = LoginForm
    template_name = "ui/login.html"
    redirect_authenticated_user = True
