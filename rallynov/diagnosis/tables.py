"""The tables of diagnoses: one row a run, one row an answer."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, ForeignKey, ForeignKeyConstraint, bindparam, select, text
from sqlalchemy.orm import Mapped, mapped_column

from rallynov.storage.base import Base
from rallynov.storage.personal import NOTHING, person, personal
from rallynov.storage.prepared import Prepared


class DiagnosisRow(Base):
    """One run of the grid by one person; ``run`` counts from 1 for each person.

    ``panel`` is the group that answers for one organisation, empty when the person answers alone; ``role`` is what
    they are in it.
    """

    __tablename__ = "diagnosis"
    __table_args__ = ({"sqlite_with_rowid": False},)

    person_id: Mapped[str] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, info=person("who answers")
    )
    run: Mapped[int] = mapped_column(primary_key=True)
    edition: Mapped[str]
    grid_version: Mapped[str] = mapped_column(info=NOTHING)
    started_at: Mapped[datetime] = mapped_column(info=personal("when they began"))
    finished_at: Mapped[datetime | None] = mapped_column(info=personal("when they finished"))
    panel: Mapped[str] = mapped_column(
        default="", server_default=text("''"), index=True, info=personal("the group they answer in")
    )
    role: Mapped[str] = mapped_column(
        default="", server_default=text("''"), info=personal("what they are in it")
    )


class AnswerRow(Base):
    """One answer, by question id; ``note`` is what the person wrote beside it."""

    __tablename__ = "answer"
    __table_args__ = (
        ForeignKeyConstraint(
            ["person_id", "run"], ["diagnosis.person_id", "diagnosis.run"], ondelete="CASCADE"
        ),
        {"sqlite_with_rowid": False},
    )

    person_id: Mapped[str] = mapped_column(primary_key=True, info=person("who answered"))
    run: Mapped[int] = mapped_column(primary_key=True)
    question: Mapped[str] = mapped_column(primary_key=True, info=personal("the question they answered"))
    value: Mapped[str | None] = mapped_column(info=personal("their answer"))
    note: Mapped[str | None] = mapped_column(info=personal("their note"))
    answered_at: Mapped[datetime] = mapped_column(info=personal("when they answered"))


_ANSWERED = Prepared(
    lambda _: select(AnswerRow.run).where(AnswerRow.person_id == bindparam("who")).limit(1),
)


def answered(tx: Connection, person: str) -> bool:
    """Tell whether anything is kept of what a person answered."""
    return bool(_ANSWERED.rows(tx, who=person))
