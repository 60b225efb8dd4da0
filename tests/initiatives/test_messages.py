"""How many messages a dossier takes, with every required field answered and all that is optional skipped."""

from __future__ import annotations

from conversation import Talk
from initiatives.life import TEXT

from rallynov.initiatives.service import load_form

FORM = load_form()
SAID = (
    *("/dossier", "oui", "1"),
    *(
        "Atelier exemple",
        "732 829 320 00074",
        "10",
        "[skip_all]",
        "42",
        "1 rue de l'Exemple",
        "25000 Besançon",
    ),
    *("Camille Exemple", "responsable", "camille@exemple.fr", "03 81 12 34 56", "oui"),
    *("Une initiative exemple", TEXT, "1 3", "1", "3", "mars 2012"),
    *(TEXT,) * 7,
    "[skip_all]",
    *(
        "1 2",
        "120",
        "nos registres",
        "Absences ; 12 ; 7 ; mars 2013",
        "[done]",
        "[skip_all]",
        "[skip_all]",
        "passer",
    ),
    *("oui", "oui", "oui", "rien", "aucune"),
    *("déposer", "oui"),
)
MOST = 45


def test_a_whole_dossier_takes_at_most_45_messages(talk: Talk) -> None:
    for said in SAID:
        talk.press(said.strip("[]")) if said.startswith("[") else talk.say(said)
    assert talk.last.screen == "status"
    assert any("2026-0001" in str(message.blocks) for message in talk.messages)
    answered = [field for field in FORM.fields if field.required and field.when is None]
    assert len(answered) >= 30
    assert len(SAID) <= MOST, len(SAID)
