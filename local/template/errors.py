"""The one error that reading a template raises."""

from pathlib import Path
from typing import Self


class TemplateError(Exception):
    """What in the template cannot be understood, as one line: `template.yaml:57: PlansFunction.Properties.Timeout: …`."""

    def __init__(self, message: str, *, file: Path | None = None, line: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.file = file
        self.line = line

    def within(self, file: Path) -> Self:
        """The same error, with the file it was found in."""
        return type(self)(self.message, file=file, line=self.line)

    def __str__(self) -> str:
        if self.file is None:
            return self.message
        return f"{self.file.name}{f':{self.line}' if self.line else ''}: {self.message}"
