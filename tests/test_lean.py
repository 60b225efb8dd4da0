"""What a server's process does without: held by the names of what is not loaded, since megabytes differ by machine."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError

from bot import ground, lean
from rallynov.wording import ContentError

NEEDLESS = {
    "alembic": "migrations, in a process of their own",
    "babel.dates": "locale data: dates are words of the catalogues",
    "babel.messages": "reading catalogues, in a process of its own",
    "bot.cli": "the other commands",
    "bot.doctor": "the other commands",
    "frontmatter": "reading content, in a process of its own",
    "markdown_it": "reading content, in a process of its own",
    "phonenumbers": "the first dossier",
    "psycopg": "PostgreSQL",
    "pygments": "a command line of httpx",
    "rich": "a command line of httpx",
    "sqlalchemy.dialects.postgresql": "PostgreSQL",
    "stdnum": "the first dossier",
    "typer": "the other commands",
    "yaml": "reading content, in a process of its own",
}
"""What many servers never need, and what does."""
STARTED = """
import sys
from datetime import UTC, datetime
from babel import localedata
from bot import starting
from rallynov.dialogue.words import say

def built(settings, store, listening, *, sample):
    from bot import run
    core = run.build(settings, store)
    run._application(settings, core, None)
    core.wording.word(say("{a} {b}", a=datetime(2027, 3, 12, tzinfo=UTC), b=1234.5), "fr")
    print(*sys.modules, *(f"babel data: {name}" for name in localedata._cache))
    store.close()
    return 0

def migrated(*args, **options):
    from bot import run
    run._served = built
    return kept(*args, **options)

kept, starting.migrated = starting.migrated, migrated
sys.exit(starting.alone())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only there apart")
def test_a_server_starts_without_what_it_may_never_need(tmp_path: Path) -> None:
    own = {name: value for name, value in os.environ.items() if not name.startswith("RALLYNOV_")}
    told = subprocess.run(
        [sys.executable, "-c", STARTED],
        env=own | {"RALLYNOV_DATA_DIR": str(tmp_path), "RALLYNOV_WEB_PORT": "0"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    loaded = set(told.split())
    assert "fastapi" in loaded
    assert NEEDLESS.keys() & loaded == set()
    assert "babel data" not in told


@pytest.mark.skipif(sys.platform != "linux", reason="only there apart")
def test_what_is_read_apart_is_what_is_read_here() -> None:
    names = ("une association exemple", "bonjour@exemple.fr", None)
    ground.read_apart(*names)
    apart, here = ground.read_content.__wrapped__(*names), ground._read(*names)
    assert vars(apart.wording) == vars(here.wording)
    assert vars(apart.places) == vars(here.places)
    for name in ("grid", "form", "shelves", "entries", "replies", "templates"):
        assert getattr(apart, name) == getattr(here, name), name


def _refused() -> int:
    raise ContentError("grid.toml: a key is missing")


def test_what_is_raised_apart_is_raised_here() -> None:
    with pytest.raises(ContentError, match=r"grid\.toml: a key is missing"):
        lean.apart(_refused)


@pytest.mark.skipif(sys.platform != "linux", reason="only there apart")
def test_work_is_done_apart_and_here_when_its_process_ends() -> None:
    here = os.getpid()
    assert lean.apart(os.getpid) != here

    def killed() -> int:
        return os.getpid() if os.getpid() == here else os._exit(9)

    def given() -> Callable[[], int]:
        return lambda: here

    assert lean.apart(killed) == here
    assert lean.apart(given)() == here  # a function cannot be carried over


def test_a_model_that_waits_is_whole_when_it_is_used() -> None:
    with lean.deferred():

        class Later(BaseModel):
            number: int

    class Now(BaseModel):
        number: int

    assert (Later.__pydantic_complete__, Now.__pydantic_complete__) == (False, True)
    assert Later(number=1).number == 1
    with pytest.raises(ValidationError):
        Later.model_validate({"number": "one"})
