"""What a coordinator decides on a submitted dossier: to send it back, to admit it or not. Its people are told at once.

Each returns the new status, or the refusal to show; the caller has checked that a coordinator is speaking.
"""

from __future__ import annotations

from sqlalchemy import Connection

from rallynov.delivery.posting import Letter, Post
from rallynov.initiatives.desk import Desk
from rallynov.initiatives.lifecycle import Act, Refusal
from rallynov.initiatives.model import Status
from rallynov.initiatives.moving import Moves, Verdict


class Coordination:
    """The coordinator's acts; ``LookupError`` when there is no such dossier."""

    def __init__(self, moves: Moves, post: Post) -> None:
        self._moves = moves
        self._post = post

    def request_correction(self, tx: Connection, dossier: str, verdict: Verdict) -> Status | Refusal:
        """Send a dossier back, with what is to be corrected; it is open to its people for ten days."""
        return self._judge(tx, Act.SEND_BACK, dossier, verdict)

    def declare(
        self, tx: Connection, dossier: str, verdict: Verdict, *, admissible: bool
    ) -> Status | Refusal:
        """Declare a dossier admissible, or not, with the reason."""
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
