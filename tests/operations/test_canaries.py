"""Canaries planted in what is logged, in every way a program logs: none is ever seen, and each event is one line."""

from __future__ import annotations

import io
import json
import logging
import sys
from collections.abc import Iterator

import pytest
import structlog
from pydantic import BaseModel

from bot import logs

PERSONAL = {
    "e-mail": "camille.exemple+rally@asso-exemple.fr",
    "telephone": "06 12 34 56 78",
    "abroad": "+33 6 12 34 56 78",
    "without spaces": "0381999999",
    "account": "telegram:987654321",
    "group": "telegram:-100987654321",
    "visitor": "web:Zm9vYmFyYmF6cXV4",
    "key": "ticket:4:telegram:987654321:0",
    "token": "123456789:AAFsecretSECRETsecretSECRETsecretSEC",
    "password": "postgresql://rallynov:m0t:de@passe@base:5432/rallynov",
    "in libpq's form": "host=base password=motdepasse dbname=x",
    "code in a link": "https://rallye.exemple/ouvrir?code=abcd-efgh-ijkl&x=1",
    "deep link": "https://t.me/robot?start=c_abcdefgh",
}
CANARIES = (
    "camille",
    "12 34",
    "0381",
    "987654321",
    "Zm9v",
    "secretSECRET",
    "passe@base",
    "motdepasse",
    "abcd",
)
TYPED = "notre usine déménage PERSONNEL"
PLAIN = (
    "2026-11-22T09:00:00.123456Z",
    "12:30",
    "port=8000 seq=12345678901",
    "http://127.0.0.1:8000/",
    "RN-00012",
)


class Typed(BaseModel):
    age: int


@pytest.fixture(params=["console", "json"])
def logged(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level, configured = root.handlers[:], root.level, structlog.get_config()
    shown = io.StringIO()
    monkeypatch.setattr(sys, "stderr", shown)
    logs.configure(request.param, logging.DEBUG)
    yield shown
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.configure(**configured)


def found(shown: str) -> list[str]:
    return [one for one in (*CANARIES, "PERSONNEL") if one in shown]


@pytest.mark.parametrize("kind", PERSONAL)
def test_what_looks_like_a_person_or_a_secret(kind: str, logged: io.StringIO) -> None:
    canary = PERSONAL[kind]
    ours, library = structlog.get_logger("rallynov.test"), logging.getLogger("some.package")
    ours.warning("spoken", where=canary, among=[canary, {canary: (canary,)}], other=Exception(canary))
    ours.warning(f"said {canary}")
    library.warning("calling %s with %r", canary, {"x": canary})
    try:
        raise RuntimeError(f"refused: {canary}")  # noqa: TRY301
    except RuntimeError:
        ours.exception("broken")
        library.exception("broken")
    assert logged.getvalue().count("***") >= 6
    assert found(logged.getvalue()) == []


@pytest.mark.parametrize("name", sorted(logs.PRIVATE))
def test_a_value_whose_name_tells_that_it_is_somebodys(name: str, logged: io.StringIO) -> None:
    structlog.get_logger("rallynov.test").warning("spoken", **{name: TYPED}, inside={name: TYPED})
    assert found(logged.getvalue()) == []
    assert "***" in logged.getvalue()


@pytest.mark.parametrize("text", PLAIN)
def test_what_is_left_as_it_is(text: str) -> None:
    assert logs.redact(text) == text


def raised(kind: str) -> Exception:
    """Exceptions as libraries make them: with what they were given in their words."""
    try:
        match kind:
            case "pydantic":
                Typed.model_validate({"age": TYPED})
            case "number":
                int(TYPED)
            case "key":
                {}[TYPED]
            case "unicode":
                (TYPED + "é").encode("ascii")
            case "chained":
                try:
                    int(TYPED)
                except ValueError as error:
                    raise RuntimeError("a step failed") from error
    except Exception as error:
        return error
    raise AssertionError(kind)


@pytest.mark.parametrize("kind", ["pydantic", "number", "key", "unicode", "chained"])
def test_the_words_of_an_exception_may_be_a_persons(kind: str, logged: io.StringIO) -> None:
    try:
        raise raised(kind)  # noqa: TRY301
    except Exception as error:
        structlog.get_logger("rallynov.test").exception("broken")
        structlog.get_logger("rallynov.test").error("broken", error=error)
        logging.getLogger("some.package").exception("broken")
        logging.getLogger("some.package").error("broken", exc_info=error)
    shown = logged.getvalue()
    assert found(shown) == []
    assert shown.count("in raised") == 3 * (2 if kind == "chained" else 1), "where it happened is told"
    assert ("a step failed" in shown) == (kind == "chained")


def test_one_line_an_event(logged: io.StringIO, request: pytest.FixtureRequest) -> None:
    ours, library = structlog.get_logger("rallynov.test"), logging.getLogger("some.package")
    ours.warning("first", reason="two\nlines", count=3, nothing=None)
    library.warning("second\nlevel=critical forged %s", "x\ny")
    try:
        raise OSError(28, "No space left on device")  # noqa: TRY301
    except OSError:
        library.exception("third")
    lines = logged.getvalue().splitlines()
    if lines[0].startswith("{"):
        events = [json.loads(line) for line in lines]
        assert [one["event"][:6] for one in events] == ["first", "second", "third"]
        assert {"timestamp", "level"} <= set(events[1])
        assert events[0]["count"] == 3
        assert "No space left" in events[2]["exception"]
    else:
        assert "first reason='two\\nlines' count=3" in lines[0]
        assert "second level=critical forged x y" in lines[1]
        assert "third" in lines[2]
        assert lines[-1] == "OSError: [Errno 28] No space left on device"
