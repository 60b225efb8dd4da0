"""Acts on many dossiers: a page that names them and asks to confirm, then the act, a hundred at a time.

What was confirmed is what is done: the form carries the dossiers themselves. An export alone may carry its search instead.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from hashlib import sha256

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from bot.web.desk.front import Asked, Front, Posted, many, pairs
from bot.web.desk.nav import DOSSIERS
from bot.web.desk.table import NEEDS, view_of
from bot.web.desk.words import ACTS, UNDONE, WORDS
from rallynov.coordination.acts import Mail
from rallynov.coordination.letters import called, message
from rallynov.coordination.lot import Outcome
from rallynov.coordination.model import LABEL_MOST, NOTE_MOST, REASON_MOST, TOGETHER, Listing
from rallynov.coordination.model import VERDICTS as PREPARED
from rallynov.coordination.service import Chosen
from rallynov.dialogue.screens import Screen
from rallynov.dialogue.words import Term, Words, plural
from rallynov.exports.formats import FORMATS
from rallynov.exports.model import Selection, Who
from rallynov.exports.screens import KINDS
from rallynov.exports.screens import PAGE as EXPORTS
from rallynov.initiatives.moving import Verdict
from rallynov.people.permissions import Whose
from rallynov.text import clean_line

LOT = f"{DOSSIERS}/lot"
TYPED_FROM = 200
"""People from which a message is confirmed by typing how many they are."""
Doing = Callable[[str, Sequence[str]], Outcome | None]


class BulkPages:
    """The pages of acts on many dossiers."""

    def __init__(self, front: Front) -> None:
        self._front = front

    def mount(self, app: FastAPI) -> None:
        """Give the pages their addresses."""
        app.add_route(LOT, self.confirm, methods=["GET"])
        app.add_route(LOT, self.act, methods=["POST"])

    async def confirm(self, request: Request) -> Response:
        """Name the dossiers of an act, and ask to confirm it."""
        asked = await self._front.asked(request)
        if isinstance(asked, Response):
            return asked
        given = pairs(request)
        act, listing = given.get("acte", ""), self._listing(given.get("vue", ""))
        self._allowed(asked, act)
        whole = given.get("portee") == "tous"
        ids = () if whole else many(request, "d")
        if not whole and not ids:
            return self._none(request, asked, listing)
        chosen = await asyncio.to_thread(self._front.bureau.chosen, asked.who, listing, ids)
        return self._confirming(request, asked, act, listing, chosen, whole=whole)

    async def act(self, request: Request) -> Response:
        """Do what was confirmed; what is missing is asked for, with what was typed still there."""
        posted = await self._front.posted(request)
        if isinstance(posted, Response):
            return posted
        act, listing = posted.given.get("acte", ""), self._listing(posted.given.get("vue", ""))
        self._allowed(posted, act)
        ids = [one for one in posted.given.get("ids", "").split() if one.isalnum() and len(one) <= 64]
        whole = act == "export" and posted.given.get("portee") == "tous"
        chosen = await asyncio.to_thread(self._front.bureau.chosen, posted.who, listing, () if whole else ids)
        again = partial(self._confirming, request, posted, act, listing, chosen, whole=whole, status=422)
        if not (ids or whole) or not chosen.ids:
            return self._none(request, posted, listing)
        if act == "export":
            return await self._export(posted, chosen, again)
        if chosen.too_many:
            return again(wrong=WORDS["too_many"])
        if act == "message":
            return await self._message(request, posted, listing, chosen, again)
        doing = self._doing(posted, act)
        if not callable(doing):
            return again(wrong=doing)
        return await self._done(request, posted, act, listing, chosen.ids, doing)

    def _doing(self, posted: Posted, act: str) -> Doing | Words:
        """Return what is done with each hundred of them, or what is missing."""
        bureau, now = self._front.bureau, self._front.bureau.clock()
        acts, reason = bureau.acts, posted.text("reason", REASON_MOST)
        label = clean_line(posted.given.get("label", ""))[:LABEL_MOST]
        match act:
            case "admit" | "reject":
                if act == "reject" and not reason:
                    return WORDS["needed_reason"]
                verdict = Verdict(posted.who.person, now, reason)
                return lambda address, some: bureau.do(address, some, acts.prepare, PREPARED[act], verdict)
            case "unprepare":
                return lambda address, some: bureau.do(address, some, acts.unprepare)
            case "release":
                return lambda address, some: bureau.do(address, some, acts.release, now)
            case "label" | "unlabel" if not label:
                return WORDS["needed_text"]
            case "label":
                return lambda address, some: bureau.do(address, some, acts.label, label, now)
            case _:
                return lambda address, some: bureau.do(address, some, acts.unlabel, label)

    async def _message(
        self,
        request: Request,
        posted: Posted,
        listing: Listing,
        chosen: Chosen,
        again: Callable[..., Response],
    ) -> Response:
        """Show a message before it leaves; then send it, once it is confirmed."""
        text = posted.text("text", NOTE_MOST)
        if not text:
            return again(wrong=WORDS["needed_text"])
        mark, digest = posted.given.get("mark", "")[:64], sha256(text.encode()).hexdigest()
        if posted.given.get("step") != "send" or posted.given.get("seen") != digest or not mark:
            return again(status=200, text=text, preview=True, mark=posted.form_id, digest=digest)
        if chosen.people > TYPED_FROM and posted.given.get("people", "").strip() != str(chosen.people):
            return again(text=text, preview=True, mark=mark, digest=digest, wrong=WORDS["typed_wrong"])
        bureau, now = self._front.bureau, self._front.bureau.clock()
        name = sha256(f"{posted.who.person}:{mark}".encode()).hexdigest()[:32]
        mail = Mail(name, text)

        def write(address: str, some: Sequence[str]) -> Outcome | None:
            return bureau.do(address, some, bureau.acts.write, mail, now)

        return await self._done(request, posted, "message", listing, chosen.ids, write)

    async def _export(self, posted: Posted, chosen: Chosen, again: Callable[..., Response]) -> Response:
        """Have the dossiers exported; the page of exports says how far that is."""
        workshop = self._front.door.workshop
        if workshop is None:
            raise HTTPException(404)
        view, kind = workshop.exports.views.get(posted.given.get("view", "")), posted.given.get("kind", "")
        if view is None or kind not in FORMATS or not view.allowed(Who(posted.who.person, posted.who.grants)):
            return again()
        only = Selection(subject="dossiers", ids=chosen.ids)
        asked = await asyncio.to_thread(
            workshop.ask, posted.who.person, "", posted.reader.language, view.id, kind, only, posted.form_id
        )
        return RedirectResponse(f"{EXPORTS}/{asked.id}{posted.reader.query}", 303)

    async def _done(
        self, request: Request, posted: Posted, act: str, listing: Listing, ids: Sequence[str], doing: Doing
    ) -> Response:
        """Do it, some at a time, and tell what became of each that was refused."""
        outcome, store = Outcome(), self._front.door.delivery.store
        for some in self._front.bureau.chunks(ids):
            part = await store.writing(doing, posted.address, some)
            if part is None:
                return self._front.reserved(posted.reader)
            outcome = outcome.plus(part)
            self._front.door.delivery.nudge()
        refused = await asyncio.to_thread(
            self._front.bureau.rows, posted.who, [one for one, _ in outcome.refused][:TOGETHER]
        )
        why = dict(outcome.refused)
        return self._front.page(
            "done.html",
            request,
            posted,
            title=ACTS[act],
            told=plural("{n} dossier", "{n} dossiers", len(outcome.done)),
            refused=[(row, why[row.id]) for row in refused],
            lost=len(outcome.refused) - len(refused),
            listing=listing,
            undone=UNDONE.get(act) if outcome.changed else None,
            changed=outcome.changed,
            label=posted.given.get("label", ""),
            alone=ids[0] if len(ids) == 1 else "",
            here="lot",
        )

    def _confirming(
        self,
        request: Request,
        asked: Asked,
        act: str,
        listing: Listing,
        chosen: Chosen,
        *,
        whole: bool,
        status: int = 200,
        **more: object,
    ) -> Response:
        workshop, who = self._front.door.workshop, Who(asked.who.person, asked.who.grants)
        views = workshop.exports.views.values() if workshop else ()
        shown = {"wrong": None, "text": "", "preview": False, "mark": "", "digest": "", **more}
        return self._front.page(
            "lot.html",
            request,
            asked,
            status,
            act=act,
            title=ACTS[act],
            chosen=chosen if act != "export" else replace(chosen, most=10**9),
            counted=plural("{n} dossier", "{n} dossiers", len(chosen.ids)),
            holders=plural("{n} person will read it.", "{n} people will read it.", chosen.people),
            typed_from=TYPED_FROM,
            whole=whole,
            listing=listing,
            given=asked.given if isinstance(asked, Posted) else {},
            views=[(one.id, Term(f"exports:views:{one.id}")) for one in views if one.allowed(who)],
            kinds=KINDS.items(),
            alone=chosen.ids[0] if len(chosen.ids) == 1 else "",
            letter=self._letter(chosen, str(shown["text"])),
            here="lot",
            **shown,
        )

    @staticmethod
    def _letter(chosen: Chosen, text: str) -> Screen:
        """Return a message as the people of the first dossier will read it."""
        return message(called(chosen.rows[0].title if chosen.rows else ""), text)

    def _none(self, request: Request, asked: Asked, listing: Listing) -> Response:
        return self._front.page(
            "done.html", request, asked, 422, title=WORDS["none_chosen"], told=None, refused=[], lost=0,
            listing=listing, undone=None, alone="", here="lot",
        )  # fmt: skip

    def _listing(self, query: str) -> Listing:
        return view_of(self._front.bureau.form, query)

    @staticmethod
    def _allowed(asked: Asked, act: str) -> None:
        if act not in NEEDS:
            raise HTTPException(404)
        if not asked.who.may(NEEDS[act], Whose.OTHER):
            raise HTTPException(403)
