"""Roles and invitations as rows: made, held, accepted, given back, revoked, listed. Each change leaves an audit row."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, Select, bindparam, delete, insert, literal, select, union_all, update

from rallynov.delivery.subject import OvertakenError
from rallynov.delivery.tables import AuditRow
from rallynov.people.permissions import APPOINTED
from rallynov.people.roles import INVITATION, Grant, Grants, Holder, Offer, Role
from rallynov.people.tables import GrantRow, InvitationRow, PersonRow
from rallynov.storage import lifetimes
from rallynov.storage.prepared import INSERTS, Prepared, among, listed

COMMAND_LINE = "command-line"
"""Who acts, in the audit, when it is whoever runs the rally."""
KEPT = lifetimes.kept("invitation")
"""How long an invitation that expired is remembered."""


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation to write; ``name`` tells the list of roles who it is for, ``by`` is a person or nobody."""

    code: str
    edition: str
    grant: Grant
    name: str = ""
    by: str = ""


def digest_of(code: str) -> str:
    """Return what a code is known by."""
    return hashlib.sha256(code.encode()).hexdigest()


def _roles(dialect: str) -> Select[tuple[str, str, str, str, datetime]]:
    """Select what people hold and what they are offered, in one statement: it runs in every turn."""
    held = select(
        GrantRow.person_id.label("person"),
        GrantRow.role.label("role"),
        GrantRow.organisation.label("organisation"),
        literal("").label("invitation"),
        GrantRow.granted_at.label("until"),
    ).where(
        among(GrantRow.person_id, "people", dialect),
        GrantRow.edition == bindparam("edition"),
        GrantRow.revoked_at.is_(None),
    )
    offered = select(
        InvitationRow.held_by,
        InvitationRow.role,
        InvitationRow.organisation,
        InvitationRow.digest,
        InvitationRow.expires_at,
    ).where(
        among(InvitationRow.held_by, "people", dialect),
        InvitationRow.edition == bindparam("edition"),
        InvitationRow.accepted_at.is_(None),
    )
    both = union_all(held, offered).subquery()
    return select(both.c.person, both.c.role, both.c.organisation, both.c.invitation, both.c.until)


_ROLES = Prepared(_roles)


def grants_of(tx: Connection, edition: str, people: Sequence[str]) -> Mapping[str, Grants]:
    """Read what people may act as, and what they were offered; whoever has nothing is left out."""
    held: dict[str, list[Grant]] = defaultdict(list)
    offers: dict[str, list[Offer]] = defaultdict(list)
    for person, role, organisation, invitation, until in _ROLES.rows(
        tx, edition=edition, people=listed(people, tx.dialect.name)
    ):
        grant = Grant(Role(role), organisation)
        if invitation:
            offers[person].append(Offer(invitation, grant, until))
        else:
            held[person].append(grant)
    return {person: Grants(tuple(sorted(held[person])), tuple(offers[person])) for person in {*held, *offers}}


def grants_in(tx: Connection, edition: str, person: str) -> Grants:
    """Read what one person may act as: for a page, which no turn has loaded it for."""
    return grants_of(tx, edition, [person]).get(person, Grants())


def make(tx: Connection, invited: Invited, now: datetime) -> None:
    """Keep a new invitation; those that expired long ago are forgotten."""
    purge(tx, now)
    row = {
        "digest": digest_of(invited.code),
        "edition": invited.edition,
        "role": invited.grant.role,
        "organisation": invited.grant.organisation,
        "name": invited.name,
        "made_by": invited.by or None,
        "created_at": now,
        "expires_at": now + INVITATION,
        "held_by": "",
    }
    if invited.by:
        be_somebody(tx, invited.by, now)
    tx.execute(insert(InvitationRow), [row])


def purge(tx: Connection, now: datetime) -> None:
    """Forget the invitations that expired long ago."""
    tx.execute(delete(InvitationRow).where(InvitationRow.expires_at < now - KEPT))


def find(tx: Connection, edition: str, digests: Sequence[str]) -> Mapping[str, Row[*tuple[object, ...]]]:
    """Read invitations by digest, and hold them until the end of the transaction: each is had once."""
    mine = InvitationRow.edition == edition, InvitationRow.digest.in_(digests)
    rows = tx.execute(
        select(InvitationRow.__table__).where(*mine).order_by(InvitationRow.digest).with_for_update()
    )
    return {row.digest: row for row in rows}


def hold(tx: Connection, invitation: str, person: str) -> None:
    """Keep an invitation for whoever gave its code."""
    tx.execute(update(InvitationRow).where(InvitationRow.digest == invitation).values(held_by=person))


def give_back(tx: Connection, invitation: str, person: str) -> None:
    """Let an invitation be given to another."""
    mine = InvitationRow.digest == invitation, InvitationRow.held_by == person
    tx.execute(update(InvitationRow).where(*mine).values(held_by=""))


def accept(tx: Connection, edition: str, invitation: str, person: str, now: datetime) -> None:
    """Grant the role of an invitation to whoever holds it; ``OvertakenError`` when it is not there any more.

    The name goes with the role: the invitation, which is remembered longer, has it no more.
    """
    row = find(tx, edition, [invitation]).get(invitation)
    if row is None or row.held_by != person or row.accepted_at is not None:
        raise OvertakenError(invitation)
    tx.execute(
        update(InvitationRow).where(InvitationRow.digest == invitation).values(accepted_at=now, name="")
    )
    _grant(tx, row, person, now)


def _grant(tx: Connection, row: Row[*tuple[object, ...]], person: str, now: datetime) -> None:
    be_somebody(tx, person, now)
    granted = {
        "person_id": person,
        "edition": row.edition,
        "role": row.role,
        "organisation": row.organisation,
        "name": row.name,
        "granted_by": row.made_by,
        "granted_at": now,
    }
    number = tx.execute(insert(GrantRow).values(granted).returning(GrantRow.id)).scalar_one()
    _audit(tx, now, row.made_by or COMMAND_LINE, "GrantRole", f"grant:{number}:{row.role}")


def hold_appointed(tx: Connection, edition: str) -> None:
    """Hold who may take roles away until this transaction ends: of two who dismiss each other, one comes first."""
    mine = GrantRow.edition == edition, GrantRow.role.in_(APPOINTED), GrantRow.revoked_at.is_(None)
    tx.execute(select(GrantRow.id).where(*mine).order_by(GrantRow.id).with_for_update()).all()


def revoke(tx: Connection, edition: str, number: int, by: str, now: datetime) -> bool:
    """Take a role away, from this very moment; False when nobody holds it.

    The invitations that a coordinator or an administrator made and nobody accepted are void with it.
    """
    mine = GrantRow.id == number, GrantRow.edition == edition, GrantRow.revoked_at.is_(None)
    taken = tx.execute(
        update(GrantRow).where(*mine).values(revoked_at=now).returning(GrantRow.person_id, GrantRow.role)
    ).first()
    if taken is None:
        return False
    if taken.role in APPOINTED:
        void = InvitationRow.made_by == taken.person_id, InvitationRow.accepted_at.is_(None)
        tx.execute(delete(InvitationRow).where(*void))
    _audit(tx, now, by, "RevokeRole", f"grant:{number}:{taken.role}")
    return True


def holders(tx: Connection, edition: str, *, past: bool = False) -> list[Holder]:
    """List who holds what, by role, the first granted first; with ``past``, what was revoked too."""
    known = select(GrantRow.__table__).where(GrantRow.edition == edition)
    if not past:
        known = known.where(GrantRow.revoked_at.is_(None))
    rows = tx.execute(known.order_by(GrantRow.role, GrantRow.id))
    return [
        Holder(
            row.id,
            row.person_id,
            Grant(Role(row.role), row.organisation),
            row.name,
            row.granted_at,
            row.revoked_at,
        )
        for row in rows
    ]


def people_acting(tx: Connection, edition: str, role: Role) -> list[str]:
    """Return who holds a role: whom to tell of what concerns it."""
    mine = GrantRow.edition == edition, GrantRow.role == role, GrantRow.revoked_at.is_(None)
    return list(tx.execute(select(GrantRow.person_id).where(*mine).order_by(GrantRow.id)).scalars())


def forget(tx: Connection, people: Sequence[str]) -> None:
    """Take people out of what was offered and of the audit of roles, before they are erased; their roles go with them."""
    tx.execute(update(InvitationRow).where(InvitationRow.held_by.in_(people)).values(held_by="", name=""))
    signed = AuditRow.actor.in_(people), AuditRow.action.in_(("GrantRole", "RevokeRole"))
    tx.execute(update(AuditRow).where(*signed).values(actor=""))


def be_somebody(tx: Connection, person: str, now: datetime) -> None:
    """Have a row for a person who may not have read the notice yet: a role is held by somebody."""
    row = {"id": person, "notice_version": "", "notice_at": None, "created_at": now}
    tx.execute(INSERTS[tx.dialect.name](PersonRow).on_conflict_do_nothing(index_elements=["id"]), [row])


def audit_invitation(tx: Connection, role: Role, now: datetime) -> None:
    """Leave a trace of an invitation made at the command line."""
    _audit(tx, now, COMMAND_LINE, "MakeInvitation", f"role:{role}")


def _audit(tx: Connection, now: datetime, actor: str, action: str, subject: str) -> None:
    tx.execute(insert(AuditRow), [{"at": now, "actor": actor, "action": action, "subject": subject}])
