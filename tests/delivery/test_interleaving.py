"""Forty people at once, 40 turns each, 200 in the campaign: each is answered in order, and by their own.

On SQLite in one process; on PostgreSQL in two, which take up the same conversations and of which one sends.
Run as a program, this file is one of these processes.
"""

import asyncio
import json
import os
import random
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path

import pytest
from postgres import Cluster
from sqlalchemy import func, select

from bot.settings import Settings
from bot.telegram import updates
from bot.wiring import Core, build, clock
from rallynov.delivery.decisions import Sent
from rallynov.delivery.inbox import Incoming
from rallynov.delivery.message import load
from rallynov.delivery.outbox import Outgoing
from rallynov.delivery.pacing import Pacer
from rallynov.delivery.sender import Sender
from rallynov.delivery.tables import ConversationRow, InboxRow, OutboxRow
from rallynov.diagnosis.tables import AnswerRow
from rallynov.storage import schema
from rallynov.storage.notices import Listener
from rallynov.storage.store import Store

PEOPLE, TURNS = 40, int(os.environ.get("RALLYNOV_TURNS", "40"))
Sends = list[tuple[str, str]]


def words(chat: int, nth: int) -> str | None:
    """What a person types: a sentence, which is kept, or something not understood, which is said back; or nothing."""
    if nth == 0:
        return "bonjour"
    said = {3: f"xqz{chat}k{nth}", 7: f"Ici la personne {chat} avec son mot {nth}"}
    return said.get(nth % 8)


def press(nth: int) -> str:
    """What a person presses; it names the drawing it was seen on, so that it only counts in order."""
    screen, key = {1: ("welcome", "begin"), 2: ("notice", "accept")}.get(nth, ("q:R1.1", "why"))
    return f"1|{screen}|{key}|{nth}"


def happened(chat: int, nth: int) -> Incoming:
    """The nth thing that a person does."""
    text = words(chat, nth)
    query = {"id": f"{chat}-{nth}", "from": {"id": chat}, "data": press(nth)}
    message = {"chat": {"id": chat}, "text": text}
    part = {"callback_query": query} if text is None else {"message": message}
    return updates.parse([{"update_id": chat * 1_000 + nth, **part}], "42", clock()).events[0]


class Recorder:
    """A channel that notes what is sent, and that two messages of one person are never under way together."""

    channel = "telegram"

    def __init__(self) -> None:
        self.sends: Sends = []
        self.under_way: set[str] = set()
        self.together = 0

    def chat(self, address: str) -> int:
        return int(address.partition(":")[2])

    async def deliver(self, message: Outgoing, *, plain: bool) -> Sent:
        self.together += message.address in self.under_way
        self.under_way.add(message.address)
        await asyncio.sleep(0)
        self.sends.append((message.address, message.key))
        self.under_way.discard(message.address)
        return Sent(len(self.sends))


async def person(core: Core, chat: int) -> None:
    """One person's events, one or several at a time, as they come."""
    dice, nth = random.Random(chat), 0
    while nth < TURNS:
        several = min(dice.randint(1, 5), TURNS - nth)
        await core.delivery.take([happened(chat, nth + n) for n in range(several)])
        nth += several


def left(store: Store) -> int:
    """How much is still to come, to be handled or to be sent."""
    with store.read() as tx:
        kept = tx.scalar(select(func.count()).select_from(InboxRow)) or 0
        new = tx.scalar(select(func.count()).where(InboxRow.status == "new")) or 0
        unsent = tx.scalar(select(func.count()).where(OutboxRow.status.in_(("queued", "sending")))) or 0
    return PEOPLE * TURNS - kept + new + unsent


async def work(url: str, chats: list[int], *, sends: bool) -> dict[str, object]:
    """One process: it takes some people's events, handles anyone's, and sends when it is its role."""
    store = Store(url)
    core = build(Settings(_env_file=None), store)
    core.delivery.start()
    listener = None if store.is_sqlite else Listener(store, core.delivery.hear)
    recorder = Recorder()
    if listener:
        listener.start()
    if sends:
        core.delivery.attach(Sender(store, recorder, Pacer(10_000, 20), clock, core.owner), core.owner)
    await asyncio.gather(*(person(core, chat) for chat in chats))
    deadline = time.monotonic() + 240
    while await asyncio.to_thread(left, store) and time.monotonic() < deadline:
        await asyncio.sleep(0.05)
    await core.delivery.close()
    if listener:
        await asyncio.to_thread(listener.close)
    store.close()
    return {"handled": core.delivery.counts.handled, "sends": recorder.sends, "together": recorder.together}


def check(store: Store, sends: Sends) -> None:
    """Hold what is stored and what was sent to what each person did."""
    with store.read() as tx:
        rows = tx.execute(
            select(OutboxRow.address, OutboxRow.key, OutboxRow.body).order_by(OutboxRow.id)
        ).all()
        events = tx.execute(
            select(InboxRow.address, InboxRow.seq, InboxRow.status, InboxRow.external_id)
        ).all()
        notes = dict(
            tx.execute(
                select(ConversationRow.address, AnswerRow.note).join(
                    AnswerRow, AnswerRow.person_id == ConversationRow.person_id
                )
            ).all()
        )
    assert len(events) == PEOPLE * TURNS
    assert {row.status for row in events} == {"done"}
    nth_of = {row.seq: int(row.external_id.partition(":")[2]) % 1_000 for row in events}
    whose = {row.seq: row.address for row in events}
    shown, sent = defaultdict(list), defaultdict(list)
    for address, key, body in rows:
        seq = int(key.partition(":")[0])
        assert whose[seq] == address
        shown[address].append((nth_of[seq], load(body)))
    for address, key in sends:
        sent[address].append(nth_of[int(key.partition(":")[0])])
    assert len(shown) == PEOPLE
    why = shown["telegram:1"][4][1].blocks
    for address, messages in shown.items():
        chat = int(address.partition(":")[2])
        order = [nth for nth, _ in messages]
        assert (order, sent[address]) == (list(range(TURNS)), list(range(TURNS)))
        assert [message.nonce for _, message in messages] == list(range(1, TURNS + 1))
        assert all(str(words(chat, nth)) in message.blocks[0][1][0] for nth, message in messages[3::8])
        assert all(message.blocks[0] == why[0] for nth, message in messages[4:] if words(chat, nth) is None)
        assert notes[address] == "\n".join(str(words(chat, nth)) for nth in range(7, TURNS, 8))


@pytest.fixture(params=[40, pytest.param(200, marks=pytest.mark.campaign)])
def _turns(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """How many turns each person takes, here and in the processes that are begun."""
    monkeypatch.setattr(sys.modules[__name__], "TURNS", request.param)
    monkeypatch.setenv("RALLYNOV_TURNS", str(request.param))


@pytest.mark.usefixtures("_turns")
async def test_in_one_process_on_sqlite(sqlite: Store) -> None:
    told = await work(str(sqlite.url), list(range(1, PEOPLE + 1)), sends=True)
    assert told["handled"] == PEOPLE * TURNS
    assert told["together"] == 0
    check(sqlite, told["sends"])  # type: ignore[arg-type]


@pytest.mark.postgres
@pytest.mark.usefixtures("_turns")
def test_in_two_processes_on_postgresql(cluster: Cluster) -> None:
    url = cluster.database()
    store = Store(url)
    schema.migrate(store)
    folders = [str(Path(__file__).parents[2]), str(Path(__file__).parents[1])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(folders)}
    processes = [
        subprocess.Popen(
            [sys.executable, __file__, url, str(nth)], stdout=subprocess.PIPE, text=True, env=environment
        )
        for nth in range(2)
    ]
    told = [json.loads(process.communicate(timeout=300)[0].splitlines()[-1]) for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    handled = [one["handled"] for one in told]
    assert sum(handled) == PEOPLE * TURNS
    assert min(handled) > PEOPLE * TURNS // 20  # both took part
    assert told[0]["together"] == 0
    check(store, told[0]["sends"])
    store.close()


if __name__ == "__main__":
    which = int(sys.argv[2])
    mine = list(range(1 + which, PEOPLE + 1, 2))
    print(json.dumps(asyncio.run(work(sys.argv[1], mine, sends=which == 0))))  # noqa: T201
