"""Someone on Telegram, for the tests: real updates through the door's parser, the inbox, the turns and the outbox."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from conversation import Clock
from sqlalchemy import select, update
from transcripts import Card, card_of

from bot.telegram import updates
from bot.wiring import Core
from rallynov.delivery import inbox
from rallynov.delivery.message import Message, load
from rallynov.delivery.tables import ConversationRow, OutboxRow
from rallynov.diagnosis.tables import AnswerRow, DiagnosisRow
from rallynov.people.tables import PersonRow
from rallynov.privacy.service import purge


@dataclass
class Telegrammer:
    """One chat."""

    core: Core
    clock: Clock
    chat: int = 7
    updates: int = 0
    seen: int = 0
    look: Callable[[Message], Card] = card_of
    language: str = "fr"

    def say(self, text: str, times: int = 1) -> list[Card]:
        return self.come(*[{"message": {**self._message(), "text": text}}] * times)

    def press(self, card: Card, label: str, times: int = 1) -> list[Card]:
        data = card.buttons[card.labels.index(label)]
        query = {"id": "5", "from": self._sender(), "message": self._message(), "data": data}
        return self.come(*[{"callback_query": query}] * times)

    def odd(self, name: str) -> list[Card]:
        return self.come(ODDITIES[name](self._message()))

    def come(self, *happened: dict[str, Any]) -> list[Card]:
        """Let updates come in together, and everything be handled."""
        raw = [{"update_id": self.updates + n, **one} for n, one in enumerate(happened)]
        self.updates += len(raw)
        parsed = updates.parse(raw, "123", self.clock())
        assert parsed.malformed == 0
        with self.core.store.write() as tx:
            inbox.store(tx, parsed.events)
        while self.core.turns.run().handled:
            pass
        return [self.look(message) for message in self.messages()]

    def messages(self) -> list[Message]:
        """What was shown since the last look."""
        mine = (OutboxRow.address.like(f"telegram:%{self.chat}")) & (OutboxRow.id > self.seen)
        with self.core.store.read() as tx:
            rows = tx.execute(select(OutboxRow.id, OutboxRow.body).where(mine).order_by(OutboxRow.id)).all()
        self.seen = rows[-1].id if rows else self.seen
        return list(together(load(row.body) for row in rows))

    def kept(self) -> list[str]:
        return kept(self.core, f"telegram:{self.chat}")

    def tidied(self) -> None:
        """Let what is too old be erased, as it is every hour."""
        with self.core.store.write() as tx:
            tx.execute(
                update(OutboxRow).where(OutboxRow.finished_at.is_(None)).values(finished_at=self.clock())
            )
            purge(tx, self.clock())

    def _message(self) -> dict[str, Any]:
        chat = {"id": self.chat, "type": "private"}
        return {"message_id": 11, "date": 1_795_338_000, "chat": chat, "from": self._sender()}

    def _sender(self) -> dict[str, Any]:
        return {
            "id": self.chat,
            "is_bot": False,
            "first_name": "Claude",
            "language_code": TOLD[self.language],
        }


def together(parts: Iterable[Message]) -> Iterator[Message]:
    """Messages as one screen made them: a picture and papers go out before their text."""
    apart: list[Message] = []
    for part in parts:
        if (part.figure or part.papers or part.pin) and not part.blocks:
            apart.append(part)
            continue
        figure = next((one.figure for one in apart if one.figure), None)
        papers = tuple(paper for one in apart for paper in one.papers)
        pin = next((one.pin for one in apart if one.pin), None)
        yield replace(part, figure=figure, papers=papers, pin=pin) if apart else part
        apart = []


TOLD = {"fr": "fr", "en": "en-GB"}
"""How Telegram tells the language of a person's application."""


def _holding(**content: Any) -> Any:
    return lambda message: {"message": {**message, **content}}


_FILE = {"file_id": "A", "file_unique_id": "B"}
_GROUP = {"chat": {"id": -1007, "type": "supergroup", "title": "Équipe"}}
_CHANNEL = {"chat": {"id": -1007, "type": "channel", "title": "Annonces"}, "text": "Bonjour"}
ODDITIES: Mapping[str, Any] = {
    "autocollant": _holding(sticker=_FILE),
    "message vocal": _holding(voice={**_FILE, "duration": 3}),
    "musique": _holding(audio={**_FILE, "duration": 3}),
    "photo": _holding(photo=[_FILE], caption="2"),
    "image animée": _holding(animation=_FILE, document=_FILE),
    "fichier": _holding(document=_FILE, caption="En place"),
    "vidéo": _holding(video=_FILE),
    "vidéo ronde": _holding(video_note=_FILE),
    "position": _holding(location={"latitude": 47.2, "longitude": 6.0}),
    "lieu": _holding(venue={"title": "Mairie"}, location={"latitude": 47.2, "longitude": 6.0}),
    "fiche de contact": _holding(contact={"phone_number": "+33 3 00 00 00 00", "first_name": "Claude"}),
    "sondage": _holding(poll={"id": "1", "question": "?", "options": []}),
    "dé": _holding(dice={"emoji": "🎲", "value": 6}),
    "message vide": _holding(text="\u200b \u2800"),
    "message transféré": _holding(text="En place", forward_origin={"type": "hidden_user", "date": 1}),
    "type inconnu": _holding(story={"id": 1}),
    "message modifié": lambda message: {"edited_message": {**message, "edit_date": 1, "text": "En place"}},
    "commande dans un groupe": _holding(text="/start@rallynov_test_bot", **_GROUP),
    "phrase dans un groupe": _holding(text="Bonjour à tous", **_GROUP),
    "message modifié dans un groupe": lambda message: {"edited_message": {**message, **_GROUP, "text": "2"}},
    "annonce d'un canal": lambda message: {"channel_post": {**message, **_CHANNEL}},
    "bouton d'un autre robot": lambda message: {
        "callback_query": {
            "id": "9",
            "from": message.get("from", {"id": message["chat"]["id"]}),
            "message": message,
            "data": "vote:3",
        }
    },
    "bloque le robot": lambda message: _member(message, "kicked"),
    "débloque le robot": lambda message: _member(message, "member"),
}


def _member(message: dict[str, Any], status: str) -> dict[str, Any]:
    return {"my_chat_member": {"chat": message["chat"], "new_chat_member": {"status": status}}}


def kept(core: Core, address: str) -> list[str]:
    """All that is kept of a person, as lines; the runs in order, whole values."""
    who = select(ConversationRow.person_id).where(ConversationRow.address == address).scalar_subquery()
    with core.store.read() as tx:
        people = tx.execute(select(PersonRow.notice_version).where(PersonRow.id == who)).scalars()
        lines = [f"notice acceptée : version {version}" for version in people]
        columns = (DiagnosisRow.run, DiagnosisRow.finished_at)
        runs = tx.execute(
            select(*columns).where(DiagnosisRow.person_id == who).order_by(DiagnosisRow.run)
        ).all()
        answers = tx.execute(
            select(AnswerRow.run, AnswerRow.question, AnswerRow.value, AnswerRow.note).where(
                AnswerRow.person_id == who
            )
        ).all()
    for run, finished in runs:
        mine = sorted((row for row in answers if row.run == run), key=lambda row: _rank(row.question))
        given = ", ".join(f"{row.question} {row.value}" for row in mine if row.value) or "aucune réponse"
        lines.append(f"diagnostic {run} ({'terminé' if finished else 'en cours'}) : {given}")
        lines += [
            f"note de {row.question} : {line}" for row in mine if row.note for line in row.note.split("\n")
        ]
    return lines or ["rien"]


def _rank(question: str) -> list[int]:
    return [int(figure) for figure in re.findall(r"\d+", question)]
