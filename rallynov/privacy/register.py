"""The register of processing (RGPD, article 30), made from what the product itself says: tags of columns, rules of retention.

``register.toml`` holds the rest: purposes, legal bases, recipients. It is French, as whoever asks for it reads French.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from rallynov.dialogue.words import Term
from rallynov.privacy.holdings import personal_tables
from rallynov.storage.base import Base
from rallynov.storage.lifetimes import Rule, rules
from rallynov.storage.personal import tag
from rallynov.wording import Wording

FILE = Path(__file__).parent / "register.toml"
_HEAD = """# Registre des activités de traitement

Ce registre est fait par « rallynov privacy register » à partir du programme lui-même : les données viennent des étiquettes
posées sur chaque colonne de la base, les durées de `rallynov/privacy/retention.toml`, les finalités de
`rallynov/privacy/register.toml`. Un test refuse une colonne sans étiquette, une table sans activité et un registre qui n'est
plus à jour. Il est à relire et à compléter par le responsable du traitement et son délégué à la protection des données : nom,
coordonnées, hébergeur, sous-traitants.

- Responsable du traitement : {operator}
- Contact : {contact}
- Transferts hors de l'Union européenne : aucun par ce service. Qui choisit Telegram confie ses messages à Telegram.
- Décision automatisée : aucune. Le résultat du diagnostic est indicatif.
- Données sensibles : non demandées. La notice demande de ne nommer personne et de ne rien écrire sur la santé de quelqu'un.
"""
_SAFETY = """## Mesures de sécurité

- Droits vérifiés à chaque action, d'après une seule table ; rôles donnés par invitation à usage unique.
- Journal des accès de l'équipe, lisible par l'administration (« /journal ») et, pour ce qui la concerne, par chaque personne.
- Chiffrement des échanges (HTTPS) par le serveur de l'organisateur ; fichiers lisibles du seul compte du service.
- Journaux techniques sans contenu ni adresse ; secrets retirés.
- Effacement immédiat, maintenu par des empreintes quand une sauvegarde plus ancienne est remise en place.
- Sauvegardes vérifiées ; copies d'avant mise à jour effacées.
"""


@dataclass(frozen=True, slots=True)
class Activity:
    """One processing: why, on which basis, of whom, for whom, in which tables, for how long."""

    name: str
    purpose: str
    basis: str
    people: str
    recipients: Sequence[str]
    tables: Sequence[str]
    kept: Sequence[str]


def activities() -> Mapping[str, Activity]:
    """Read the activities; ``TypeError`` for one that lacks something, ``KeyError`` for an unknown rule."""
    found = {name: Activity(**said) for name, said in tomllib.loads(FILE.read_text("utf-8")).items()}
    for activity in found.values():
        for rule in activity.kept:
            rules()[rule]
    return found


def unassigned() -> set[str]:
    """Return the tables that hold something of people and are part of no activity, and those that do not exist."""
    held = {table.name for table in personal_tables()}
    return held ^ {table for activity in activities().values() for table in activity.tables}


def register(wording: Wording, operator: str, contact: str) -> str:
    """Write the register as Markdown."""
    parts = [_HEAD.format(operator=operator, contact=contact)]
    for number, activity in enumerate(activities().values(), 1):
        parts.append("\n".join(_written(number, activity, wording)))
    parts.append(_SAFETY)
    return "\n".join(parts)


def _written(number: int, activity: Activity, wording: Wording) -> Iterator[str]:
    yield f"## {number}. {activity.name}\n"
    yield f"- Finalité : {activity.purpose}"
    yield f"- Base légale : {activity.basis}"
    yield f"- Personnes : {activity.people}"
    yield f"- Destinataires : {' ; '.join(activity.recipients)}."
    yield "- Durées :"
    yield from (f"  - {rule.what} : {lasting(rule)}" for rule in (rules()[name] for name in activity.kept))
    yield "- Données :"
    for name in activity.tables:
        columns = ", ".join(f"`{one.name}`" for one in Base.metadata.tables[name].columns if tag(one))
        yield f"  - {wording.word(Term(f'privacy:held:{name}'), 'fr')} (`{name}`) : {columns}"
    yield ""


def lasting(rule: Rule) -> str:
    """Say how long, in French."""
    days, hours = rule.kept.days, rule.kept.seconds // 3600
    said = f"{days} jour{'s' * (days > 1)}" if days else f"{hours} heure{'s' * (hours > 1)}"
    if rule.notice > timedelta(0):
        said += f", la personne prévenue {rule.notice.days} jours avant"
    return said
