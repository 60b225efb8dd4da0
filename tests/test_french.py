"""The command line in French: what the help says, and what is said of a line that cannot be read."""

from __future__ import annotations

import re

import pytest
from typer.testing import CliRunner

from bot.cli import app

ENGLISH = re.compile(
    r"\b(?:Usage|Try|Error|Missing|required|default|Invalid|No such|Show this|bool|str|path|int range)\b"
)
COMMANDS = (
    "",
    "demo",
    "run",
    "chat",
    "invite",
    "export",
    "backup",
    "restore",
    "faq",
    "edition open",
    "edition stage add",
)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_help_holds_no_word_of_the_parser(command: str) -> None:
    told = CliRunner().invoke(app, [*command.split(), "--help"], prog_name="rallynov")
    assert told.exit_code == 0
    assert "Utilisation : rallynov" in told.output
    assert ENGLISH.search(told.output) is None


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("lancer", "La commande « lancer » n'existe pas."),
        ("privacy erase", "Il manque --dossier."),
        ("edition open", "Il manque NOM."),
        ("export --formt xlsx", "L'option --formt n'existe pas. Vouliez-vous dire --format ?"),
        ("backup --keep beaucoup", "--keep : cette valeur ne convient pas."),
        ("run maintenant", "Il y a un mot de trop : maintenant."),
        ("export --format", "Il manque la valeur de l'option --format."),
        ("demo --help=oui", "L'option --help ne prend pas de valeur."),
    ],
)
def test_a_line_that_cannot_be_read_is_told_in_french(line: str, sentence: str) -> None:
    told = CliRunner().invoke(app, line.split(), prog_name="rallynov")
    assert told.exit_code == 2
    first, helped = told.output.splitlines()
    assert first == sentence
    assert re.fullmatch(r"L'aide : rallynov[a-z ]* --help", helped)


def test_a_command_that_ends_by_itself_keeps_its_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RALLYNOV_WEB_PORT", "deux")
    told = CliRunner().invoke(app, ["check"])
    assert (told.exit_code, "RALLYNOV_WEB_PORT" in told.output) == (78, True)


def test_the_first_commands_told_are_those_of_a_newcomer() -> None:
    told = CliRunner().invoke(app, ["--help"]).output
    assert told.index("Essayer") < told.index("demo") < told.index("Servir") < told.index("invite")
