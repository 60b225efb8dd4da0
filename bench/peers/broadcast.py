"""One text to many people through python-telegram-bot or aiogram, as their documentation shows it.

Each recipient has a row, written beforehand; what became of each message is recorded by a thread, in groups.
Prints one line of JSON: seconds from the first message on, processor time, what was sent.
"""

import argparse
import asyncio
import json
import queue
import resource
import sqlite3
import threading
import time

FIRST = 2_000_000
GROUP = 512
TEXT = (
    "Étape exemple. La prochaine étape a lieu jeudi à 18 h 30, à la maison des associations. "
    "Venez avec vos questions : on y répond à plusieurs."
)


class Records(threading.Thread):
    """What became of each message, committed in groups."""

    def __init__(self, path, sync):
        super().__init__()
        self.path, self.sync, self.waiting = path, sync, queue.SimpleQueue()

    def run(self):
        base = sqlite3.connect(self.path, isolation_level=None)
        base.execute(f"PRAGMA synchronous={self.sync}")
        over = False
        while not over:
            group = [self.waiting.get()]
            while len(group) < GROUP and not self.waiting.empty():
                group.append(self.waiting.get())
            over = None in group
            base.execute("BEGIN IMMEDIATE")
            base.executemany(
                "UPDATE recipient SET status = ?, message = ?, error = ? WHERE chat = ?", [g for g in group if g]
            )
            base.execute("COMMIT")
        base.close()


def ptb(args):
    """Send with python-telegram-bot and its default client."""
    from telegram.error import Forbidden, TelegramError
    from telegram.ext import ExtBot
    from telegram.request import HTTPXRequest

    bot = ExtBot("123456789:TEST", base_url=args.api + "/bot", request=HTTPXRequest(args.at_once))

    async def send(chat):
        try:
            return "sent", (await bot.send_message(chat, TEXT)).message_id, None
        except Forbidden as error:
            return "blocked", None, str(error)
        except TelegramError as error:
            return "failed", None, str(error)

    return bot.initialize, bot.shutdown, send


def aiogram(args):
    """Send with aiogram."""
    from aiogram import Bot
    from aiogram.client.session.aiohttp import AiohttpSession
    from aiogram.client.telegram import TelegramAPIServer
    from aiogram.exceptions import TelegramAPIError, TelegramForbiddenError

    bot = Bot("123456789:TEST", AiohttpSession(api=TelegramAPIServer.from_base(args.api), limit=args.at_once))

    async def nothing():
        return None

    async def send(chat):
        try:
            return "sent", (await bot.send_message(chat, TEXT)).message_id, None
        except TelegramForbiddenError as error:
            return "blocked", None, str(error)
        except TelegramAPIError as error:
            return "failed", None, str(error)

    return nothing, bot.session.close, send


async def broadcast(args):
    """Send to everybody, so many at once; return seconds and processor seconds."""
    opening, closing, send = {"ptb": ptb, "aiogram": aiogram}[args.lib](args)
    await opening()
    records = Records(args.db, args.sync)
    records.start()
    chats = iter(range(FIRST, FIRST + args.count))

    async def worker():
        for chat in chats:
            records.waiting.put((*await send(chat), chat))

    began, used = time.perf_counter(), time.process_time()
    await asyncio.gather(*[worker() for _ in range(args.at_once)])
    records.waiting.put(None)
    records.join()
    took = time.perf_counter() - began, time.process_time() - used
    await closing()
    return took


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--api", required=True)
    parser.add_argument("--db", required=True)
    parser.add_argument("--lib", choices=("ptb", "aiogram"), required=True)
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--at-once", type=int, default=256)
    parser.add_argument("--sync", default="NORMAL")
    parser.add_argument("--uvloop", action="store_true")
    args = parser.parse_args()
    base = sqlite3.connect(args.db)
    base.execute("PRAGMA journal_mode=WAL")
    base.execute("CREATE TABLE recipient (chat INTEGER PRIMARY KEY, status TEXT, message INTEGER, error TEXT)")
    rows = ((chat, "waiting") for chat in range(FIRST, FIRST + args.count))
    with base:
        base.executemany("INSERT INTO recipient (chat, status) VALUES (?, ?)", rows)
    if args.uvloop:
        import uvloop

        seconds, processor = uvloop.run(broadcast(args))
    else:
        seconds, processor = asyncio.run(broadcast(args))
    told = dict(base.execute("SELECT status, count(*) FROM recipient GROUP BY status"))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "processor": processor, "rss_mb": peak, "states": told}))


if __name__ == "__main__":
    main()
