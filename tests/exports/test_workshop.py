"""Exports asked for in conversation: made beside everything, sent as a document, told when long, kept for an hour."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from conversation import Clock, Talk
from exports.crowd import fill
from exports.stage import SHAPE
from people.appointed import appoint, dismiss
from sqlalchemy import func, select
from typer.testing import CliRunner

from bot.cli import app
from bot.settings import Settings
from bot.wiring import Core, build
from rallynov.delivery.tables import AuditRow
from rallynov.exports import booklet, workshop
from rallynov.exports.document import check
from rallynov.exports.model import Outcome, Request
from rallynov.exports.spool import KEPT, OUTCOMES
from rallynov.exports.workshop import EndedError
from rallynov.people.roles import Role
from rallynov.people.tables import AccessRow
from rallynov.storage.store import Store

CLAUDE = "web:claude"


@pytest.fixture
def product(sqlite: Store, clock: Clock, tmp_path: Path) -> Core:
    return build(Settings(_env_file=None, data_dir=tmp_path), sqlite, clock)


@pytest.fixture
def claude(product: Core, clock: Clock) -> Talk:
    return member(product, clock, CLAUDE, Role.COORDINATOR)


def member(product: Core, clock: Clock, address: str, role: Role) -> Talk:
    talk = Talk(product, clock, address)
    talk.say("bonjour")
    appoint(product, clock, address, role)
    return talk


def asked(talk: Talk, view: str = "v-complete", kind: str = "k-json") -> Request:
    """Ask for an export in conversation; what then waits to be made."""
    talk.say("/export")
    talk.press(view)
    talk.press(kind)
    return talk.core.office.workshop.spool.waiting()[-1]


def made(talk: Talk, *choices: str) -> Outcome:
    request = asked(talk, *choices)
    shop = talk.core.office.workshop
    shop.run(request)
    return shop.spool.outcome(request.id) or Outcome(refused="none")


def words(talk: Talk) -> str:
    return " ".join(text for _, texts in talk.last.blocks for text in texts)


def test_an_export_comes_as_a_document_and_leaves_a_trace(
    product: Core, claude: Talk, tmp_path: Path
) -> None:
    fill(product.store, 30)
    request = asked(claude)
    assert "Votre export se prépare" in words(claude)
    product.office.workshop.run(request)
    assert "Votre export est prêt : 30 dossiers." in words(claude).replace("\xa0", " ")
    [(kind, ref, label)] = claude.last.papers
    assert (kind, label) == ("export", "Tout le dossier")
    file = product.papers.make(kind, CLAUDE, ref, "fr")
    assert file
    assert (file.name, file.mime) == ("rallynov-complet.json", "application/json")
    (tmp_path / "again.json").write_bytes(file.content)
    assert check(tmp_path / "again.json", SHAPE).dossiers == 30
    path = product.office.workshop.spool.file(ref)
    assert path
    assert [stat.S_IMODE(one.stat().st_mode) for one in (path, path.parent, path.parent.parent)] == [
        0o600,
        0o700,
        0o700,
    ]
    with product.store.read() as tx:
        subjects = {tuple(row) for row in tx.execute(select(AuditRow.action, AuditRow.subject))}
        seen = tx.execute(
            select(func.count()).select_from(AccessRow).where(AccessRow.action == "exported")
        ).scalar()
    assert {("AskExport", "export:complete:json"), ("Export", "export:rallynov:complete:json:30")} <= subjects
    assert seen == 30


def test_each_sees_the_views_of_their_role_and_their_own_exports(
    product: Core, claude: Talk, clock: Clock
) -> None:
    fill(product.store, 5)
    reader = member(product, clock, "web:lea", Role.READER)
    assert [key for key, _ in reader.say("/export").choices] == ["v-jury", "v-publication", "v-tracking"]
    juror = member(product, clock, "web:jo", Role.JUROR)
    assert juror.say("/export").screen == "export:no"
    made(claude)
    [(_, ref, _)] = claude.last.papers
    for address in ("web:lea", "web:jo", "web:nobody"):
        assert product.papers.make("export", address, ref, "fr") is None
    for other in ("", "x", "../../etc", "é" * 4, "a" * 70):
        assert product.papers.make("export", CLAUDE, other, "fr") is None


def test_a_role_taken_away_takes_its_exports_before_and_after(
    product: Core, claude: Talk, clock: Clock
) -> None:
    fill(product.store, 5)
    made(claude)
    [(_, ref, _)] = claude.last.papers
    request = asked(claude)
    dismiss(product, clock)
    assert product.papers.make("export", CLAUDE, ref, "fr") is None
    product.office.workshop.run(request)
    assert "ne permet plus cet export" in words(claude)


def test_a_long_one_is_told_now_and_then(product: Core, claude: Talk, clock: Clock) -> None:
    def slow(_: Request, tell: Any) -> Outcome:
        for done in range(0, 10_000, 100):
            clock.pass_(seconds=1)
            tell(done, 10_000)
        return Outcome(refused="failed")

    product.office.workshop._make = slow
    before = len(claude.messages)
    asked(claude)
    product.office.workshop.run(product.office.workshop.spool.waiting()[0])
    said = [" ".join(one.blocks[0][1]) for one in claude.messages[before:] if one.screen == "news"]
    far = [one.replace("\xa0", " ").replace("\u202f", "").partition(": ")[2] for one in said[:-1]]
    assert far == [f"{done} dossiers sur 10000." for done in (900, 2900, 6900)]
    assert "n’a pas pu être fait" in said[-1]


def test_a_fault_is_told_and_an_end_leaves_it_to_the_next_process(product: Core, claude: Talk) -> None:
    shop = product.office.workshop

    def broken(*_: Any) -> Outcome:
        raise RuntimeError

    def ended(*_: Any) -> Outcome:
        raise EndedError

    shop._make = ended
    request = asked(claude)
    before = len(claude.messages)
    shop.run(request)
    assert len(claude.messages) == before
    assert shop.spool.waiting() == [request]
    shop._make = broken
    shop.run(request)
    assert "n’a pas pu être fait" in words(claude)
    assert shop.spool.waiting() == []


def test_nothing_to_export_is_said(claude: Talk) -> None:
    assert made(claude) == Outcome(refused="nothing")
    assert "il n’y a rien à exporter" in words(claude)


def test_several_volumes_are_bound_and_what_is_heavy_is_fetched_on_its_page(
    product: Core, claude: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(product.store, 3, hostile=False)
    monkeypatch.setattr(booklet, "VOLUME", 2)
    monkeypatch.setattr(workshop, "HEAVIEST", 1000)
    request = asked(claude, "v-tracking", "k-pdf")
    product.office.workshop.run(request)
    path = product.office.workshop.spool.file(request.id)
    assert path
    assert path.name == "rallynov-suivi.zip"
    assert ZipFile(path).namelist() == ["rallynov-suivi-1.pdf", "rallynov-suivi-2.pdf"]
    assert claude.last.papers == ()
    assert claude.last.page == f"/equipe/exports/{request.id}"
    assert product.papers.make("export", CLAUDE, request.id, "fr") is None


def test_an_export_is_kept_for_an_hour_and_none_outlives_an_erasure(
    product: Core, claude: Talk, clock: Clock
) -> None:
    fill(product.store, 2)
    made(claude)
    spool = product.office.workshop.spool
    [(_, first, _)] = claude.last.papers
    clock.pass_(seconds=KEPT.total_seconds() - 60)
    made(claude)
    [(_, second, _)] = claude.last.papers
    assert spool.file(first)
    clock.pass_(seconds=60)
    assert spool.sweep(clock()) == 1
    assert (spool.file(first), bool(spool.file(second))) == (None, True)
    other = Talk(product, clock, "web:autre")
    for text in ("commencer le diagnostic", "j'accepte", "/effacer"):
        other.say(text)
    other.press("erase")
    assert spool.file(second) is None


def test_an_export_under_way_while_somebody_is_erased_is_made_again(product: Core, claude: Talk) -> None:
    fill(product.store, 2)
    shop, times = product.office.workshop, []
    make = shop._make

    def erased_meanwhile(request: Request, tell: Any) -> Outcome:
        times.append(1)
        done = make(request, tell)
        if len(times) == 1:
            shop.forget()
        return done

    shop._make = erased_meanwhile
    assert made(claude).dossiers == 2
    assert len(times) == 2


def test_the_command_that_makes_one_says_what_became_of_it(
    product: Core, claude: Talk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(product.store, 4)
    request = asked(claude, "v-jury", "k-csv")
    monkeypatch.setenv("RALLYNOV_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("RALLYNOV_DATABASE_URL", str(product.store.url))
    done = CliRunner().invoke(app, ["export-request", request.id])
    assert (done.exit_code, done.stderr) == (0, "")
    outcome = OUTCOMES.validate_json(done.stdout_bytes)
    assert (outcome.file, outcome.dossiers) == ("rallynov-jury.csv", 2)
    assert product.office.workshop.spool.progress(request.id) == (2, 2)
    assert CliRunner().invoke(app, ["export-request", "rien"]).exit_code == 66


def test_the_same_turn_asks_for_one_export(product: Core, claude: Talk) -> None:
    request = asked(claude)
    assert not product.office.workshop.spool.put(request)
    assert product.office.workshop.spool.waiting() == [request]
