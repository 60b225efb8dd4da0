"""The small words of a language that surround an answer: data for `understand`, no rules."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Speech:
    """A language's small words, folded (no case, accents or punctuation)."""

    figures: Mapping[str, int]
    """Figures in letters, "deux" or "deuxième"."""
    articles: frozenset[str]
    """What may stand before a figure and says nothing: "la 2"."""
    pointers: frozenset[str]
    """What stands before a figure and says that it is the number of a choice: "réponse 2"."""
    ordinal: str
    """Pattern of what ends a figure: "2e"."""
    openings: tuple[str, ...]
    """What may come before an answer and says nothing: "c'est en place"."""
    closings: tuple[str, ...]
    """What may come after an answer and says nothing: "en place, merci"."""
    yes: str
    no: str
    denials: frozenset[str]
    """Words that turn an answer into its contrary: a guess never crosses them."""
    either: frozenset[str]
    """Words between two figures that hesitate: "2 ou 3"."""


_ONE_TO_TWELVE = "un deux trois quatre cinq six sept huit neuf dix onze douze"
_FIRST_TO_TENTH = "premier deuxieme troisieme quatrieme cinquieme sixieme septieme huitieme neuvieme dixieme"

FRENCH: Final = Speech(
    figures={
        word: n for words in (_ONE_TO_TWELVE, _FIRST_TO_TENTH) for n, word in enumerate(words.split(), 1)
    }
    | {"une": 1, "premiere": 1, "second": 2, "seconde": 2},
    articles=frozenset(("la", "le", "l")),
    pointers=frozenset(("reponse", "choix", "option", "proposition", "numero", "num", "no", "n", "niveau")),
    ordinal="(?:er|ere|e|eme|ieme|nd|nde|d|de)",
    openings=(
        *("euh", "ben", "bah", "alors", "donc", "ok", "d accord", "disons", "c est", "ce serait", "ce sera"),
        *("je dirais", "je choisis", "je reponds", "je mets", "je prends", "je veux", "je voudrais"),
        *("j aimerais", "je souhaite", "est ce que je peux", "puis je", "je peux", "on peut", "peut on"),
        *("nous sommes", "on est", "on en est", "nous en sommes", "chez nous", "pour nous", "pour moi"),
        *("ma reponse", "ma reponse est", "la reponse est", "la reponse", "reponse"),
    ),
    closings=(
        "merci",
        "merci beaucoup",
        "svp",
        "stp",
        "s il vous plait",
        "s il te plait",
        "chez nous",
        "pour nous",
    ),
    yes="oui",
    no="non",
    denials=frozenset(("pas", "pa", "non", "aucun", "aucune", "jamais", "ne", "n", "ni", "sans", "rien")),
    either=frozenset(("ou", "et", "a", "voire", "entre")),
)
