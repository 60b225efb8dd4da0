"""The link of an organisation: one name for all its spellings, counts that name nobody, a poster whose codes lead there."""

from datetime import UTC, datetime

import pytest
from conversation import Clock, Talk
from people.appointed import appoint
from typer.testing import CliRunner

from bot.cli import app
from bot.settings import Settings
from bot.wiring import Core, build
from rallynov.announcements.links import start_of
from rallynov.announcements.poster import Addresses
from rallynov.announcements.signups import counted
from rallynov.people.consents.flow import entrance
from rallynov.people.consents.model import Topic, linked
from rallynov.people.consents.tables import ConsentRow
from rallynov.people.granting import be_somebody
from rallynov.people.roles import Role
from rallynov.storage.store import Store

OWN = "Réseau Exemple (Franche-Comté)"
WEB = "https://rallynov.example"


@pytest.fixture
def built(sqlite: Store, clock: Clock) -> Core:
    made = build(Settings(_env_file=None, web_url=WEB), sqlite, clock)
    made.press.naming.bot = lambda: "https://t.me/exemple_bot"
    return made


def writer(built: Core, clock: Clock) -> Talk:
    talk = Talk(built, clock)
    talk.say("bonjour")
    appoint(built, clock, talk.address, Role.WRITER, OWN)
    return talk


def shown(talk: Talk) -> str:
    return "\n".join(text for _, texts in talk.last.blocks for text in texts)


def consent(built: Core, source: str, topic: Topic, many: int, at: datetime) -> None:
    with built.store.write() as tx:
        for n in range(many):
            person = f"{source}{topic}{at:%m}{n}"
            be_somebody(tx, person, at)
            row = {"person_id": person, "topic": topic, "wording": "1/fr", "source": source, "given_at": at}
            tx.execute(ConsentRow.__table__.insert(), [row])


def test_a_link_leads_to_what_its_organisation_is_counted_by() -> None:
    start = start_of(OWN)
    assert start == "annonces-reseau-exemple-franche-comte"
    assert entrance(start.removeprefix("annonces-")).focus == linked(OWN)
    assert start_of("  reseau EXEMPLE, franche comte ") == start
    assert start_of("") == start_of("汉字") == "annonces"
    assert len(start_of("x" * 200)) <= 64  # Telegram's deep links


def test_the_screen_counts_by_month_and_topic_and_hides_small_numbers(built: Core, clock: Clock) -> None:
    november, december = datetime(2026, 11, 30, 23, 30, tzinfo=UTC), datetime(2026, 12, 5, tzinfo=UTC)
    consent(built, linked(OWN), Topic.STAGES, 6, november)  # already December in Paris
    consent(built, linked(OWN), Topic.STAGES, 1, december)
    consent(built, linked(OWN), Topic.PARTNERS, 4, december)
    consent(built, linked("Autre exemple"), Topic.ADVICE, 9, december)
    talk = writer(built, clock)
    talk.say("/lien")
    assert talk.last.code == start_of(OWN)
    assert talk.last.lasting
    [line] = [text for text in shown(talk).split("\n") if text.startswith("décembre")]
    assert " 7," in line
    assert "moins de 5" in line
    assert "9" not in shown(talk)


def test_somebody_who_comes_by_it_is_counted_for_it(built: Core, clock: Clock) -> None:
    visitor = Talk(built, clock, "web:visiteuse")
    visitor.say(f"/start {start_of(OWN)}")
    assert "reseau-exemple-franche-comte" in shown(visitor)
    visitor.press("topic-stages")
    with built.store.read() as tx:
        assert counted(tx, linked(OWN)).counts == {("2026-11", Topic.STAGES): 1}


def test_the_poster_is_that_of_whom_one_acts_for(built: Core, clock: Clock) -> None:
    talk = writer(built, clock)
    talk.say("/link")
    talk.press("poster")
    assert [ref for kind, ref, _ in talk.last.papers if kind == "poster"] == ["pdf", "png", "svg"]
    made = built.papers.make("poster", talk.address, "svg", "fr")
    assert made
    assert f"{WEB}/c/{start_of(OWN)}".encode() in made.content
    assert made.name == f"{start_of(OWN)}.svg"
    page = built.papers.make("poster", talk.address, "pdf", "en")
    assert page
    assert page.content.startswith(b"%PDF")
    assert start_of(OWN).encode() in page.content  # the links may be followed
    png = built.papers.make("poster", talk.address, "png", "fr")
    assert png
    assert png.content.startswith(b"\x89PNG")
    assert built.papers.make("poster", talk.address, "exe", "fr") is None
    assert built.papers.make("poster", "web:passant", "pdf", "fr") is None


def test_both_addresses_are_on_it_or_the_one_that_is_known() -> None:
    both = Addresses(WEB + "/", lambda: "https://t.me/exemple_bot").of(OWN)
    assert [link for _, link in both] == [
        f"{WEB}/c/{start_of(OWN)}",
        f"https://t.me/exemple_bot?start={start_of(OWN)}",
    ]
    assert len(Addresses(WEB, lambda: "").of(OWN)) == 1
    assert not Addresses("", lambda: "").of(OWN)


def test_a_stranger_has_no_link(built: Core, clock: Clock) -> None:
    talk = Talk(built, clock)
    talk.say("/lien")
    assert talk.last.code == ""
    assert "pas, ou plus, ouvert" in shown(talk)


def test_the_command_says_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RALLYNOV_WEB_URL", "RALLYNOV_TELEGRAM_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    told = CliRunner().invoke(app, ["partner-link"])
    assert told.exit_code == 64
    assert "--organisation" in told.output
