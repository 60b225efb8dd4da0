"""An index as bytes, and back: arrays and words only, no pickle. What is of other texts or damaged is refused."""

from __future__ import annotations

import json
import zlib
from collections import Counter
from collections.abc import Sequence
from hashlib import sha256
from io import BytesIO
from typing import Any, Final
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from rallynov.faq.retrieval.bm25 import Bm25
from rallynov.faq.retrieval.calibration import Calibration
from rallynov.faq.retrieval.features import Features
from rallynov.faq.retrieval.kernel import Postings, Ridge
from rallynov.faq.retrieval.learning import Knowledge
from rallynov.faq.retrieval.model import Text
from rallynov.faq.retrieval.reading import Reader
from rallynov.faq.retrieval.vocabulary import spelling, vocabulary

ENGINE: Final = 1
"""Raise it with any change of what is learned or how it is kept: what was kept before is then built again."""


def fingerprint(texts: Sequence[Text], *, language: str = "fr") -> str:
    """Return the key of the index of these texts: it changes with the texts, their order, the words and the engine."""
    told = json.dumps([ENGINE, language, vocabulary(language).signature, [list(text) for text in texts]])
    return sha256(told.encode()).hexdigest()


def stored(knowledge: Knowledge, key: str) -> bytes:
    """Return what an index knows as the bytes of a NumPy archive."""
    features, postings, calibration = knowledge.features, knowledge.postings, knowledge.calibration
    arrays: dict[str, NDArray[Any]] = {
        "key": _packed([key]),
        "known": _packed(knowledge.reader.known),
        "times": np.array(list(knowledge.reader.known.values()), np.int32),
        "names": _packed(features.names),
        "weights": features.weights,
        "starts": postings.starts,
        "texts": postings.texts,
        "values": postings.values,
        "dual": knowledge.ridge.dual,
        "words": _packed(knowledge.bm25.words),
        "held": knowledge.bm25.held,
        "left_out": knowledge.left_out,
        "numbers": np.array(
            [
                features.unknown,
                knowledge.ridge.level,
                calibration.middle,
                calibration.spread,
                calibration.shift,
                calibration.slope,
            ]
        ),
    }
    file = BytesIO()
    np.savez(file, allow_pickle=False, **arrays)
    return file.getvalue()


def restored(content: bytes, key: str, language: str) -> Knowledge | None:
    """Return what was kept under this key; ``None`` when it is another's, or damaged."""
    try:
        with np.load(BytesIO(content), allow_pickle=False) as arrays:
            if _words(arrays["key"]) != [key]:
                return None
            return _knowledge(arrays, language)
    except (BadZipFile, zlib.error, ValueError, KeyError, IndexError, OSError, EOFError, NotImplementedError):
        return None


def _knowledge(arrays: Any, language: str) -> Knowledge:
    known = Counter(dict(zip(_words(arrays["known"]), arrays["times"].tolist(), strict=True)))
    unknown, level, middle, spread, shift, slope = arrays["numbers"].tolist()
    dual = arrays["dual"]
    return Knowledge(
        Reader(vocabulary(language), spelling(language), language, known),
        Features(_words(arrays["names"]), arrays["weights"], unknown),
        Postings(arrays["starts"], arrays["texts"], arrays["values"], len(dual)),
        Ridge(dual, level),
        Bm25(_words(arrays["words"]), arrays["held"]),
        Calibration(middle, spread, shift, slope),
        arrays["left_out"],
    )


def _packed(words: Any) -> NDArray[np.uint8]:
    return np.frombuffer("\n".join(words).encode(), np.uint8)


def _words(packed: NDArray[np.uint8]) -> list[str]:
    return packed.tobytes().decode().split("\n") if packed.size else []
