"""`rallynov invite` and `rallynov roles`: what they print, what they refuse, and that they do it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from botapi import BotApi
from conversation import Clock, Talk, core
from typer.testing import CliRunner, Result

from bot.cli import app
from rallynov.storage import schema
from rallynov.storage.store import Store

TOKEN = "123456789:AAsecretSECRET"  # noqa: S105


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    for name in ("TELEGRAM_TOKEN", "DATABASE_URL", "WEB_URL"):
        monkeypatch.delenv(f"RALLYNOV_{name}", raising=False)
    monkeypatch.setenv("RALLYNOV_DATA_DIR", str(tmp_path))

    def ask(*words: str) -> Result:
        return CliRunner().invoke(app, list(words))

    return ask


@pytest.fixture
def talk(run: Any, tmp_path: Path, clock: Clock) -> Any:
    store = Store(f"sqlite:///{tmp_path / 'rallynov.db'}")
    schema.migrate(store)
    yield Talk(core(store, clock), clock)
    store.close()


def code_in(told: Result) -> str:
    found = re.search(r"^Code : ([a-z2-7-]+)$", told.stdout, re.MULTILINE)
    assert found, told.output
    return found[1]


def test_who_is_invited_enters_and_is_listed_and_revoked(
    run: Any, talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = run("invite", "--role", "coordinator", "--nom", "Camille Exemple")
    assert told.exit_code == 0, told.output
    assert "http" not in told.stdout
    code = code_in(told)
    assert len(code.replace("-", "")) == 26
    assert run("roles", "list").stdout.startswith("Personne n'a de rôle")
    talk.clock.at = _now(talk)
    assert talk.say(f"/code {code}").screen == "offer"
    talk.press("accept")
    assert re.match(r"1 · coordination · Camille Exemple · depuis le ", run("roles", "list").stdout)
    assert run("roles", "revoke", "1").stdout == "Le rôle 1 est retiré.\n"
    assert "ouvert" in str(talk.say("/inviter").blocks)
    assert "retiré le" in run("roles", "list", "--all").stdout
    again = run("roles", "revoke", "1")
    assert (again.exit_code, again.stdout) == (64, "")
    assert "Aucun rôle en cours ne porte le numéro 1" in again.stderr


def _now(talk: Talk) -> Any:
    """The commands read the real clock."""
    from bot.wiring import clock  # noqa: PLC0415

    return clock()


def test_the_links_that_are_known_are_printed(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RALLYNOV_WEB_URL", "https://rallye.exemple/")
    monkeypatch.setenv("RALLYNOV_TELEGRAM_TOKEN", TOKEN)
    with BotApi() as telegram:
        monkeypatch.setenv("RALLYNOV_TELEGRAM_API", telegram.url)
        told = run("invite", "--role", "partenaire", "--organisation", " Réseau   exemple ", "--approver")
    code = code_in(told).replace("-", "")
    assert "Invitation : partenaire (relecture) pour Réseau exemple\n" in told.stdout
    assert f"Sur le web : https://rallye.exemple/c/{code}\n" in told.stdout
    assert re.search(rf"^Sur Telegram : https://t\.me/\w+\?start={code}$", told.stdout, re.MULTILINE)


def test_a_telegram_that_does_not_answer_costs_its_link_alone(
    run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RALLYNOV_TELEGRAM_TOKEN", TOKEN)
    monkeypatch.setenv("RALLYNOV_TELEGRAM_API", "http://127.0.0.1:9")
    told = run("invite", "--role", "jury", "--president")
    assert told.exit_code == 0, told.output
    assert "présidence du jury" in told.stdout
    assert "Telegram" not in told.output


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ((), "Les rôles : coordinator, administrator, partner, jury ou reader."),
        (("--role", "chef"), "« chef » n'est pas un rôle"),
        (("--role", "partner"), "Un partenaire agit pour une structure"),
        (("--role", "partner", "--organisation", "   "), "Un partenaire agit pour une structure"),
        (("--role", "jury", "--organisation", "x"), "--organisation ne va qu'avec"),
        (("--role", "jury", "--approver"), "--approver ne va qu'avec"),
        (("--role", "partner", "--organisation", "x", "--president"), "--president ne va qu'avec"),
        (("--role", "partner", "--organisation", "x" * 81), "Ce nom fait 81 caractères"),
        (("--role", "reader", "--nom", "x" * 81), "Ce nom fait 81 caractères"),
    ],
)
def test_what_does_not_fit_is_told_and_makes_nothing(
    run: Any, words: tuple[str, ...], why: str, tmp_path: Path
) -> None:
    told = run("invite", *words)
    assert (told.exit_code, told.stdout) == (64, "")
    assert why in told.stderr
    assert not (tmp_path / "rallynov.db").exists()
