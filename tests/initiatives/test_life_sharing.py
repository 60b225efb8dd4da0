"""Sharing a dossier: who joins, who leaves, who owns it, and the codes that open it, on both databases."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from conversation import Clock, core
from doors.several import Webber
from initiatives.life import Life
from people.test_codes import person_of
from sqlalchemy import select

from rallynov.delivery.subject import Order
from rallynov.editions import late, service
from rallynov.editions.model import DEFAULT, last_second
from rallynov.editions.tables import LateCodeRow, LateUseRow
from rallynov.initiatives.commands import (
    JoinDossier,
    KeepAnswer,
    KeepDraft,
    LeaveDossier,
    RemoveSharer,
    TransferDossier,
)
from rallynov.initiatives.desk import OvertakenError
from rallynov.initiatives.late_codes import LateCodes
from rallynov.initiatives.lifecycle import OTHERS_MOST
from rallynov.initiatives.model import Right, Sharer
from rallynov.people.model import MakeCode, Purpose, Standing, code_of
from rallynov.people.service import Codes
from rallynov.people.tables import CodeRow
from rallynov.storage.store import Store

CODE = "abcdefghijklmnopqrstuvwxyz"


@pytest.fixture
def life(store: Store, clock: Clock) -> Life:
    made = Life(store, clock)
    for name in ("amina", "bruno", "claude"):
        made.person(name)
    made.open("amina", title="Une initiative exemple")
    return made


def rights(life: Life, person: str = "amina") -> dict[str, Right]:
    """Everybody's right, as somebody sees it."""
    dossier = life.dossier(person)
    return {person: dossier.right, **{other.person: other.right for other in dossier.others}}


def test_somebody_joins_and_the_others_are_told(life: Life) -> None:
    life.order("bruno", JoinDossier("d1", Right.EDIT, "Bruno, la compta"))
    life.order("claude", JoinDossier("d1", Right.READ, ""))
    assert rights(life) == {"amina": Right.OWN, "bruno": Right.EDIT, "claude": Right.READ}
    assert life.dossier("claude").others == (
        Sharer("amina", "", Right.OWN),
        Sharer("bruno", "Bruno, la compta", Right.EDIT),
    )
    said = [str(message.blocks) for message in life.told("web:amina")]
    assert "Bruno, la compta partage maintenant" in said[0]
    assert "le lire, le commenter et le modifier" in said[0]
    assert "Une personne partage maintenant" in said[1]
    assert life.headings("web:claude") == []


@pytest.mark.parametrize(
    ("had", "given", "kept"),
    [
        (Right.READ, Right.EDIT, Right.EDIT),
        (Right.EDIT, Right.READ, Right.EDIT),
        (Right.COMMENT, Right.COMMENT, Right.COMMENT),
    ],
)
def test_a_second_invitation_never_takes_a_right_away(
    life: Life, had: Right, given: Right, kept: Right
) -> None:
    life.order("bruno", JoinDossier("d1", had, "Bruno"))
    life.order("bruno", JoinDossier("d1", given, "Bruno"))
    life.order("amina", JoinDossier("d1", given, "Moi-même"))
    assert rights(life) == {"amina": Right.OWN, "bruno": kept}


def test_a_dossier_has_five_people_beside_its_owner(life: Life) -> None:
    names = [f"p{nth}" for nth in range(OTHERS_MOST + 1)]
    for name in names:
        life.person(name)
        life.order(name, JoinDossier("d1", Right.READ, name))
    assert len(rights(life)) == OTHERS_MOST + 1
    assert life.of(names[-1]).mine == ()
    assert life.headings(f"web:{names[-1]}") == ["Vous n’avez pas pu rejoindre ce dossier"]
    life.order("amina", RemoveSharer("d1", "p0"))
    life.order(names[-1], JoinDossier("d1", Right.READ, "enfin"))
    assert names[-1] in rights(life)


def test_a_dossier_that_is_gone_is_not_joined(life: Life) -> None:
    life.order("bruno", JoinDossier("nowhere", Right.EDIT, "Bruno"))
    assert "n’existe plus" in str(life.told("web:bruno")[-1].blocks)


def test_a_dossier_is_handed_over_and_back(life: Life) -> None:
    life.order("bruno", JoinDossier("d1", Right.READ, "Bruno"))
    life.order("claude", JoinDossier("d1", Right.COMMENT, "Claude"))
    life.order("amina", TransferDossier("d1", "bruno"))
    assert rights(life) == {"amina": Right.EDIT, "bruno": Right.OWN, "claude": Right.COMMENT}
    assert life.headings("web:bruno")[-1] == "Vous portez un dossier"
    assert "porté par Bruno" in str(life.told("web:claude")[-1].blocks)
    assert "porté par Bruno" in str(life.told("web:amina")[-1].blocks)
    with pytest.raises(OvertakenError):
        life.order("amina", TransferDossier("d1", "claude"))
    life.order("bruno", TransferDossier("d1", "amina"))
    assert rights(life)["amina"] is Right.OWN


@pytest.mark.parametrize("to", ["nobody", "amina", "claude"])
def test_a_dossier_is_handed_only_to_who_shares_it(life: Life, to: str) -> None:
    with pytest.raises(OvertakenError):
        life.order("amina", TransferDossier("d1", to))
    assert rights(life) == {"amina": Right.OWN}


def test_who_leaves_takes_their_drafts_and_leaves_their_answers(life: Life) -> None:
    life.order("bruno", JoinDossier("d1", Right.EDIT, "Bruno"))
    life.order(
        "bruno", KeepAnswer("d1", "street", "1 rue de l'Exemple", 0), KeepDraft("d1", "summary", "trop")
    )
    life.order("bruno", LeaveDossier("d1"))
    assert life.of("bruno").mine == ()
    assert life.dossier("amina").given["street"] == "1 rue de l'Exemple"
    assert "Bruno ne partage plus" in str(life.told("web:amina")[-1].blocks)
    life.order("bruno", JoinDossier("d1", Right.EDIT, "Bruno"))
    assert life.dossier("bruno").drafts == {}


def test_the_owner_cannot_leave(life: Life) -> None:
    life.order("bruno", JoinDossier("d1", Right.EDIT, "Bruno"))
    with pytest.raises(OvertakenError):
        life.order("amina", LeaveDossier("d1"))


def test_a_right_that_is_taken_away_is_told_and_ends_at_once(life: Life) -> None:
    life.order("bruno", JoinDossier("d1", Right.EDIT, "Bruno"))
    with pytest.raises(OvertakenError):
        life.orders(
            ("amina", [RemoveSharer("d1", "bruno")]),
            ("bruno", [KeepAnswer("d1", "street", "1 rue de l'Exemple", 0)]),
        )
    life.order("amina", RemoveSharer("d1", "bruno"))
    assert rights(life) == {"amina": Right.OWN}
    assert life.headings("web:bruno")[-1] == "Vous ne partagez plus un dossier"


def test_invitations_of_a_former_owner_are_void(life: Life) -> None:
    life.order("bruno", JoinDossier("d1", Right.EDIT, "Bruno"))
    life.open("amina", "d2")
    until = life.clock() + Purpose.COOWNER.lasts
    refs = {"d1:edit": CODE, "d2:edit": CODE[::-1]}
    with life.store.write() as tx:
        made = [MakeCode(Purpose.COOWNER, code, ref, until) for ref, code in refs.items()]
        Codes(life.clock).apply(tx, [Order("amina", "web:amina", one, life.clock(), 1) for one in made])
    life.order("amina", TransferDossier("d1", "bruno"))
    with life.store.read() as tx:
        assert list(tx.execute(select(CodeRow.ref)).scalars()) == ["d2:edit"]


def test_an_invitation_lasts_seven_days() -> None:
    assert Purpose.COOWNER.lasts == timedelta(days=7)
    assert len(code_of("x" * 32, Purpose.COOWNER)) == 26


def typed(life: Life, **codes: str) -> dict[str, tuple[Standing, str]]:
    """What late codes open, typed by several people in one batch."""
    with life.store.write() as tx:
        found = LateCodes(DEFAULT, life.clock)(tx, codes)
    return {person: (one.standing, one.purpose) for person, one in found.items()}


def make(life: Life, code: str, uses: int, days: int = 3) -> late.LateCode:
    made = late.LateCode(late.digest_of(code), life.clock.at + timedelta(days=days), uses)
    with life.store.write() as tx:
        late.make(tx, DEFAULT.slug, made, "Structure exemple", life.clock.at)
    return made


def use(life: Life, person: str, code: late.LateCode) -> None:
    with life.store.write() as tx:
        late.use(tx, DEFAULT.slug, person, code, life.clock.at)


def test_a_late_code_is_used_as_often_as_it_says(life: Life) -> None:
    code = make(life, CODE, 2)
    everybody = {"amina": CODE, "bruno": CODE, "claude": CODE, "nobody": "x" * 26}
    valid, used = (Standing.VALID, "late"), (Standing.USED, "")
    assert typed(life, **everybody) == {"amina": valid, "bruno": valid, "claude": used}
    for person in ("amina", "bruno", "amina"):
        use(life, person, code)
    assert typed(life, **everybody) == {"amina": valid, "bruno": valid, "claude": used}
    with life.store.read() as tx:
        assert tx.execute(select(LateCodeRow.uses_left)).scalar_one() == 0
        assert len(tx.execute(select(LateUseRow)).all()) == 2


def test_a_late_code_expires(life: Life) -> None:
    make(life, CODE, 2)
    life.clock.pass_(days=3, seconds=1)
    assert typed(life, amina=CODE) == {"amina": (Standing.EXPIRED, "")}


def test_a_late_code_is_of_one_edition(life: Life) -> None:
    made = late.LateCode(late.digest_of(CODE), life.clock.at + timedelta(days=3), 1)
    with life.store.write() as tx:
        late.make(tx, "autre", made, "Structure exemple", life.clock.at)
    assert typed(life, amina=CODE) == {}


def test_old_late_codes_are_forgotten(life: Life) -> None:
    use(life, "amina", make(life, CODE, 2))
    for days, kept in ((92, 1), (2, 0)):
        life.clock.pass_(days=days)
        with life.store.write() as tx:
            late.purge(tx, life.clock.at)
            assert len(tx.execute(select(LateCodeRow)).all()) == kept
            assert len(tx.execute(select(LateUseRow)).all()) == kept


@pytest.mark.parametrize("begun", [True, False])
def test_a_late_code_is_typed_like_any_other(store: Store, clock: Clock, *, begun: bool) -> None:
    """Also by somebody who has never spoken to us: a link is often how they come."""
    built = core(store, clock)
    life = Life(store, clock)
    closed = date(2026, 11, 20)
    life.call(None, closed)
    code = make(life, CODE, 1)
    amina = Webber(built, clock, "amina", "fr")
    if begun:
        for said in ("/start", "commencer", "oui"):
            amina.say(said)
    [card] = amina.say(f"/start {CODE}" if not begun else f"/code {CODE.upper()}")
    assert "Je ne connais pas ce code" not in str(card.texts)
    person = person_of(store, "web:amina")
    with store.read() as tx:
        held = late.held(tx, DEFAULT.slug, [person or ""])
        calendar = service.read_calendar(tx, DEFAULT)
    assert held == {person: code.until}
    assert calendar.closes_at == last_second(closed)
    [card] = Webber(built, clock, "bruno", "fr").say(f"/start {CODE}")
    assert "déjà" in str(card.texts)
