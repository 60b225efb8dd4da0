"""Dossiers that are set aside: whoever may change them asked that what is theirs be kept without being used."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, exists
from sqlalchemy.orm import InstrumentedAttribute, aliased

from rallynov.initiatives.model import Right
from rallynov.initiatives.tables import ShareRow
from rallynov.people.restricting import restricted

_WRITES = (Right.OWN, Right.EDIT)


def set_aside(dossier: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """Test whether the dossier of a column is in no list, export or figure, whatever its status.

    Somebody limited what is theirs, and nobody who may change the dossier did not: a colleague goes on with it.
    """
    some, other = aliased(ShareRow), aliased(ShareRow)
    limited = exists().where(some.dossier_id == dossier, some.right.in_(_WRITES), restricted(some.person_id))
    free = exists().where(other.dossier_id == dossier, other.right.in_(_WRITES), ~restricted(other.person_id))
    return and_(limited, ~free)
