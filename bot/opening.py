"""What the commands begin with: the settings read, the database opened, and every obstacle told in French."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError

from bot import logs, unusable
from bot.settings import Settings, mistyped
from bot.wiring import Core, StartError, build
from rallynov.storage import schema
from rallynov.storage.store import AlreadyRunningError, Store
from rallynov.wording import ContentError

if TYPE_CHECKING:
    import typer

CONFIG, UNAVAILABLE = 78, 69
"""Exit codes of sysexits.h: bad settings, database away."""
OSERRORS = {
    errno.EACCES: "l'accès est refusé",
    errno.EPERM: "l'accès est refusé",
    errno.EROFS: "il est en lecture seule",
    errno.ENOSPC: "le disque est plein",
    errno.ENOTDIR: "ce n'est pas un dossier",
    errno.EEXIST: "ce n'est pas un dossier",
    errno.ENOENT: "il ne peut pas être créé",
}


def fail(sentence: str, code: int = CONFIG) -> typer.Exit:
    """Say why, and return how to end."""
    import typer  # noqa: PLC0415  # a server that starts without a word needs no command line

    warn(sentence)
    return typer.Exit(code)


def warn(sentence: str) -> None:
    """Tell the operator, on standard error."""
    import typer  # noqa: PLC0415  # see above

    typer.echo(sentence, err=True)


def _mistake(kind: str, message: str, told: Mapping[str, Any]) -> str:
    """Say in French what pydantic found."""
    match kind:
        case "value_error":
            return message.removeprefix("Value error, ")
        case "int_parsing" | "int_type":
            return "un nombre entier est attendu"
        case "greater_than_equal" | "less_than_equal":
            most, least = told.get("le"), told.get("ge")
            return f"le nombre est trop petit : {least} au moins" if most is None else f"{most} au plus"
        case "literal_error":
            values = str(told["expected"]).replace("'", "").replace(" or ", " ou ")
            return f"l'une de ces valeurs est attendue : {values}"
        case _:
            return "cette valeur ne convient pas"


def read_settings() -> Settings:
    """Read the settings; one that does not suit ends the command, one that is perhaps mistyped is told."""
    for name, meant in mistyped().items():
        warn(f"{name} n'est pas un réglage. Vouliez-vous dire {meant} ?")
    try:
        return Settings()
    except ValidationError as error:
        lines = [
            f"RALLYNOV_{str(e['loc'][0]).upper()} : {_mistake(e['type'], e['msg'], e.get('ctx', {}))}"
            for e in error.errors(include_input=False)
        ]
        raise fail("Un réglage ne convient pas.\n" + "\n".join(lines)) from None


@contextlib.contextmanager
def told(settings: Settings) -> Iterator[None]:
    """Turn whatever prevents the start into a sentence and an exit code."""
    try:
        yield
    except StartError as error:
        raise fail(str(error), error.code) from None
    except ContentError as error:
        raise fail(f"Un fichier de contenu ne convient pas : {error}") from None
    except AlreadyRunningError:
        raise fail(
            f"Rally'nov tourne déjà sur cette base ({settings.data_dir}) : un seul « run » par fichier SQLite."
        ) from None
    except schema.NewerSchemaError as error:
        raise fail(
            f"Cette base vient d'une version plus récente de Rally'nov (schéma {error}) : mettez le logiciel à jour."
        ) from None
    except schema.BrokenReferencesError:
        raise fail(
            "La mise à jour de la base laisserait des références rompues : elle a été annulée."
        ) from None
    except DBAPIError as error:
        raise _database_failed(settings, error) from None


def _database_failed(settings: Settings, error: DBAPIError) -> typer.Exit:
    if found := unusable.trouble(settings, error):
        return fail(str(found), found.code)
    said = logs.redact(str(error.orig)).strip()
    if isinstance(error, OperationalError):
        return fail(
            f"La base de données ne répond pas. Vérifiez qu'elle est démarrée, et RALLYNOV_DATABASE_URL. Elle dit : {said}",
            UNAVAILABLE,
        )
    return fail(f"La base de données ne peut pas être utilisée : {said}")


def _store(settings: Settings) -> Store:
    """Open the database, in a folder that only this user reads."""
    try:
        store = Store(settings.database)
    except (ArgumentError, ValueError):
        raise StartError(
            "RALLYNOV_DATABASE_URL : cette adresse ne se lit pas ; "
            "exemple : postgresql://compte:motdepasse@machine:5432/base",
            CONFIG,
        ) from None
    if store.is_sqlite and store.url.database:
        Path(store.url.database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return store


def _opened(settings: Settings, *, own: bool) -> Store:
    try:
        store = _store(settings)
        if own:
            store.own()
        return store
    except OSError as error:
        why = OSERRORS.get(error.errno or 0, error.strerror)
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise StartError(str(unusable.no_room(settings.data_dir.absolute())), unusable.IO) from None
        raise StartError(f"{error.filename} ne peut pas être utilisé : {why}.", CONFIG) from None


def migrated(settings: Settings, *, checked: bool = False) -> Store:
    """Take the database for this process, and bring it up to date."""
    store = _opened(settings, own=True)
    try:
        if checked and store.is_sqlite:
            _look(store)
        if copy := schema.migrate_apart(store):
            warn(f"Copie de la base avant la mise à jour : {copy}")
    except BaseException:
        store.close()
        raise
    return store


def _look(store: Store) -> None:
    with store.read() as tx:
        found = tx.exec_driver_sql("PRAGMA quick_check(1)").scalar()
    if found != "ok":
        broken = unusable.damaged(store.url.database or "", str(found))
        raise StartError(str(broken), broken.code)


def shared(settings: Settings) -> Store:
    """Open the database beside a ``run``; it is taken, for a moment, only when it must be brought up to date."""
    store = _opened(settings, own=False)
    try:
        if schema.revision(store) != schema.head():
            migrated(settings).close()
    except AlreadyRunningError:
        store.close()
        raise StartError(
            f"Rally'nov tourne sur cette base ({settings.data_dir}) dans une autre version : "
            "arrêtez-le, puis recommencez.",
            CONFIG,
        ) from None
    except BaseException:
        store.close()
        raise
    return store


def beside(settings: Settings, *, own: bool = False) -> Store:
    """Open the database as it is, whatever release it is of; ``own`` takes it, so that no ``run`` begins meanwhile."""
    return _opened(settings, own=own)


def unstored(settings: Settings) -> Core:
    """Build the product without its database."""
    store = Store("sqlite://")
    schema.migrate(store)
    return build(settings, store)
