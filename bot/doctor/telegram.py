"""What Telegram must know of the bot: its token, where to post, its commands; and what time it is there."""

from __future__ import annotations

import email.utils
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import datetime
from typing import Any

import httpx
from telegram.error import InvalidToken, TelegramError

from bot.doctor.finding import Finding, bad, good, look
from bot.settings import Settings
from bot.telegram.calls import Api
from bot.telegram.http import make_request
from bot.telegram.setup import Wish, wanted_of
from bot.wiring import Core

PATIENCE = 8.0
DRIFT, FAR = 5.0, 60.0
"""Seconds by which the clocks may differ: a deadline is judged by ours."""


def clock(settings: Settings, now: Callable[[], datetime]) -> Iterator[Finding]:
    """Compare the clock of this machine with the one that the API tells with every answer."""
    try:
        said = httpx.get(settings.telegram_api, timeout=PATIENCE, follow_redirects=False).headers.get(
            "date", ""
        )
        there = email.utils.parsedate_to_datetime(said)
    except (httpx.HTTPError, ValueError):
        yield look("clock", "L'horloge n'a pas pu être comparée à celle de Telegram.")
        return
    apart = abs((now() - there).total_seconds())
    mend = "Réglez-la : timedatectl set-ntp true."
    if apart > FAR:
        yield bad(
            "clock", f"L'horloge de cette machine a {apart:.0f} s d'écart avec celle de Telegram.", mend
        )
    elif apart > DRIFT:
        yield look(
            "clock", f"L'horloge de cette machine a {apart:.0f} s d'écart avec celle de Telegram.", mend
        )
    else:
        yield good("clock", "L'horloge est à l'heure.")


async def account(settings: Settings, core: Core) -> AsyncIterator[Finding]:
    """Ask Telegram what it knows of the bot; nothing is changed there."""
    if not settings.token:
        yield good("telegram", "Aucun jeton n'est réglé : la conversation web seule.")
        return
    calls, updates = (make_request(settings.telegram_client, 1) for _ in range(2))
    async with Api(settings.token, api=settings.telegram_api, calls=calls, updates=updates) as api:
        try:
            yield good("telegram", f"Le jeton est celui de @{(await api.get_me()).username}.")
            yield _hook(settings, await api.call("getWebhookInfo"))
            yield await _menu(api, settings, core)
        except InvalidToken:
            yield bad(
                "telegram",
                "Telegram refuse ce jeton.",
                "Vérifiez RALLYNOV_TELEGRAM_TOKEN (@BotFather, /token).",
            )
        except TelegramError:
            yield bad(
                "telegram", f"Telegram ne répond pas ({settings.telegram_api}).", "Vérifiez la connexion."
            )


def _hook(settings: Settings, info: Any) -> Finding:
    """Compare where Telegram posts with where we wait."""
    there, wanted = str(info.get("url", "")), settings.webhook_url or ""
    behind = int(info.get("pending_update_count", 0))
    if there != wanted and there:
        return look(
            "webhook", f"Telegram envoie à {_host(there)}.", "« rallynov run » le changera à son démarrage."
        )
    if there != wanted:
        return look(
            "webhook", "Telegram n'envoie pas encore au webhook.", "« rallynov run » le pose à son démarrage."
        )
    if there and info.get("last_error_message"):
        return look("webhook", f"Telegram n'a pas pu remettre un message : {info['last_error_message']}.")
    if behind > 100:
        return look(
            "webhook", f"{behind} messages attendent chez Telegram.", "« rallynov run » tourne-t-il ?"
        )
    return good(
        "webhook", "Telegram envoie au webhook." if there else "Telegram est interrogé, sans webhook."
    )


async def _menu(api: Api, settings: Settings, core: Core) -> Finding:
    """Count what Telegram holds of the bot that is not what this release says."""
    wanted = [
        one
        for one in wanted_of(Wish(core.commands, settings.web_url), core.wording)
        if one.key != "menu_button"
    ]
    other = [one.told for one in wanted if one.held(await api.call(f"get{one.name}", **one.at)) != one.wanted]
    if other:
        return look(
            "menu",
            f"Commandes ou descriptions à poser : {len(other)} sur {len(wanted)}.",
            "rallynov telegram setup",
        )
    return good("menu", "Les commandes et les descriptions du robot sont en place.")


def _host(url: str) -> str:
    return httpx.URL(url).host
