"""A site on which somebody has typed in every field there is: each text holds a mark, which payloads then take the place of.

What is planted goes straight into the tables, past the cleaning of what is typed: the pages alone are on trial.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import orjson
from conversation import Talk
from faq.stage import equip
from initiatives.coordinator import Coordination
from initiatives.life import FORM, FULL, TEXT, Life
from people.appointed import appoint
from sqlalchemy import delete, insert, select, update

from bot.web.visitors import address_of
from bot.wiring import PULL, Core, clock
from rallynov.announcements.model import Audience
from rallynov.announcements.tables import AnnouncementRow
from rallynov.coordination.tables import EntryRow, LabelRow, MessageRow, MessageToRow, NoteRow, VerdictRow
from rallynov.delivery.posting import Post
from rallynov.delivery.tables import ConversationRow
from rallynov.diagnosis.tables import AnswerRow
from rallynov.editions.model import DEFAULT
from rallynov.editions.stages.tables import StageRow
from rallynov.faq.tables import FaqVersionRow, LearnedRow, TicketLineRow, TicketRow
from rallynov.initiatives.commands import AddRemark, JoinDossier, KeepAnswer, KeepDraft
from rallynov.initiatives.model import Right
from rallynov.initiatives.moving import Moves, Verdict
from rallynov.initiatives.tables import AttachmentRow, ShareRow
from rallynov.people.roles import Role
from rallynov.storage.base import Base
from rallynov.storage.store import Store

MARK = re.compile(r"zq\d{3}")
COOKIES = {name: f"{name}{'x' * 30}" for name in ("anne", "claude", "denis", "lea")}
"""The visitors: who has dossiers, who coordinates, who asks, who acts for a partner."""


@dataclass
class Planted:
    """The marks of a site, and where in the database each stands."""

    core: Core
    store: Store
    names: dict[str, str] = field(default_factory=dict)
    places: list[tuple[Any, dict[str, Any], str, str]] = field(default_factory=list)
    ids: dict[str, str] = field(default_factory=dict)

    def mark(self, where: str) -> str:
        """Return a new mark for a field."""
        name = f"zq{len(self.names):03d}"
        self.names[name] = where
        return name

    def remember(self) -> None:
        """Find every text of every table that holds a mark."""
        with self.store.read() as tx:
            for table in Base.metadata.tables.values():
                keys = list(table.primary_key.columns)
                for row in tx.execute(select(table)).mappings():
                    for name, value in row.items():
                        if isinstance(value, str) and MARK.search(value):
                            found = {one.name: row[one.name] for one in keys}
                            self.places.append((table, found, str(name), value))

    def plant(self, chosen: Mapping[str, str]) -> None:
        """Put payloads in the place of marks; of what begins as JSON, as JSON holds them."""
        with self.store.write() as tx:
            moved: dict[tuple[str, str, str], str] = {}
            for table, keys, name, value in self.places:
                held = _held(value, chosen)
                where = [
                    table.c[key] == moved.get((table.name, key, str(known)), known)
                    for key, known in keys.items()
                ]
                tx.execute(update(table).where(*where).values({name: held}))
                if name in keys:
                    moved[table.name, name, str(keys[name])] = held
            self._back = moved
            tx.execute(update(FaqVersionRow).values(n=FaqVersionRow.n + 1))

    def restore(self) -> None:
        """Put the marks back."""
        with self.store.write() as tx:
            for table, keys, name, value in reversed(self.places):
                where = [
                    table.c[key] == self._back.get((table.name, key, str(known)), known)
                    if key == name
                    else table.c[key] == known
                    for key, known in keys.items()
                ]
                tx.execute(update(table).where(*where).values({name: value}))

    _back: dict[tuple[str, str, str], str] = field(default_factory=dict)


def _held(value: str, chosen: Mapping[str, str]) -> str:
    written = value[:1] in {"{", "[", '"'}

    def put(found: re.Match[str]) -> str:
        payload = chosen[found[0]]
        return json.dumps(payload)[1:-1] if written else payload

    return MARK.sub(put, value)


def planted(core: Core) -> Planted:
    """Have people type marks everywhere."""
    made = Planted(equip(core), core.store)
    talks = {name: Talk(core, clock, address_of(cookie)) for name, cookie in COOKIES.items()}
    _talked(made, talks)
    _dossiers(made)
    _asked(made, talks)
    _told(made)
    with core.store.write() as tx:
        if tx.execute(select(FaqVersionRow.id)).first() is None:
            tx.execute(insert(FaqVersionRow), [{"id": 1, "n": 1}])
    made.remember()
    return made


def _talked(made: Planted, talks: Mapping[str, Talk]) -> None:
    """Let all be known, and the owner answer some questions with notes."""
    for name, talk in talks.items():
        talk.say("bonjour")
        talk.say(f"{made.mark(f'chat of {name}')} bonjour")
    anne = talks["anne"]
    for said in ("commencer le diagnostic", "j'accepte", "3", "2", "4"):
        anne.say(said)
    with made.store.write() as tx:
        tx.execute(update(AnswerRow).values(note=made.mark("note of the diagnosis")))
    appoint(made.core, clock, talks["claude"].address, Role.COORDINATOR)
    appoint(made.core, clock, talks["lea"].address, Role.WRITER, made.mark("organisation of a partner"))
    talks["lea"].say("/menu")
    anne.say("/recap")
    anne.press("recap-R1")
    anne.press("edit-R1.1")
    talks["claude"].say("/roles")


def _person(made: Planted, name: str) -> str:
    mine = select(ConversationRow.person_id).where(ConversationRow.address == address_of(COOKIES[name]))
    with made.store.read() as tx:
        return str(tx.execute(mine).scalar_one())


def _dossiers(made: Planted) -> None:
    life, anne = Life(made.store, clock), _person(made, "anne")
    today = clock().date()
    life.call(today - timedelta(days=5), today + timedelta(days=30))
    life.person("bruno")
    for dossier in ("d1", "d2", "d3"):
        texts = {name: made.mark(f"{dossier} {name}") for name, value in FULL.items() if value == TEXT}
        lines = {
            name: made.mark(f"{dossier} {name}")
            for name in ("name", "title", "person", "position", "street", "reach_source")
        }
        long = {name: f"{mark} {TEXT}" for name, mark in texts.items()}
        commune = {"insee": "25056", "name": made.mark(f"{dossier} commune"), "postcode": "25000"}
        rows = [
            {
                "label": made.mark(f"{dossier} indicator"),
                "before": made.mark(f"{dossier} before"),
                "after": "8",
                "date": "2012",
            }
        ]
        free = {
            "links": [f"https://exemple.fr/{made.mark(f'{dossier} link')}"],
            "email": f"{made.mark(f'{dossier} email')}@exemple.fr",
        }
        life.full(anne, dossier, **{**long, **lines, **free, "commune": commune, "indicators": rows})
        life.order("bruno", JoinDossier(dossier, Right.EDIT, made.mark(f"{dossier} colleague's name")))
        life.order("bruno", AddRemark(dossier, "need", made.mark(f"{dossier} remark")))
        _attached(made, dossier, anne)
    life.order("bruno", KeepAnswer("d2", "title", made.mark("rival"), 0))
    for dossier in ("d1", "d3"):
        life.submit(anne, dossier)
    desk = Coordination(Moves(FORM, DEFAULT), Post(made.core.wording, PULL))
    with made.store.write() as tx:
        desk.request_correction(
            tx, "d3", Verdict(_person(made, "claude"), clock(), made.mark("reason of a correction"))
        )
    _on_paper(made, life)
    made.ids |= {"dossier": "d1", "draft": "d2", "corrected": "d3"}


def _on_paper(made: Planted, life: Life) -> None:
    """A dossier that the team enters, with what could not be read yet."""
    claude = _person(made, "claude")
    typed = {name: made.mark(f"d4 {name}") for name in ("name", "title", "person", "position", "street")}
    life.open(claude, "d4", **typed, need=f"{made.mark('d4 need')} {TEXT}")
    life.order(claude, KeepDraft("d4", "headcount", made.mark("d4 draft")))
    with made.store.write() as tx:
        tx.execute(delete(ShareRow).where(ShareRow.dossier_id == "d4"))
        entered = {"dossier_id": "d4", "author": claude, "at": clock(), "received_at": clock()}
        tx.execute(insert(EntryRow), [entered])


def _attached(made: Planted, dossier: str, owner: str) -> None:
    for nth, state in enumerate(("kept", "refused", "waiting")):
        row = {
            "id": f"{dossier}f{nth}", "dossier_id": dossier, "author": owner, "address": address_of(COOKIES["anne"]),
            "origin": "", "name": f"{made.mark(f'{dossier} name of a {state} file')}.pdf", "mime": "application/pdf",
            "size": 1000, "state": state, "reason": "too_big" if state == "refused" else "", "created_at": clock(),
        }  # fmt: skip
        with made.store.write() as tx:
            tx.execute(insert(AttachmentRow), [row])


def _asked(made: Planted, talks: Mapping[str, Talk]) -> None:
    """Ask, hand over, answer, learn."""
    denis, claude = talks["denis"], talks["claude"]
    denis.say(f"/question où garer {made.mark('question')} mon vélo électrique ce week-end ?")
    if "none" in dict(denis.last.choices):
        denis.press("none")
    denis.press("send")
    claude.say("/questions")
    claude.say("1")
    claude.say(f"{made.mark('answer of the team')} sous l'abri.")
    with made.store.write() as tx:
        ticket = tx.execute(select(TicketRow.id)).scalar_one()
        line = {"ticket_id": ticket, "team": False, "author": _person(made, "denis"), "at": clock()}
        tx.execute(insert(TicketLineRow), [{**line, "words": made.mark("line of a question")}])
        learned = {
            "language": "fr",
            "slug": "appris-exemple",
            "category": "dossier",
            "author": "x",
            "at": clock(),
        }
        title, answer = made.mark("title learned"), made.mark("answer learned")
        tx.execute(insert(LearnedRow), [{**learned, "title": title, "words": answer}])
        tx.execute(insert(LearnedRow), [{**learned, "title": "", "words": made.mark("way learned")}])
    made.ids["ticket"] = str(ticket)


def _told(made: Planted) -> None:
    """A stage, an announcement, and what the team keeps for itself."""
    now, claude = clock(), _person(made, "claude")
    stage = {
        "id": "s1", "edition": DEFAULT.slug, "number": 1, "territory": "25", "starts": now + timedelta(days=9),
        "ends": now + timedelta(days=9, hours=2), "capacity": 20, "point": "47.2,6.0", "status": "planned", "version": 1,
        "changed": now, **{one: made.mark(f"{one} of a stage") for one in ("place", "address", "host", "access")},
    }  # fmt: skip
    link = f"https://exemple.fr/{made.mark('link announced')}"
    lines = (
        f"{made.mark('text announced')}\nune ligne, *grasse* et _penchée_\n\n- un point\n- {link}\n\n> cité"
    )
    content = {"title": made.mark("title announced"), "text": lines}
    announced = {
        "id": "a1", "edition": DEFAULT.slug, "number": 1, "organisation": made.mark("organisation that announces"),
        "topic": "calendar", "content": json.dumps(content), "audience": orjson.dumps(Audience()).decode(),
        "status": "sent", "created_at": now, "changed_at": now, "started_at": now, "ended_at": now,
    }  # fmt: skip
    kept = {"dossier_id": "d1", "author": claude, "at": now}
    with made.store.write() as tx:
        tx.execute(insert(StageRow), [stage])
        tx.execute(insert(AnnouncementRow), [announced])
        tx.execute(insert(NoteRow), [{**kept, "text": made.mark("internal note")}])
        tx.execute(insert(LabelRow), [{**kept, "label": made.mark("label")}])
        tx.execute(
            insert(VerdictRow),
            [{**kept, "act": "reject", "reason": made.mark("prepared reason"), "version": 1}],
        )
        told = {
            "id": "m1",
            "edition": DEFAULT.slug,
            "author": claude,
            "at": now,
            "text": made.mark("message to holders"),
        }
        tx.execute(insert(MessageRow), [told])
        tx.execute(insert(MessageToRow), [{"message_id": "m1", "dossier_id": "d1"}])


def rotations(made: Planted, texts: Sequence[str], turns: Iterable[int]) -> Iterator[dict[str, str]]:
    """Give each mark a payload, another one at each turn: after as many turns as payloads, each has had all."""
    for turn in turns:
        yield {name: texts[(turn + 7 * at) % len(texts)] for at, name in enumerate(made.names)}
