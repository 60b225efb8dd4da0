"""Settings: what an operator mistypes is told in French by `check`; an empty variable is one that is not set."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli import app
from bot.settings import Settings

ENGLISH = re.compile(
    r"Input should|unable to parse|valid |Value error|field required|Traceback", re.IGNORECASE
)
TOKEN = "123456789:AAFsecretSECRETsecretSECRETsecretSEC"  # noqa: S105


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"RALLYNOV_{name.upper()}", raising=False)
    monkeypatch.chdir(tmp_path)


def check(**settings: str) -> Result:
    return CliRunner().invoke(
        app, ["check"], env={f"RALLYNOV_{name}": value for name, value in settings.items()}
    )


def test_a_webhook_without_a_token_does_nothing_and_that_is_told() -> None:
    alone = check(WEBHOOK_URL="https://rallye.example/hook")
    assert (alone.exit_code, "ne sert à rien sans RALLYNOV_TELEGRAM_TOKEN" in alone.output) == (0, True)
    with_token = check(WEBHOOK_URL="https://rallye.example/hook", TELEGRAM_TOKEN=TOKEN)
    assert (with_token.exit_code, "ne sert à rien" in with_token.output) == (0, False)


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("TELEGRAM_TOKEN", "abc", "BotFather"),
        ("TELEGRAM_TOKEN", ":AAF", "BotFather"),
        pytest.param("TELEGRAM_TOKEN", "123456789", "BotFather"),
        pytest.param("TELEGRAM_TOKEN", "123456789:", "BotFather"),
        pytest.param("TELEGRAM_TOKEN", f"{TOKEN} ", "BotFather"),
        ("DATABASE_URL", "mysql://rallynov@base/x", "postgresql://"),
        ("DATABASE_URL", "rallynov.db", "sqlite:///"),
        ("RULES_URL", "www.rallynov.example/reglement", "https://"),
        pytest.param("TELEGRAM_RATE", "vite", "nombre"),
        pytest.param("TELEGRAM_RATE", "0", "1"),
        pytest.param("WEB_PORT", "huit", "nombre"),
        pytest.param("WEB_PORT", "70000", "65535"),
        pytest.param("LOG_FORMAT", "xml", "json"),
        pytest.param("TELEGRAM_CLIENT", "curl", "httpx"),
        pytest.param("TELEGRAM_API", "api.telegram.org", "https://"),
        pytest.param("WEBHOOK_URL", "rallye.example/hook", "https://"),
        ("WEBHOOK_URL", "http://rallye.example/hook", "https://"),
        ("WEBHOOK_URL", "https://rallye.example:9000/hook", "8443"),
        ("WEBHOOK_URL", "https://rallye.example:x/hook", "8443"),
    ],
)
def test_a_value_that_cannot_be_used(name: str, value: str, told: str) -> None:
    result = check(**{name: value})
    assert result.exit_code == 78
    line = next(line for line in result.output.splitlines() if line.startswith(f"RALLYNOV_{name} : "))
    assert told in line
    assert not ENGLISH.search(result.output)
    assert "secret" not in result.output


def test_all_mistakes_are_told_at_once() -> None:
    result = check(TELEGRAM_TOKEN="abc", DATABASE_URL="x")  # noqa: S106
    assert result.output.count("RALLYNOV_") == 2
    assert result.output.startswith("Un réglage ne convient pas.")


EMPTY = ("TELEGRAM_TOKEN", "DATABASE_URL", "WEB_URL", "WEBHOOK_URL")
UNSET = [
    name.upper() if name.upper() in EMPTY else pytest.param(name.upper()) for name in Settings.model_fields
]


@pytest.mark.parametrize("name", UNSET)
def test_an_empty_variable_is_one_that_is_not_set(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    without = Settings(_env_file=None)
    monkeypatch.setenv(f"RALLYNOV_{name}", "")
    assert Settings(_env_file=None) == without


def test_good_settings() -> None:
    result = check(TELEGRAM_TOKEN=TOKEN, DATABASE_URL="postgresql://rallynov:x@base/rallynov", WEB_PORT="0")
    assert result.output.splitlines()[-1] == "Les réglages et les contenus conviennent."
    assert result.exit_code == 0
    assert "secret" not in result.output


@pytest.mark.parametrize(
    ("url", "api"),
    [
        ("https://rallye.example/hook", "https://api.telegram.org/"),
        ("https://rallye.example:8443", "https://api.telegram.org"),
        ("http://127.0.0.1:8000/hook", "http://127.0.0.1:8081"),
    ],
)
def test_where_telegram_posts_to(url: str, api: str) -> None:
    assert check(WEBHOOK_URL=url, TELEGRAM_API=api).exit_code == 0


def test_nothing_is_needed_to_start() -> None:
    assert check().exit_code == 0


def test_where_the_database_is(tmp_path: Path) -> None:
    assert Settings(_env_file=None, data_dir=tmp_path).database == f"sqlite:///{tmp_path / 'rallynov.db'}"
    short = Settings(_env_file=None, database_url="postgres://rallynov@base/rallynov")
    assert short.database == "postgresql://rallynov@base/rallynov"


def test_who_the_bot_is() -> None:
    settings = Settings(_env_file=None, telegram_token=TOKEN)
    assert (settings.bot_id, settings.token) == ("123456789", TOKEN)
    assert (Settings(_env_file=None).bot_id, Settings(_env_file=None).token) == ("", "")


def test_settings_do_not_change() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Settings(_env_file=None).web_port = 1


def test_a_name_that_sets_nothing_is_told_when_it_looks_like_one_that_does() -> None:
    result = check(TELEGRAM_TOKENN=TOKEN, ROTATIONS="1")
    assert (result.exit_code, result.output.splitlines()[0]) == (
        0,
        "RALLYNOV_TELEGRAM_TOKENN n'est pas un réglage. Vouliez-vous dire RALLYNOV_TELEGRAM_TOKEN ?",
    )
    assert "ROTATIONS" not in result.output
    assert "secret" not in result.output
