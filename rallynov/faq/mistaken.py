"""Whether a text typed where an answer is asked is the answer, or a question put to us. Pure; the rule in one place.

A text is a question only when it says so: a question mark at its end, or the opening of a question. What a field of a
strict shape accepts (a number, a date, a SIRET…) is its answer, whatever it looks like; what such a field refuses and says
that it is a question, is one. Where any text is an answer (a title, a story), a question needs the opening of one, a second
sign, and an answer that the FAQ is sure of; beside choices, two signs, or a mark and such an answer. With less, the person
is asked, and nothing is lost.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rallynov.dialogue.asides import Taken
from rallynov.faq.retrieval.model import Verdict
from rallynov.text import fold

LONGEST = 40
"""Words beyond which a text is a story."""


@dataclass(frozen=True, slots=True)
class Signs:
    """What a text shows of itself: a mark at its end, the opening of a question, and whether it speaks to us."""

    mark: bool
    opening: bool
    addressed: bool

    @property
    def any(self) -> bool:
        """Tell whether it says that it is a question."""
        return self.mark or self.opening

    @property
    def count(self) -> int:
        """How many there are."""
        return self.mark + self.opening + self.addressed


def signs(text: str) -> Signs:
    """Read the signs of a question in a text."""
    said = fold(text)
    opening = bool(_OPENING.match(said))
    return Signs(bool(_MARK.search(text)), opening, bool(_ADDRESSED.search(said)))


def taken(text: str, verdict: Verdict, *, strict: bool, accepted: bool, note: bool = False) -> Taken:
    """Decide what a text is where an answer is asked.

    ``strict`` tells that the field takes texts of one shape only, ``accepted`` that this one suits it; ``note`` that the
    answer is one of some choices, and a text only a note beside it.
    """
    seen = signs(text)
    if not seen.any or len(text.split()) > LONGEST or "\n" in text.strip():
        return Taken.ANSWER
    if strict:
        asks = seen.opening or seen.addressed or verdict is not Verdict.UNKNOWN
        return Taken.QUESTION if asks and not accepted else Taken.ANSWER
    if note and seen.mark and verdict is Verdict.ANSWER:
        return Taken.QUESTION
    if seen.count >= 2 and (note or (seen.opening and verdict is Verdict.ANSWER)):
        return Taken.QUESTION
    if seen.count >= 2 or note or verdict is not Verdict.UNKNOWN:
        return Taken.DOUBT
    return Taken.ANSWER


def idle(text: str) -> bool:
    """Tell whether a text is a bare number or one word that asks nothing by itself."""
    return bool(_IDLE.fullmatch(fold(text)))


def thanks(text: str) -> bool:
    """Tell whether a text only thanks, or says that all is well."""
    return bool(_THANKS.fullmatch(fold(text)))


def agrees(text: str) -> bool:
    """Tell whether a thank you begins as a yes does: « ok merci »."""
    return bool(_AGREED.match(fold(text)))


_AGREED = re.compile(r"(?:ok(?:ay)?|oui|d accord|yes) ")
_PLEASED = (
    r"(?:(?:ok(?:ay)?|oui|d accord|c est|bien|tres bien|ah|un|grand|mille|yes|great|perfect|wonderful|many|that s|"
    r"super|genial|parfait|impeccable|nickel|cool|top|chouette) )*"
    r"(?:super|genial|parfait|impeccable|nickel|cool|top|chouette|merci|mercii+|great|perfect|wonderful|thanks|thank you|"
    r"thx|cheers)"
    r"(?: (?:a|vous|toi|tous|beaucoup|bien|bcp|infiniment|encore|d avance|pour|votre|ton|cette|la|l|aide|reponse|"
    r"super|merci|very|much|so|a lot|again|for|your|the|help|answer))*"
)
_THANKS = re.compile(_PLEASED)
_IDLE = re.compile(
    rf"{_PLEASED}|[\d ]*|oui|non|ok(?:ay)?|ouais|nan|si|bien|bof|voila|bonjour|bonsoir|salut|hier|demain|aujourd hui|"
    r"maintenant|rien|tout|aucun|aucune|d accord|peut etre|je ne sais pas|jsp|"
    r"yes|no|yeah|hello|hi|yesterday|today|tomorrow|now|nothing|all|none|maybe|fine"
)
_MARK = re.compile(r"\?[\s!?.…)\]»”\"']*$")
_OPENING = re.compile(
    r"(?:(?:bonjour|bonsoir|salut|hello|hi|dites|euh|svp|sinon|et|mais|alors|donc|pardon|excusez moi|"
    r"une question|question|petite question|j ai une question) )*"
    r"(?:"
    # French
    r"est ce que?|e?s ?ke?|eske|esk|comm?ent|combien|cb (?:de|d|ca)|quand?|quel(?:le)?s?|kel|"
    r"ou (?:est|en|puis|peut|trouve|dois|se|sont|faut)|"
    r"pourquoi|pk|pq|qui (?:est|sont|peut|peux|va|voit|verra|lit|lira|regarde|decide|a|fait|sera|dois|doit|veut|juge|note|"
    r"choisit|organise)|quoi|"
    r"qu est ce|kes?ke|kesk|kesako|c ?(?:est|et)? ?(?:quoi|koi|kwa|quand?|kan|qui|combien)|"
    r"c ?est (?:ou|pour qui|pour quand)|a quoi|de quoi|a qui|pour qui|par qui|avec qui|"
    r"jusqu (?:a )?quand|depuis quand|que (?:se|faire|faut|dois|veut|signifie|gagne|devien|va|peut|puis)|"
    r"(?:puis|dois|peux|vais|pourrais|suis|ai) je|(?:peut|doit|faut|y a t|va t|pourra t|a t|est) (?:on|il|elle)|y a t il|"
    r"(?:avez|pouvez|etes|allez|savez|faites|devez|pourriez|gardez|publiez) vous|(?:sommes|pouvons|devons|avons) nous|"
    r"(?:on|je|nous) (?:peut|peux|pouvons|doit|dois|devons) .*|faut il|il faut|ca veut dire quoi|ca marche comment|"
    # English
    r"what|when|how|who|whom|whose|where|why|which|"
    r"(?:can|could|may|must|should|shall|do|does|did|will|would|am|are|is|have|has) "
    r"(?:i|we|you|it|there|he|she|they|the|my|our|your|this|that|a|an|someone|anyone)"
    r")\b"
)
_ADDRESSED = re.compile(
    r"\b(?:est ce que?|eske|c est quoi|qu est ce|vous|votre|vos|puis je|dois je|peux je|suis je|faut il|peut on|doit on|"
    r"sommes nous|pouvons nous|devons nous|y a t il|je (?:peux|dois|fais|mets|trouve)|on (?:peut|doit|met|fait)|ce champ|"
    r"cette question|cette case|mon dossier|le dossier|ce dossier|le jury|le rallye|rallynov|repere|diagnostic|siret|"
    r"date limite|cloture|candidature|ca veut dire|"
    r"(?:can|may|must|should|do|am) (?:i|we)|do you|you|your|this field|this question|my dossier|the dossier|the jury|"
    r"the rally|deadline)\b"
)
