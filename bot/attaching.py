"""The workers of files in this process: started with the doors, ended before the database is closed."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from bot.settings import Settings
from bot.telegram.download import Downloads
from bot.wiring import Core, clock
from rallynov.announcements.examining import NewsIntake
from rallynov.initiatives.attachments.fetching import Fetch
from rallynov.initiatives.attachments.intake import Intake, Means
from rallynov.initiatives.attachments.scan import Clamd

PATIENCE = 2.0
"""Seconds that the files under way have to be given back when the process ends."""


@contextlib.asynccontextmanager
async def attaching(settings: Settings, core: Core) -> AsyncIterator[None]:
    """Fetch and examine the files that wait, as long as the context lasts."""
    downloads = None
    sources: dict[str, Fetch] = {"web": core.closing.folder.fetch}
    if settings.telegram_token is not None:
        downloads = Downloads(settings.token, settings.telegram_api, settings.telegram_client)
        sources["telegram"] = downloads.fetch
    antivirus = Clamd(settings.clamav) if settings.clamav else None
    means = Means(sources, antivirus, clock=clock)
    news = NewsIntake(core.store, core.press.closing, means, core.closing.folder)
    loop = asyncio.get_running_loop()
    works = {loop.create_task(one.run()) for one in (Intake(core.store, core.closing, means), news)}
    try:
        yield
    finally:
        for work in works:
            work.cancel()
        await asyncio.wait(works, timeout=PATIENCE)
        if downloads:
            await downloads.close()
