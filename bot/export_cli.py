"""`rallynov export`: the registered entries as a file, and an export read again, in French."""

from __future__ import annotations

import errno
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from bot import export_options as options
from bot import logs
from bot.opening import OSERRORS, fail, read_settings, shared, told
from bot.settings import Settings
from bot.wiring import clock
from rallynov.editions import service as editions
from rallynov.editions.model import Edition
from rallynov.exports import document
from rallynov.exports.model import OPERATOR, Refused, Selection, Written
from rallynov.exports.reading import editions_known, snapshot
from rallynov.exports.schema import Shape
from rallynov.exports.service import Exports
from rallynov.exports.spool import OUTCOMES, Spool
from rallynov.exports.views import View, find_view
from rallynov.exports.workshop import carry_out
from rallynov.exports.xlsx import TooManyRowsError
from rallynov.initiatives.model import Status
from rallynov.initiatives.service import load_form
from rallynov.storage.store import Store
from rallynov.wording import LANGUAGES, Wording

USAGE, FAULTY, NOTHING = options.USAGE, 65, 66
"""Exit codes of sysexits.h: a command that was not well given, a file that is no sound export, nothing to export."""
EVERY = 2.0
"""Seconds between two lines of progress."""


def export(  # noqa: PLR0913  # each is an option of the command
    *,
    kind: options.Kind = "",
    output: options.Output = None,
    edition: options.Named = "",
    view: options.Viewed = "complete",
    status: options.Statuses = None,
    territory: options.Territories = None,
    subject: options.Subject = "dossiers",
    language: options.Language = LANGUAGES[0],
    check: options.Check = None,
    drafts: options.Drafts = False,
    demo: options.Demo = False,
) -> None:
    """Écrire les dossiers déposés dans un fichier, ou relire un export JSON."""
    if check is not None:
        _check(check)
        return
    if output is None:
        raise fail("Dites où écrire, par exemple : rallynov export --output dossiers.xlsx", USAGE)
    kind, path = options.format_of(kind, output), options.path_of(output)
    if language not in LANGUAGES:
        raise fail(f"« {language} » n'est pas une langue d'ici : {' ou '.join(LANGUAGES)}.", USAGE)
    only = Selection(
        options.statuses_of(status or []),
        options.territories_of(territory or []),
        drafts,
        options.subject_of(subject),
    )
    settings = read_settings()
    with _opened(settings, edition, demo=demo) as (store, current):
        exports = _exports(settings, store, current, language)
        seen = _view(exports, view)
        _say(exports.views[seen], _written(exports, seen, kind, path, only), only)


def export_request(
    name: Annotated[str, typer.Argument()], *, demo: Annotated[bool, typer.Option("--demo")] = False
) -> None:
    """Faire un export demandé en conversation ou sur le web : lancé par « run », pour lui seul."""
    settings = read_settings()
    if demo:
        settings = settings.model_copy(
            update={"telegram_token": None, "webhook_url": None, "database_url": None}
        )
    spool = Spool(settings.data_dir.absolute() / "exports")
    request = spool.request(name)
    if request is None:
        raise typer.Exit(NOTHING)
    with _opened(settings, "", demo=demo) as (store, current), _ended():
        exports = _exports(settings, store, current, LANGUAGES[0])
        made = carry_out(store, exports, current, spool, request)
    sys.stdout.buffer.write(OUTCOMES.dump_json(made))


def _written(exports: Exports, view: str, kind: str, path: Path, only: Selection) -> Written | Refused:
    try:
        with _ended():
            return exports.write(view, kind, path, OPERATOR, only, _Progress())
    except OSError as error:
        raise fail(f"{path} ne peut pas être écrit : {_why(error)}. {options.FOLDER}", USAGE) from None
    except TooManyRowsError:
        raise fail(
            "C'est plus de lignes qu'Excel n'en tient : filtrez, ou exportez en JSON.", USAGE
        ) from None


def _say(view: View, done: Written | Refused, only: Selection) -> None:
    """Say what was written, or why nothing was."""
    match done:
        case Written(paths, count, absent):
            for one in paths:
                typer.echo(str(one))
            typer.echo(
                f"{_counted(count)}, vue « {view.called} ». Ce fichier contient des données personnelles."
            )
            if absent:
                typer.echo(f"Pièces absentes ou changées : {absent} (voir manifeste.json).", err=True)
        case Refused.STATUS_HIDDEN:
            shown = ", ".join(options.STATUSES[one] for one in Status if one in view.statuses)
            raise fail(f"La vue « {view.called} » ne montre que ces statuts : {shown}.", USAGE)
        case Refused.NO_SUCH_TABLE:
            held = ", ".join(french for french, one in options.SUBJECTS.items() if one in view.subjects)
            raise fail(f"La vue « {view.called} » ne contient que ces sujets : {held}.", USAGE)
        case Refused.NOTHING:
            hint = "" if only.drafts else " Les brouillons s'exportent avec --all."
            raise fail(f"Aucun dossier à exporter avec ces choix : aucun fichier n'est écrit.{hint}", NOTHING)
        case Refused.NOT_ALLOWED:
            raise fail("Cette vue n'est pas permise ici.", USAGE)


def _check(path: Path) -> None:
    """Read an export again, and say what it is worth."""
    try:
        found = document.check(path, Shape(load_form()))
    except OSError as error:
        raise fail(f"{path} ne peut pas être lu : {_why(error)}.", USAGE) from None
    except document.UnreadableError:
        raise fail(f"{path} n'est pas un export JSON de Rally'nov, ou il est coupé.", FAULTY) from None
    for fault in found.faults[:20]:
        typer.echo(f"Hors du schéma, dossier n° {fault}", err=True)
    if found.dossiers != found.told:
        typer.echo(f"Le fichier annonce {found.told} dossiers, il en contient {found.dossiers}.", err=True)
    if not found.intact:
        typer.echo("L'empreinte ne correspond pas : le contenu a changé depuis l'export.", err=True)
    if not found.sound:
        raise typer.Exit(FAULTY)
    typer.echo(
        f"{_counted(found.dossiers)}, édition « {found.edition} », vue « {found.view} » : l'export est intact."
    )


@contextmanager
def _opened(settings: Settings, edition: str, *, demo: bool) -> Iterator[tuple[Store, Edition]]:
    """Open the database beside a ``run``, and find the edition."""
    logs.configure(settings.log_format, level=40)
    with told(settings):
        store = shared(settings)
        try:
            yield store, _edition(store, edition, demo=demo)
        finally:
            store.close()


def _edition(store: Store, named: str, *, demo: bool) -> Edition:
    current = editions.current(store, sample=demo)
    if not named or named == current.slug:
        return current
    with snapshot(store) as tx:
        known = editions_known(tx)
    if named not in known:
        held = ", ".join(known) or "aucune n'a de dossier"
        raise fail(f"« {named} » n'est pas une édition connue : {held}.", USAGE)
    return Edition(named, named)


def _exports(settings: Settings, store: Store, edition: Edition, language: str) -> Exports:
    wording = Wording({"operator": settings.operator, "contact": settings.contact})
    pieces = settings.data_dir.absolute() / "pieces"
    return Exports(store, load_form(), edition, wording, pieces, clock, language=language)


def _view(exports: Exports, named: str) -> str:
    found = find_view(exports.views, named)
    if found is None:
        known = ", ".join(one.called for one in exports.views.values())
        raise fail(f"« {named} » n'est pas une vue. Les vues : {known}.", USAGE)
    return found.id


def _why(error: OSError) -> str:
    known = {**OSERRORS, errno.ENOENT: "il n'existe pas", errno.EISDIR: "c'est un dossier"}
    return known.get(error.errno or 0, f"erreur {error.errno}")


def _counted(count: int) -> str:
    return f"{count} dossier{'s' * (count > 1)}"


class _Progress:
    """Says on standard error how far a long export is; a short one says nothing."""

    def __init__(self) -> None:
        self._last = time.monotonic()

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if now - self._last >= EVERY:
            self._last = now
            typer.echo(f"{done} dossiers sur {total}…", err=True)


@contextmanager
def _ended() -> Iterator[None]:
    """Let SIGTERM end the export as Ctrl-C does: what was begun is removed."""

    def leave(_signal: int, _frame: FrameType | None) -> None:
        sys.exit(128 + signal.SIGTERM)

    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
