"""Errors that a person can do something about."""


class DomainError(Exception):
    """A rule of the field refuses what was asked; nothing has been changed.

    The message is for the person who asked: it names what is wrong, in the words of the field.
    """


class RowError(DomainError):
    """A row of a file is refused. ``file`` and ``line`` (from 1) say which, ``reason`` why."""

    def __init__(self, file: str, line: int, reason: str) -> None:
        self.file, self.line, self.reason = file, line, reason
        super().__init__(f"{file}，第 {line} 行：{reason}")
