"""What people type and what the product writes, as text: cleaned, compared, measured, cut, typeset.

Everything is a pure function of a string. Nothing here knows a channel, a catalogue or a person.
"""

from rallynov.text.cleaning import MAX_CHARACTERS, clean_line, clean_text
from rallynov.text.folding import fold
from rallynov.text.likeness import alike, likeness, slips
from rallynov.text.measure import split_message, utf16_len
from rallynov.text.typography import TYPOGRAPHIES, english, french, told_hour, told_number

__all__ = [
    "MAX_CHARACTERS", "TYPOGRAPHIES", "alike", "clean_line", "clean_text", "english", "fold", "french",
    "likeness", "slips", "split_message", "told_hour", "told_number", "utf16_len",
]  # fmt: skip
