"""The registries: a room adds itself, nothing old is touched."""

import pytest
from django.http import HttpRequest

from kexie.core.registry import Menu, MenuItem


def request_at(path: str) -> HttpRequest:
    request = HttpRequest()
    request.path = path
    return request


def test_the_menu_is_in_its_order_and_marks_the_open_room() -> None:
    menu = Menu()
    menu.add(MenuItem("退出", "logout", "icon", 20, count=lambda request: 3))
    menu.add(MenuItem("登录", "login", "icon", 10))
    shown = menu.shown(request_at("/login/"))
    assert [(each.label, each.active, each.count) for each in shown] == [("登录", True, 0), ("退出", False, 3)]


def test_a_room_that_is_not_for_this_person_is_not_shown() -> None:
    menu = Menu()
    menu.add(MenuItem("登录", "login", "icon", 10, shown=lambda request: request.path != "/hidden/"))
    assert [each.label for each in menu.shown(request_at("/"))] == ["登录"]
    assert menu.shown(request_at("/hidden/")) == []


def test_a_room_is_added_once() -> None:
    menu = Menu()
    menu.add(MenuItem("登录", "login", "icon", 10))
    with pytest.raises(ValueError, match="login"):
        menu.add(MenuItem("又一个", "login", "icon", 11))
