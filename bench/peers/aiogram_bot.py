"""aiogram 3 with its state machine: in memory, or in SQLite through SQLAlchemy with a commit per write."""

import argparse
import asyncio
import json
import logging

import uvloop
from aiogram import Bot, Dispatcher, F
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.filters import CommandStart
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.fsm.storage.base import BaseStorage
from aiogram.fsm.storage.memory import MemoryStorage, SimpleEventIsolation
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

options = argparse.ArgumentParser()
options.add_argument("--api", required=True)
options.add_argument("--db", required=True)
options.add_argument("--questions", type=int, default=25)
options.add_argument("--storage", choices=("memory", "sqlite"), default="memory")
options.add_argument("--sync", default="NORMAL")
args = options.parse_args()
logging.basicConfig(level=logging.WARNING)
if args.storage == "sqlite":  # in memory, aiogram need not carry SQLAlchemy
    from sqlalchemy import Column, MetaData, String, Table, event, select
    from sqlalchemy.dialects.sqlite import insert
    from sqlalchemy.ext.asyncio import create_async_engine

    FSM = Table(
        "fsm",
        MetaData(),
        Column("key", String, primary_key=True),
        Column("state", String),
        Column("data", String),
    )

Q = args.questions
CHOICES = ("Never", "Sometimes", "Often", "Almost always")
QUESTIONS = [
    f"Question {k}/{Q}: how often did you notice this during the last two weeks? "
    "Please choose the answer that fits best."
    for k in range(1, Q + 1)
]
KEYBOARDS = [
    InlineKeyboardMarkup(
        inline_keyboard=[
            [InlineKeyboardButton(text=t, callback_data=f"q:{k}:{i}")] for i, t in enumerate(CHOICES)
        ]
    )
    for k in range(1, Q + 1)
]


class Quiz(StatesGroup):
    q = State()


class SqlStorage(BaseStorage):
    """What an aiogram user would write: a row per chat, a commit per write."""

    def __init__(self, path, sync):
        self.engine = create_async_engine("sqlite+aiosqlite:///" + path)

        @event.listens_for(self.engine.sync_engine, "connect")
        def _(dbapi, _record):
            for pragma in ("journal_mode=WAL", f"synchronous={sync}", "busy_timeout=10000"):
                dbapi.execute("PRAGMA " + pragma)

    async def init(self):
        async with self.engine.begin() as connection:
            await connection.run_sync(FSM.metadata.create_all)

    async def _write(self, key, **values):
        statement = insert(FSM).values(key=f"{key.bot_id}:{key.chat_id}:{key.user_id}", **values)
        async with self.engine.begin() as connection:
            await connection.execute(statement.on_conflict_do_update(index_elements=["key"], set_=values))

    async def _read(self, key, column):
        where = FSM.c.key == f"{key.bot_id}:{key.chat_id}:{key.user_id}"
        async with self.engine.connect() as connection:
            return (await connection.execute(select(FSM.c[column]).where(where))).scalar()

    async def set_state(self, key, state=None):
        await self._write(key, state=state.state if isinstance(state, State) else state)

    async def get_state(self, key):
        return await self._read(key, "state")

    async def set_data(self, key, data):
        await self._write(key, data=json.dumps(data))

    async def get_data(self, key):
        return json.loads(await self._read(key, "data") or "{}")

    async def close(self):
        await self.engine.dispose()


async def start(message, state: FSMContext):
    await state.set_state(Quiz.q)
    await state.set_data({"step": 1, "answers": {}})
    await message.answer(QUESTIONS[0], reply_markup=KEYBOARDS[0])


async def press(query, state: FSMContext):
    data = await state.get_data()
    k = data["step"]
    data["answers"][str(k)] = query.data
    data["step"] = k + 1
    await state.set_data(data)
    await query.answer()
    if k == Q:
        await state.set_state(None)
        await query.message.edit_text("Thank you, done.")
    else:
        await query.message.edit_text(QUESTIONS[k], reply_markup=KEYBOARDS[k])


async def main():
    bot = Bot("123456789:TEST", session=AiohttpSession(api=TelegramAPIServer.from_base(args.api)))
    storage = MemoryStorage()
    if args.storage == "sqlite":
        storage = SqlStorage(args.db, args.sync)
        await storage.init()
    dispatcher = Dispatcher(storage=storage, events_isolation=SimpleEventIsolation())
    dispatcher.message(CommandStart())(start)
    dispatcher.callback_query(Quiz.q, F.data.startswith("q:"))(press)
    await bot.delete_webhook()
    await dispatcher.start_polling(bot)


uvloop.run(main())  # as aiogram's own run_polling does once uvloop is installed
