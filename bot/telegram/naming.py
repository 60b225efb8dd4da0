"""The bot's public address, asked of Telegram by a command that only prints it."""

from __future__ import annotations

import asyncio

from telegram.error import TelegramError

from bot.settings import Settings
from bot.telegram.calls import Api
from bot.telegram.http import make_request

PATIENCE = 5.0
"""Seconds that a command waits for Telegram before it goes on without it."""


async def address_of(settings: Settings) -> str:
    """Return the address of the settings' bot; empty when there is none, or when Telegram does not answer."""
    if not settings.token:
        return ""
    try:
        calls, updates = (make_request(settings.telegram_client, 1) for _ in range(2))
        async with (
            asyncio.timeout(PATIENCE),
            Api(settings.token, api=settings.telegram_api, calls=calls, updates=updates) as api,
        ):
            return f"https://t.me/{(await api.get_me()).username}"
    except (TelegramError, RuntimeError, TimeoutError):
        return ""
