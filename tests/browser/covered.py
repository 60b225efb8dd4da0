"""Every address of the site, and who opens it there: a route that is not here fails the tests that walk them.

Beside the pages: what is handed over as a file, what only a machine reads, and every form with what it sends.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fastapi import FastAPI
from starlette.routing import Route

PAGES: Mapping[str, Sequence[tuple[str, str]]] = {
    "/": [("anne", "/"), ("claude", "/"), ("denis", "/"), ("lea", "/"), ("", "/?lang={q}")],
    "/fragment": [("anne", "/fragment?after=0"), ("claude", "/fragment?after=0")],
    "/beside": [("anne", "/beside")],
    "/c/{code}": [("", "/c/abcdefgh?lang={q}")],
    "/dossier": [("anne", "/dossier"), ("", "/dossier")],
    "/dossier/{dossier}": [("anne", "/dossier/d1"), ("anne", "/dossier/d2"), ("anne", "/dossier/d3"), ("", "/dossier/{q}")],
    "/annonces": [("", "/annonces")],
    "/annonces/{number}": [("", "/annonces/1")],
    "/faq": [("", "/faq")],
    "/faq/{slug}": [("", "/faq/appris-exemple"), ("", "/faq/{q}")],
    "/fiches": [("", "/fiches")],
    "/fiches/{slug}": [("", "/fiches/F10"), ("", "/fiches/{q}")],
    "/etapes": [("", "/etapes?pres={q}")],
    "/etapes/{number}": [("anne", "/etapes/1")],
    "/equipe": [("claude", "/equipe"), ("lea", "/equipe")],
    "/equipe/dossiers": [("claude", "/equipe/dossiers"), ("claude", "/equipe/dossiers?q={q}&label={q}&status={q}")],
    "/equipe/dossiers/lot": [("claude", "/equipe/dossiers/lot?acte={q}&vue={q}"), ("claude", "/equipe/dossiers/lot?d=d1")],
    "/equipe/dossiers/{dossier}": [("claude", f"/equipe/dossiers/{one}") for one in ("d1", "d3", "{q}")],
    "/equipe/saisie": [("claude", "/equipe/saisie")],
    "/equipe/saisie/{dossier}": [("claude", "/equipe/saisie/d4")],
    "/equipe/saisie/{dossier}/{step:int}": [("claude", f"/equipe/saisie/d4/{nth}") for nth in range(1, 5)],
    "/equipe/questions": [("claude", "/equipe/questions")],
    "/equipe/questions/a-apprendre": [("claude", "/equipe/questions/a-apprendre")],
    "/equipe/questions/semaines": [("claude", "/equipe/questions/semaines")],
    "/equipe/questions/{ticket}": [("claude", "/equipe/questions/{ticket}"), ("claude", "/equipe/questions/{q}")],
    "/equipe/chiffres": [("claude", "/equipe/chiffres")],
    "/equipe/exports": [("claude", "/equipe/exports?view={q}")],
    "/equipe/exports/{name}": [("claude", "/equipe/exports/{q}")],
    "/confidentialite": [("", "/confidentialite")],
    "/accessibilite": [("", "/accessibilite?lang={q}")],
    "/mentions-legales": [("", "/mentions-legales")],
}  # fmt: skip
"""Who opens which address of each page; ``{q}`` is a payload, ``{ticket}`` an id of the site."""
FILES: Mapping[str, Sequence[tuple[str, str]]] = {
    "/papiers/{kind}/{ref}": [("anne", "/papiers/dossier/d1"), ("anne", "/papiers/receipt/d1"), ("", "/papiers/blank/1")],
    "/etapes/{number}.ics": [("", "/etapes/1.ics")],
    "/equipe/chiffres/{table}.csv": [("claude", "/equipe/chiffres/funnel.csv")],
    "/equipe/exports/{name}/fichier": [("claude", "/equipe/exports/none/fichier")],
    "/pieces/{dossier}/{piece}": [("anne", "/pieces/d1/d1f0")],
    "/equipe/dossiers/{dossier}/pieces/{piece}": [("claude", "/equipe/dossiers/d1/pieces/d1f0")],
    "/annonces.atom": [("", "/annonces.atom")],
    "/annonces/{number}/piece": [("", "/annonces/1/piece")],
}  # fmt: skip
"""What is handed over, and is no page."""
MACHINES = frozenset(("/events", "/healthz", "/readyz", "/metrics", "/static/{name:path}"))
"""What holds nothing that anybody types."""
FORMS: Mapping[str, Sequence[tuple[str, str, Mapping[str, str]]]] = {
    "/say": [("anne", "/say", {"text": "bonjour"}), ("claude", "/say", {"text": "/menu"})],
    "/pieces": [("anne", "/pieces", {"dossier": "d2"})],
    "/equipe/questions": [("claude", "/equipe/questions", {"place": "t:{ticket}@1", "key": "close"})],
    "/equipe/exports": [("claude", "/equipe/exports", {"view": "complete", "kind": "json", "table": "dossiers"})],
    "/equipe/dossiers/lot": [("claude", "/equipe/dossiers/lot", {"acte": "label", "ids": "d1", "label": "exemple"})],
    "/equipe/dossiers/{dossier}": [("claude", "/equipe/dossiers/d1", {"acte": "note", "text": "exemple"})],
    "/equipe/saisie": [("claude", "/equipe/saisie", {"received": "2026-01-02"})],
    "/equipe/saisie/{dossier}": [("claude", "/equipe/saisie/d4", {"acte": "invite"})],
    "/equipe/saisie/{dossier}/{step:int}": [("claude", "/equipe/saisie/d4/1", {"name": "exemple"})],
    "/equipe/saisie/{dossier}/pieces": [("claude", "/equipe/saisie/d4/pieces", {"remove": "none"})],
}  # fmt: skip
"""Every form: who sends it, where, with what."""


def routes(app: FastAPI, method: str) -> set[str]:
    """Return the routes of a method."""
    return {
        route.path for route in app.routes if isinstance(route, Route) and method in (route.methods or ())
    }


def uncovered(app: FastAPI) -> set[str]:
    """Return the routes that no test opens, those that are covered and gone, and methods that we do not know."""
    reads, writes = routes(app, "GET"), routes(app, "POST")
    odd = {
        route.path
        for route in app.routes
        if not isinstance(route, Route) or not set(route.methods or ()) <= {"GET", "HEAD", "POST"}
    }
    return (reads ^ (PAGES.keys() | FILES.keys() | MACHINES)) | (writes ^ FORMS.keys()) | odd - MACHINES
