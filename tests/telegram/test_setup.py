"""`rallynov telegram setup`: what Telegram then holds, twice the same, within its limits, in both languages."""

from typing import Any

import pytest
from botapi import BotApi
from conversation import Clock, Talk, core
from typer.testing import CliRunner, Result

from bot import plain
from bot.cli import app
from bot.telegram import menu
from bot.telegram.updates import ASKED
from bot.wiring import Core
from rallynov.dialogue.words import Typed, say
from rallynov.storage.store import Store
from rallynov.text import utf16_len

TOKEN = "123456789:AAsecretSECRET"  # noqa: S105
OTHER_NAMES = {
    "bureau", "desk", "equipe", "team", "questions", "inbox", "repondre", "robot", "chiffres", "figures", "export",
    "exporter", "aidecomplete",
    "dossiers", "deposer", "sansrappel", "garder", "relire", "reread", "suite", "noreminders",
    "start", "annuler", "help", "pause", "reprendre", "recommencer", "privacy", "supprimer", "triage", "fiche",
    "sheets", "sheet", "etape", "stages", "stage", "language", "lang", "news", "inviter", "invitation", "roles",
    "mydata", "correct", "restrict", "journal", "diffuser", "broadcast", "lien", "link", "valider", "review",
    "envois", "sendings",
}  # fmt: skip
"""Commands that are heard and not listed: other names of those that are, and what a button does better."""


@pytest.fixture
def product(sqlite: Store) -> Core:
    return core(sqlite)


@pytest.fixture
def run(telegram: BotApi, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("RALLYNOV_TELEGRAM_TOKEN", TOKEN)
    monkeypatch.setenv("RALLYNOV_TELEGRAM_API", telegram.url)

    def setup(*options: str, **settings: str) -> Result:
        for name, value in settings.items():
            monkeypatch.setenv(f"RALLYNOV_{name}", value)
        return CliRunner().invoke(app, ["telegram", "setup", *options])

    return setup


def held(telegram: BotApi, scope: str, language: str = "") -> list[str]:
    return [one["command"] for one in telegram.profile.commands[scope, language]]


def written(telegram: BotApi) -> list[str]:
    return [call.method for call in telegram.calls if call.method.startswith("set")]


def test_everything_is_set_once_and_a_second_time_nothing(run: Any, telegram: BotApi) -> None:
    first = run()
    assert first.exit_code == 0, first.output
    assert first.output.count(" : posé\n") == 9
    assert "Réglages posés : 9 sur 9." in first.output
    assert len(written(telegram)) == 9
    assert {call.status for call in telegram.calls} == {200}
    again = run()
    assert again.exit_code == 0
    assert "Tout était déjà en place." in again.output
    assert again.output.count(" : déjà en place\n") == 9
    assert len(written(telegram)) == 9
    assert telegram.profile.button == {"type": "commands"}


def test_only_what_differs_is_set_again(run: Any, telegram: BotApi) -> None:
    run()
    telegram.profile.texts["description", "en"] = "Something else"
    telegram.profile.commands["all_private_chats", ""].pop()
    done = len(written(telegram))
    assert "Réglages posés : 2 sur 9." in run().output
    assert written(telegram)[done:] == ["setMyCommands", "setMyDescription"]


def test_each_language_has_its_own_names_and_words(run: Any, telegram: BotApi) -> None:
    run()
    french, english = held(telegram, "all_private_chats"), held(telegram, "all_private_chats", "en")
    assert (french[0], french[-1]) == ("diagnostic", "aide")
    assert (english[0], english[-1]) == ("diagnosis", "help")
    assert len(french) == len(english)
    assert held(telegram, "all_group_chats") == ["aide"]
    assert held(telegram, "all_group_chats", "en") == ["help"]
    assert set(held(telegram, "all_group_chats")) <= set(ASKED)
    texts = telegram.profile.texts
    for key in ("description", "short_description"):
        assert texts[key, ""] != texts[key, "en"]
    assert "entreprises" in texts["description", ""]
    assert "companies" in texts["description", "en"]


def test_a_name_and_a_button_that_opens_the_web_are_set_when_asked(run: Any, telegram: BotApi) -> None:
    result = run("--nom", "Rally'nov exemple", "--bouton-web", WEB_URL="https://rallye.example")
    assert "Réglages posés : 10 sur 10." in result.output
    assert telegram.profile.texts["name", ""] == "Rally'nov exemple"
    assert telegram.profile.button["web_app"] == {"url": "https://rallye.example/"}
    assert "https://rallye.example" in telegram.profile.texts["description", "en"]
    assert "déjà en place" in run("--nom", "Rally'nov exemple", "--bouton-web").output
    assert "Tout était déjà en place." in run("--nom", "Rally'nov exemple", "--bouton-web").output


@pytest.mark.parametrize("settings", [{}, {"WEB_URL": "http://rallye.example"}])
def test_a_button_that_opens_the_web_needs_a_safe_address(
    run: Any, telegram: BotApi, settings: dict[str, str]
) -> None:
    result = run("--bouton-web", **settings)
    assert (result.exit_code, telegram.calls) == (78, [])
    assert "RALLYNOV_WEB_URL" in result.stderr


@pytest.mark.parametrize(
    ("fault", "code", "words"),
    [
        ({"method": "getMe", "status": 401}, 78, "refuse ce jeton"),
        ({"method": "setMyDescription", "status": 429, "retry_after": 77}, 69, "d'attendre 77 secondes"),
        ({"method": "getMyCommands", "status": 502}, 69, "ne répond pas"),
        ({"method": "setMyName", "status": 400}, 78, "n'accepte pas ce réglage"),
    ],
)
def test_a_failure_is_told_in_french(
    run: Any, telegram: BotApi, fault: dict[str, Any], code: int, words: str
) -> None:
    telegram.fail(**fault)
    result = run("--nom", "Nom exemple")
    assert (result.exit_code, words in result.stderr) == (code, True), result.output
    assert "secret" not in result.output.lower() + result.stderr.lower()
    telegram.heal()
    assert run("--nom", "Nom exemple").exit_code == 0


def test_nobody_answers_or_no_token(run: Any) -> None:
    nobody = run(TELEGRAM_API="http://127.0.0.1:9")
    assert (nobody.exit_code, "ne répond pas" in nobody.stderr) == (69, True)
    none = run(TELEGRAM_TOKEN="")
    assert (none.exit_code, "RALLYNOV_TELEGRAM_TOKEN" in none.stderr) == (78, True)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_words_are_within_the_limits(product: Core, language: str) -> None:
    wording = product.wording
    longest = f"https://{'sous-domaine.' * 5}exemple.fr"
    assert utf16_len(menu.description(wording, language, longest)) <= 512
    assert utf16_len(menu.short_description(wording, language)) <= 120
    for one in (*menu.private(product.commands, wording, language), *menu.group(wording, language)):
        assert one["command"].isascii()
        assert one["command"] == one["command"].lower()
        assert len(one["command"]) <= 32
        assert 3 <= utf16_len(one["description"]) <= 60  # 256 may be set; more than a line is not read


def test_every_command_of_the_dialogues_is_listed_or_another_name(product: Core) -> None:
    listed = {entry.fr for entry in menu.PRIVATE}
    assert listed <= product.commands
    assert product.commands - listed == OTHER_NAMES


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_command_of_the_list_is_understood(sqlite: Store, language: str) -> None:
    clock = Clock()
    product = core(sqlite, clock)
    talk = Talk(product, clock)
    words = say("I did not recognise “{typed}”. Choose an answer below, or type its number.", typed=Typed(""))
    beginning = product.wording.word(words, language)[:14]

    def is_lost(command: str) -> bool:
        shown = talk.send(plain.text_payload("/" + command, language))
        return any(text.startswith(beginning) for _, texts in shown.blocks for text in texts)

    talk.send(plain.text_payload("/menu", language))
    assert is_lost("xyzzy")
    for one in menu.private(product.commands, product.wording, language):
        assert not is_lost(one["command"]), one


def test_a_dialogue_that_is_not_there_is_not_listed(product: Core) -> None:
    few = [one["command"] for one in menu.private({"aide", "recap"}, product.wording, "fr")]
    assert few == ["recap", "aide"]
