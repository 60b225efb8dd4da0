"""What a person typed in a field of the dossier, read by its kind; and a stored value as a person reads it. Pure."""

from rallynov.initiatives.reading.places import Commune, Places
from rallynov.initiatives.reading.reader import read
from rallynov.initiatives.reading.result import Doubt, Reading, Refusal, Value
from rallynov.initiatives.reading.showing import show, show_cell
from rallynov.initiatives.reading.spoken import Spoken, check_form, spoken
from rallynov.initiatives.reading.texts import length_left

__all__ = [
    "Commune", "Doubt", "Places", "Reading", "Refusal", "Spoken", "Value", "check_form", "length_left", "read", "show",
    "show_cell", "spoken",
]  # fmt: skip
