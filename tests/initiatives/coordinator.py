"""A coordinator who decides at once, without the team's desk: for tests of what becomes of a dossier."""

from __future__ import annotations

from sqlalchemy import Connection

from rallynov.delivery.posting import Letter, Post
from rallynov.initiatives.desk import Desk
from rallynov.initiatives.lifecycle import Act, Refusal
from rallynov.initiatives.model import Status
from rallynov.initiatives.moving import Moves, Verdict


class Coordination:
    def __init__(self, moves: Moves, post: Post) -> None:
        self._moves = moves
        self._post = post

    def request_correction(self, tx: Connection, dossier: str, verdict: Verdict) -> Status | Refusal:
        return self._judge(tx, Act.SEND_BACK, dossier, verdict)

    def declare(
        self, tx: Connection, dossier: str, verdict: Verdict, *, admissible: bool
    ) -> Status | Refusal:
        return self._judge(tx, Act.ADMIT if admissible else Act.REJECT, dossier, verdict)

    def _judge(self, tx: Connection, act: Act, dossier: str, verdict: Verdict) -> Status | Refusal:
        desk = Desk(tx, [dossier])
        if desk.find(dossier) is None:
            raise LookupError(dossier)
        told = self._moves.judge(tx, desk, act, dossier, verdict)
        if not isinstance(told, Letter):
            return told
        self._post.send(tx, [told], verdict.at)
        return desk.of(dossier).status
