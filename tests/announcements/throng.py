"""Many different people who ask for announcements, drawn at random and written as rows; each knows what concerns them."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from announcements.crowds import MORNING
from sqlalchemy import insert

from rallynov.announcements.model import Announcement, Audience, Content, Standing
from rallynov.announcements.tables import AnnouncementRow
from rallynov.delivery.tables import ConversationRow, OutboxRow
from rallynov.editions.model import DEFAULT
from rallynov.editions.stages.tables import SeatRow, StageRow, TerritoryRow
from rallynov.initiatives.tables import DossierAnswerRow, DossierRow, ShareRow
from rallynov.people.consents.model import Topic, linked
from rallynov.people.consents.tables import ConsentRow
from rallynov.people.tables import PersonRow, RestrictionRow
from rallynov.storage.store import Store

Rows = Iterator[tuple[Any, Mapping[str, Any]]]
HERE = DEFAULT.slug
RANKS = ("withdrawn", "draft", "submitted", "inadmissible", "admissible")
STANDS = dict(
    zip(
        RANKS,
        (Standing.NONE, Standing.DRAFT, Standing.SUBMITTED, Standing.INADMISSIBLE, Standing.ADMISSIBLE),
        strict=True,
    )
)
ONE = Announcement(
    "now", 2, "", MORNING, organisation="CRESS exemple", topic=Topic.STAGES, content=Content(stage=1)
)


@dataclass
class Somebody:
    """One person, as they truly are; dossiers are (status, territory, themes)."""

    id: str
    topics: set[str] = field(default_factory=set)
    member: bool = False
    limited: bool = False
    doors: dict[str, bool] = field(default_factory=dict)
    dossiers: list[tuple[str, str, list[str]]] = field(default_factory=list)
    lives: str = ""
    seated: bool = False
    told: str = ""

    def best(self) -> tuple[Standing, str, list[str]]:
        ranked = [
            (RANKS.index(one[0]), n, one) for n, one in enumerate(self.dossiers) if one[0] != "withdrawn"
        ]
        if not ranked:
            return Standing.NONE, self.lives, []
        status, territory, themes = max(ranked)[2]
        return STANDS[status], territory or self.lives, themes

    def wants(self, audience: Audience) -> bool:
        standing, territory, themes = self.best()
        return (
            Topic.STAGES in self.topics
            and not self.limited
            and any(self.doors.values())
            and (not audience.territories or territory in audience.territories)
            and (not audience.standings or standing in audience.standings)
            and (not audience.themes or bool(set(themes) & set(audience.themes)))
            and (not audience.members or self.member)
            and standing not in audience.but
            and not (audience.seated and self.seated)
            and not (audience.told and self.told in {"sent", "unknown"})
        )


def somebody(draw: random.Random, n: int) -> Somebody:
    def dossier() -> tuple[str, str, list[str]]:
        themes = draw.sample(["health", "employment", "mobility"], draw.randint(0, 2))
        return draw.choice(RANKS), draw.choice(["25", "39", ""]), themes

    return Somebody(
        f"p{n:03}",
        {topic for topic in ("stages", "advice") if draw.random() < 0.7},
        draw.random() < 0.3,
        draw.random() < 0.1,
        {door: draw.random() < 0.8 for door in ("telegram", "web", "web2") if draw.random() < 0.5},
        [dossier() for _ in range(draw.choice([0, 0, 1, 1, 2, 3]))],
        draw.choice(["", "90", "25"]),
        draw.random() < 0.2,
        draw.choice(["", "sent", "unknown", "skipped", "failed"]),
    )


def drawn(many: int) -> list[Somebody]:
    draw = random.Random(6)
    return [somebody(draw, n) for n in range(many)]


def written(store: Store, everybody: list[Somebody]) -> None:
    """Write people as they are, with an older edition that counts for nothing."""
    rows: dict[Any, list[Mapping[str, Any]]] = {}
    for table, row in (*_around(), *(one for n, person in enumerate(everybody) for one in _of(n, person))):
        rows.setdefault(table, []).append(row)
    with store.write() as tx:
        for table, some in rows.items():
            keys = sorted({key for row in some for key in row})
            tx.execute(insert(table), [{key: row.get(key) for key in keys} for row in some])


def _around() -> Rows:
    stage = {"territory": "25", "place": "exemple", "address": "", "host": "", "access": "", "point": ""}
    times = {"starts": MORNING, "ends": MORNING, "changed": MORNING}
    yield (
        StageRow,
        {"id": "s1", "edition": HERE, "number": 1, "status": "planned", "version": 0} | stage | times,
    )
    shown = {"organisation": "CRESS exemple", "content": "{}", "audience": "{}", "status": "sent"}
    for n, one in enumerate(("before", "now"), 1):
        row = {"id": one, "edition": HERE, "number": n, "created_at": MORNING, "changed_at": MORNING}
        yield AnnouncementRow, row | shown


def _of(n: int, one: Somebody) -> Rows:
    mine = {"person_id": one.id}
    yield PersonRow, {"id": one.id, "notice_version": "", "created_at": MORNING}
    asked = {"wording": "1/fr", "source": "command", "given_at": MORNING}
    yield ConsentRow, mine | asked | {"topic": "calendar", "withdrawn_at": MORNING}
    source = {"source": linked("CRESS exemple")} if one.member else {}
    yield from ((ConsentRow, mine | asked | source | {"topic": topic}) for topic in one.topics)
    if one.limited:
        yield RestrictionRow, mine | {"source": "command", "at": MORNING}
    if one.lives:
        yield TerritoryRow, mine | {"territory": one.lives, "at": MORNING}
    if one.seated:
        yield SeatRow, mine | {"stage_id": "s1", "placed": True, "at": MORNING}
    yield from _doors(n, one)
    yield from _dossiers(n, one)


def _doors(n: int, one: Somebody) -> Rows:
    for late, (door, opens) in enumerate(one.doors.items()):
        row = {"address": f"{door}:{n}", "channel": door.rstrip("2"), "person_id": one.id, "language": "fr"}
        seen = {"created_at": MORNING, "updated_at": MORNING + timedelta(hours=late)}
        yield ConversationRow, row | seen | {"unreachable_at": None if opens else MORNING}
    if one.told:
        row = {
            "key": f"news:before:{one.id}",
            "channel": "telegram",
            "address": "telegram:x",
            "rank": 2,
            "body": "",
        }
        sent = {"status": one.told, "attempts": 0, "doubts": 0, "created_at": MORNING}
        yield OutboxRow, row | sent | {"broadcast": "before", "person_id": one.id}


def _dossiers(n: int, one: Somebody) -> Rows:
    for m, (status, territory, themes) in enumerate([*one.dossiers, ("admissible", "70", ["health"])]):
        own, edition = f"d{n:03}-{m}", HERE if m < len(one.dossiers) else "older"
        row = {"id": own, "edition": edition, "form": "1", "status": status, "version": 1}
        told = {"siren": "", "named": "", "fingerprint": "", "reason": ""}
        yield DossierRow, row | told | {"created_at": MORNING, "updated_at": MORNING}
        shared = {"dossier_id": own, "person_id": one.id, "right": "own", "name": ""}
        yield ShareRow, shared | {"since": MORNING}
        commune = {"insee": f"{territory}056", "name": "exemple"} if territory else None
        for name, value in (("commune", commune), ("themes", themes), ("person", "Camille Exemple")):
            answer = {
                "dossier_id": own,
                "field": name,
                "value": json.dumps(value),
                "version": 1,
                "author": one.id,
            }
            yield DossierAnswerRow, answer | {"at": MORNING, "source": "", "skipped": False}
