"""typer, in French: its help, and what it says of a command that cannot be read."""

from __future__ import annotations

import re
import sys
from typing import Any

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup

UNREADABLE = 2
_KINDS = {bool: "", str: "TEXTE", int: "N"}
"""What is shown of an option's kind where no word of ours tells more."""
_SAID = (
    (re.compile(r"No such command '(.*)'\."), "La commande « {0} » n'existe pas."),
    (re.compile(r"Missing command\."), "Il manque le nom de la commande."),
    (re.compile(r"Got unexpected extra argument\(s\) \((.*)\)"), "Il y a un mot de trop : {0}."),
    (re.compile(r"No such option: (\S+)"), "L'option {0} n'existe pas."),
    (re.compile(r"Missing (?:option|argument) '([^']*)'.*", re.DOTALL), "Il manque {0}."),
    (re.compile(r"Invalid value for '([^']*)'.*", re.DOTALL), "{0} : cette valeur ne convient pas."),
    (re.compile(r"Option '(.*)' does not take a value\."), "L'option {0} ne prend pas de valeur."),
    (re.compile(r"Option '(.*)' requires .*"), "Il manque la valeur de l'option {0}."),
)
"""What the parser says of a line, and how we say it."""


class _French:
    """The words of typer, in French."""

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

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help: rich is loaded now, and not before."""
        from typer import rich_utils  # noqa: PLC0415

        rich_utils.DEFAULT_STRING, rich_utils.REQUIRED_LONG_STRING = "[par défaut : {}]", "[nécessaire]"
        rich_utils.ARGUMENTS_PANEL_TITLE, rich_utils.COMMANDS_PANEL_TITLE = "Valeurs", "Commandes"
        for one in self.get_params(ctx):  # type: ignore[attr-defined]
            if isinstance(one, TyperArgument):
                one.display_type_rich = lambda ctx: None  # type: ignore[method-assign]  # noqa: ARG005  # its name tells
            elif one.metavar is None:
                one.metavar = _KINDS.get(one.type_descriptor.annotation)
        super().format_help(ctx, formatter)  # type: ignore[misc]


class Command(_French, TyperCommand):
    """A command, helped in French."""


class Group(_French, TyperGroup):
    """The commands, helped in French."""

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run a command; one that cannot be read ends with a French sentence and how to learn more."""
        alone = extra.pop("standalone_mode", True)
        extra["standalone_mode"] = False
        if not alone:
            return super().main(*args, **extra)
        try:
            code = super().main(*args, **extra)
        except typer.Abort:
            typer.echo("Interrompu : rien de plus n'a été fait.", err=True)
            code = 1
        except typer.TyperException as error:
            if told := _told(error):
                typer.echo(told, err=True)
            code = UNREADABLE
        sys.exit(code if isinstance(code, int) else 0)


def _told(error: Any) -> str:
    """Say what cannot be read, what was perhaps meant, and where the help is."""
    message = error.format_message()
    if not message:  # nothing was asked: the help was shown
        return ""
    told = next(
        (said.format(*found.groups()) for way, said in _SAID if (found := way.match(message))), message
    )
    context, meant = getattr(error, "ctx", None), getattr(error, "possibilities", None)
    perhaps = f" Vouliez-vous dire {meant[0]} ?" if meant else ""
    return f"{told}{perhaps}\nL'aide : {context.command_path if context else 'rallynov'} --help"
