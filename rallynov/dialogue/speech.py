"""The small words of a language that surround an answer: data for `understand`, no rules."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Speech:
    """A language's small words, folded (no case, accents or punctuation)."""

    joins: bool
    """Whether an apostrophe joins what it stands between: "don't" is one word, "l'essai" is two."""
    figures: Mapping[str, int]
    """Figures in letters, "deux"."""
    ordinals: Mapping[str, int]
    """Ranks in letters, "deuxième"."""
    articles: frozenset[str]
    """What may stand before a figure and says nothing: "la 2"."""
    pointers: frozenset[str]
    """What stands before a figure and says that it is the number of a choice: "réponse 2"."""
    nouns: frozenset[str]
    """What stands after a rank and says nothing: "la deuxième réponse"."""
    ordinal: str
    """Pattern of what ends a figure: "2e"."""
    openings: tuple[str, ...]
    """What may come before an answer and says nothing: "c'est en place"."""
    closings: tuple[str, ...]
    """What may come after an answer and says nothing: "en place, merci"."""
    hedges: tuple[str, ...]
    """What stands around an answer and leaves a doubt: what is said is then asked."""
    yes: str
    no: str
    denials: frozenset[str]
    """Words that turn an answer into its contrary: a guess never crosses them."""
    either: frozenset[str]
    """Words between two figures that hesitate: "2 ou 3"."""


def _counted(words: str) -> dict[str, int]:
    return {word: n for n, word in enumerate(words.split(), 1)}


_ONE_TO_TWELVE = "un deux trois quatre cinq six sept huit neuf dix onze douze"
_FIRST_TO_TENTH = "premier deuxieme troisieme quatrieme cinquieme sixieme septieme huitieme neuvieme dixieme"

FRENCH: Final = Speech(
    joins=False,
    figures=_counted(_ONE_TO_TWELVE) | {"une": 1},
    ordinals=_counted(_FIRST_TO_TENTH) | {"premiere": 1, "second": 2, "seconde": 2},
    articles=frozenset(("la", "le", "l")),
    pointers=frozenset(("reponse", "choix", "option", "proposition", "numero", "num", "no", "n", "niveau")),
    nouns=frozenset(("reponse", "choix", "option", "proposition", "niveau")),
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
    hedges=(
        *("plutot", "je crois que", "je crois", "je pense que", "je pense", "il me semble", "peut etre"),
        *("environ", "a peu pres", "probablement", "normalement"),
    ),
    yes="oui",
    no="non",
    denials=frozenset(("pas", "pa", "non", "aucun", "aucune", "jamais", "ne", "n", "ni", "sans", "rien")),
    either=frozenset(("ou", "et", "a", "voire", "entre", "sur")),
)

ENGLISH: Final = Speech(
    joins=True,
    figures=_counted("one two three four five six seven eight nine ten eleven twelve"),
    ordinals=_counted("first second third fourth fifth sixth seventh eighth ninth tenth"),
    articles=frozenset(("the",)),
    pointers=frozenset(("answer", "choice", "option", "number", "num", "no", "n", "nr", "level")),
    nouns=frozenset(("one", "answer", "choice", "option", "level")),
    ordinal="(?:st|nd|rd|th)",
    openings=(
        *("uh", "um", "er", "erm", "hmm", "well", "so", "ok", "okay", "right", "lets say", "please", "then"),
        *("its", "it is", "thats", "that is", "this is", "that would be", "it would be", "were", "we are"),
        *("id say", "i would say", "i say", "ill say", "i choose", "i pick", "ill take", "ill go for"),
        *("i think its", "i think were", "i think", "i want to", "i want", "id like to", "id like"),
        *("i would like to", "i would like", "can i", "could i", "may i", "can we", "could we", "lets"),
        *("for us", "for me", "here", "my answer is", "my answer", "the answer is", "the answer"),
    ),
    closings=(
        *("thanks", "thanks a lot", "thank you", "thank you very much", "many thanks", "cheers"),
        *("please", "pls", "plz", "for us", "here", "id say"),
    ),
    hedges=(
        "rather",
        "i think",
        "i believe",
        "i guess",
        "maybe",
        "perhaps",
        "probably",
        "about",
        "more or less",
    ),
    yes="yes",
    no="no",
    denials=frozenset(
        (
            *(
                "not",
                "no",
                "non",
                "never",
                "none",
                "nothing",
                "nobody",
                "without",
                "nor",
                "neither",
                "hardly",
            ),
            *("dont", "doesnt", "didnt", "isnt", "arent", "wasnt", "werent", "havent", "hasnt", "hadnt"),
            *("cant", "cannot", "couldnt", "wont", "wouldnt", "shouldnt", "aint"),
        )
    ),
    either=frozenset(("or", "and", "to", "even", "between", "out", "of")),
)

SPEECHES: Final[Mapping[str, Speech]] = {"fr": FRENCH, "en": ENGLISH}
"""The small words of each language."""
