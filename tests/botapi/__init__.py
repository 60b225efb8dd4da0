"""A fake Telegram Bot API on this machine, for tests: it plays Telegram and the people, and breaks on demand.

    with BotApi() as api:
        ...start the bot with api.url...
        api.text(7, "/start")
        api.wait(lambda api: api.messages(7))
        api.press(7, "Commencer")

It lives in the process of the tests, in its own thread: the bot may be killed at any moment.
"""

from .faults import Refused
from .server import BotApi, Call

__all__ = ["BotApi", "Call", "Refused"]
