"""What ``rallynov telegram setup`` does: reads what Telegram holds of the bot, and sets only what differs.

Done twice, the second time changes nothing. Cut short, what was set stays set.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from telegram.error import BadRequest, InvalidToken, RetryAfter, TelegramError

from bot.settings import Settings
from bot.telegram import menu
from bot.telegram.calls import Api
from bot.telegram.failures import classify
from bot.telegram.http import make_request
from bot.wiring import StartError
from rallynov.wording import Wording

CONFIG, UNAVAILABLE = 78, 69
"""Exit codes of sysexits.h."""
LANGUAGES = {"fr": "en français", "en": "en anglais"}


@dataclass(frozen=True, slots=True)
class Wish:
    """What the operator asks for beside the words: a name, and a menu button that opens the web instead of the list."""

    commands: Collection[str]
    web: str | None = None
    name: str = ""
    web_button: bool = False


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing that Telegram holds: read by ``get`` + name, written by ``set`` + name, at a scope and language."""

    told: str
    name: str
    key: str
    wanted: Any
    at: Mapping[str, Any] = field(default_factory=dict)

    def held(self, answer: Any) -> Any:
        """Return what Telegram answered, in the shape of what is wanted."""
        if self.key == "commands" and isinstance(answer, list):
            return [{name: one.get(name) for name in ("command", "description")} for one in answer]
        return answer.get(self.key, answer) if isinstance(answer, dict) else answer


def wanted_of(wish: Wish, wording: Wording) -> Iterator[Setting]:
    """List everything to be held, the rally's own language standing for all that are not spoken."""
    for language in wording.languages:
        at = {} if language == wording.languages[0] else {"language_code": language}
        told = LANGUAGES.get(language, language)
        commands = menu.private(wish.commands, wording, language)
        private = {"scope": {"type": "all_private_chats"}, **at}
        yield Setting(f"Commandes en privé, {told}", "MyCommands", "commands", commands, private)
        group = {"scope": {"type": "all_group_chats"}, **at}
        yield Setting(
            f"Commandes en groupe, {told}", "MyCommands", "commands", menu.group(wording, language), group
        )
        description = menu.description(wording, language, wish.web)
        yield Setting(f"Description, {told}", "MyDescription", "description", description, at)
        short = menu.short_description(wording, language)
        yield Setting(f"Description courte, {told}", "MyShortDescription", "short_description", short, at)
    yield Setting("Bouton du menu", "ChatMenuButton", "menu_button", _button(wish, wording))
    if wish.name:
        yield Setting("Nom", "MyName", "name", wish.name)


def _button(wish: Wish, wording: Wording) -> Mapping[str, Any]:
    if not wish.web_button:
        return {"type": "commands"}
    if not (wish.web or "").startswith("https://"):
        raise StartError(
            "Le bouton du menu n'ouvre le web qu'à une adresse sûre : "
            "RALLYNOV_WEB_URL doit commencer par https://.",
            CONFIG,
        )
    page = f"{(wish.web or '').rstrip('/')}/"
    return {"type": "web_app", "text": menu.web_button(wording), "web_app": {"url": page}}


async def set_up(settings: Settings, wish: Wish, wording: Wording, tell: Callable[[str], None]) -> None:
    """Set up the bot of the settings."""
    if not settings.token:
        raise StartError(
            "Il manque le jeton du robot, donné par @BotFather : réglez RALLYNOV_TELEGRAM_TOKEN.", CONFIG
        )
    try:
        calls, updates = (make_request(settings.telegram_client, 1) for _ in range(2))
    except RuntimeError:
        raise StartError(
            "Aucune autorité de certification n'est connue de cette machine : installez le paquet "
            "ca-certificates, ou réglez RALLYNOV_TELEGRAM_CLIENT=httpx.",
            CONFIG,
        ) from None
    async with Api(settings.token, api=settings.telegram_api, calls=calls, updates=updates) as api:
        await setup(api, wish, wording, tell)


async def setup(api: Api, wish: Wish, wording: Wording, tell: Callable[[str], None]) -> None:
    """Have Telegram hold what is wanted, and say of each thing what was done; ``StartError`` says why not."""
    wanted = list(wanted_of(wish, wording))
    try:
        bot = await api.get_me()
        tell(f"Bot : @{bot.username}")
        done = 0
        for one in wanted:
            changed = await _held(api, one)
            done += changed
            tell(f"{one.told} : {'posé' if changed else 'déjà en place'}")
    except TelegramError as error:
        raise _told(error) from None
    tell("Tout était déjà en place." if not done else f"Réglages posés : {done} sur {len(wanted)}.")


async def _held(api: Api, setting: Setting) -> bool:
    """Set one thing unless Telegram holds it already; tell whether it was set."""
    held = setting.held(await api.call(f"get{setting.name}", **setting.at))
    if held == setting.wanted:
        return False
    await api.call(f"set{setting.name}", **{setting.key: setting.wanted}, **setting.at)
    return True


def _told(error: TelegramError) -> StartError:
    """Say in French what Telegram, or the network, answered."""
    if isinstance(error, InvalidToken):
        return StartError("Telegram refuse ce jeton : vérifiez RALLYNOV_TELEGRAM_TOKEN.", CONFIG)
    if isinstance(error, RetryAfter):
        wait = round(classify(error).retry_after or 0)
        return StartError(
            f"Telegram demande d'attendre {wait} secondes. Recommencez ensuite : ce qui est posé le reste.",
            UNAVAILABLE,
        )
    if isinstance(error, BadRequest):
        return StartError(f"Telegram n'accepte pas ce réglage : {error.message}", CONFIG)
    return StartError(
        "Telegram ne répond pas. Vérifiez la connexion, puis recommencez : ce qui est posé le reste.",
        UNAVAILABLE,
    )
