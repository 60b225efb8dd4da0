"""The settings: environment variables, read here and nowhere else."""

from __future__ import annotations

import os
import re
from difflib import get_close_matches
from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from rallynov.dialogue.words import say

OFFICIAL = "https://api.telegram.org"
POSTABLE = re.compile(r"https://[^\s/?#:@]+(:(443|80|88|8443))?([/?#]\S*)?")
"""What Telegram posts to."""
TOKEN = re.compile(r"[0-9]{5,}:[A-Za-z0-9_-]{4,}")


class Settings(BaseSettings):
    """What an operator may set; every variable begins with ``RALLYNOV_``.

    ``operator`` and ``contact`` are shown as they are; when they are not set, in the reader's language.
    """

    model_config = SettingsConfigDict(
        env_prefix="RALLYNOV_", env_ignore_empty=True, extra="ignore", frozen=True, hide_input_in_errors=True
    )

    telegram_token: SecretStr | None = None
    telegram_api: str = OFFICIAL
    telegram_client: Literal["auto", "direct", "pyreqwest", "httpx"] = "auto"
    telegram_rate: int = Field(default=30, ge=1, le=100_000)
    database_url: SecretStr | None = None
    data_dir: Path = Path("donnees")
    backup_dir: Path | None = None
    web_host: str = "127.0.0.1"
    web_port: int = Field(default=8000, ge=0, le=65_535)
    web_url: str | None = None
    webhook_url: str | None = None
    clamav: str | None = None
    operator: str = say("the team of the rally").msgid
    contact: str = say("the team of the rally (www.fact.aract.fr)").msgid
    director: str = ""
    host: str = ""
    rules_url: str | None = None
    log_format: Literal["console", "json"] = "console"
    locale: str = Field(default="", validation_alias=AliasChoices("LC_ALL", "LC_MESSAGES", "LANG"))

    @field_validator("telegram_token")
    @classmethod
    def _token(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not TOKEN.fullmatch(value.get_secret_value()):
            raise ValueError("le jeton a la forme 123456789:AA…, comme le donne @BotFather")
        return value

    @field_validator("telegram_api", "web_url", "webhook_url", "rules_url")
    @classmethod
    def _address(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("https://", "http://")):
            raise ValueError("une adresse commence par https:// (ou http://)")
        return value

    @field_validator("webhook_url")
    @classmethod
    def _hook(cls, value: str | None, info: ValidationInfo) -> str | None:
        """Refuse what Telegram refuses; a Bot API server of one's own posts to any address."""
        api = info.data.get("telegram_api", OFFICIAL)
        if value is None or api.rstrip("/") != OFFICIAL:
            return value
        if not POSTABLE.fullmatch(value):
            raise ValueError("Telegram n'envoie qu'à une adresse en https://, aux ports 443, 80, 88 ou 8443")
        return value

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().startswith(
            ("sqlite:///", "postgresql://", "postgres://")
        ):
            raise ValueError("l'adresse de la base commence par postgresql:// ou sqlite:///")
        return value

    @property
    def database(self) -> str:
        """The database's URL: SQLite under the data directory when none is set."""
        if self.database_url is None:
            return f"sqlite:///{self.data_dir.absolute() / 'rallynov.db'}"
        return self.database_url.get_secret_value().replace("postgres://", "postgresql://", 1)

    @property
    def backups(self) -> Path:
        """The folder of the backups: in the data directory when none is set."""
        return (self.backup_dir or self.data_dir / "sauvegardes").absolute()

    @property
    def bot_id(self) -> str:
        """The number of the bot, which its token begins with."""
        return self.token.partition(":")[0]

    @property
    def language(self) -> str:
        """The language of whoever opens a terminal on this machine."""
        return "en" if self.locale.casefold().startswith("en") else "fr"

    @property
    def token(self) -> str:
        """The token itself; empty when there is none."""
        return self.telegram_token.get_secret_value() if self.telegram_token else ""


def mistyped() -> dict[str, str]:
    """Return the variables of the environment that set nothing, each with the setting that it was perhaps meant to be."""
    known = [f"RALLYNOV_{name.upper()}" for name in Settings.model_fields]
    strange = sorted(name for name in os.environ if name.startswith("RALLYNOV_") and name not in known)
    return {name: meant[0] for name in strange if (meant := get_close_matches(name, known, 1, 0.85))}
