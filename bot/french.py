"""typer, in French: the words of its help that people see first."""

from __future__ import annotations

from typing import Any

from typer.core import TyperCommand, TyperGroup


class _French:
    """The words of typer that people see first, in French."""

    def get_usage(self, ctx: Any) -> str:
        """Return the line of usage."""
        usage: str = super().get_usage(ctx)  # type: ignore[misc]
        return usage.replace("Usage:", "Utilisation :", 1)

    def get_help_option(self, ctx: Any) -> Any:
        """Return the option ``--help``."""
        option = super().get_help_option(ctx)  # type: ignore[misc]
        if option is not None:
            option.help = "Afficher cette aide."
        return option


class Command(_French, TyperCommand):
    """A command, helped in French."""


class Group(_French, TyperGroup):
    """The commands, helped in French."""
