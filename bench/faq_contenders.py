"""Who is measured beside our engine: the usual ways of matching a question with an entry, each a factory.

`factory(faq) -> answer(text) -> [(id, score), …]`. Words are folded and stemmed as ours; TF-IDF and LinearSVC have ours
too: words in ones and twos, and pieces of words.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable
from functools import cache
from itertools import pairwise

import snowballstemmer
from rapidfuzz import fuzz

from rallynov.faq.retrieval.vocabulary import vocabulary
from rallynov.text.folding import fold

Answer = Callable[[str], list[tuple[str, float]]]
_STEMMER = snowballstemmer.stemmer("french")


@cache
def stem(word: str) -> str:
    return _STEMMER.stemWord(word)


def words(text: str) -> list[str]:
    return [stem(word) for word in fold(text).split() if word not in vocabulary("fr").empty]


def texts(faq: list[dict]) -> list[tuple[str, str]]:
    return [
        (entry["id"], text) for entry in faq for text in (entry["question"], *entry.get("paraphrases", ()))
    ]


def best(pairs: Iterable[tuple[str, float]]) -> list[tuple[str, float]]:
    found: dict[str, float] = {}
    for entry, score in pairs:
        found[entry] = max(score, found.get(entry, -math.inf))
    return sorted(found.items(), key=lambda pair: -pair[1])[:10]


def rapidfuzz(faq: list[dict]) -> Answer:
    """Best `token_set_ratio` among the texts of an entry."""
    known = [(entry, fold(text)) for entry, text in texts(faq)]
    return lambda text: best((entry, fuzz.token_set_ratio(fold(text), one)) for entry, one in known)


def bm25(faq: list[dict]) -> Answer:
    """BM25 (k1 1.5, b 0.75), all texts of an entry as one document."""
    documents: dict[str, Counter[str]] = {}
    for entry, text in texts(faq):
        documents.setdefault(entry, Counter()).update(words(text))
    held = Counter(word for document in documents.values() for word in document)
    weight = {word: math.log(1 + (len(documents) - n + 0.5) / (n + 0.5)) for word, n in held.items()}
    mean = sum(map(Counter.total, documents.values())) / len(documents)

    def score(asked: list[str], document: Counter[str]) -> float:
        length = 1.5 * (0.25 + 0.75 * document.total() / mean)
        return sum(weight[w] * 2.5 * document[w] / (document[w] + length) for w in asked if w in document)

    return lambda text: best((entry, score(words(text), document)) for entry, document in documents.items())


def _vectors():
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import FeatureUnion

    def pairs(text: str) -> list[str]:
        said = [stem(word) for word in fold(text).split()]
        return said + [f"{one} {two}" for one, two in pairwise(said)]

    pieces = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, preprocessor=fold)
    return FeatureUnion([("words", TfidfVectorizer(analyzer=pairs, sublinear_tf=True)), ("pieces", pieces)])


def tfidf(faq: list[dict]) -> Answer:
    """Cosine of TF-IDF with the mean of an entry's texts (better than with its best text)."""
    import numpy as np
    from sklearn.preprocessing import normalize

    known, vectors = texts(faq), _vectors()
    rows = normalize(vectors.fit_transform([text for _, text in known])).tocsr()
    entries = list(dict.fromkeys(entry for entry, _ in known))
    owner = np.array([entries.index(entry) for entry, _ in known])
    centres = normalize(
        np.vstack([np.asarray(rows[owner == place].mean(0)) for place in range(len(entries))])
    )
    return lambda text: best(
        zip(entries, centres @ normalize(vectors.transform([text])).toarray()[0], strict=True)
    )


def linear_svc(faq: list[dict]) -> Answer:
    """scikit-learn's LinearSVC, its first score as confidence."""
    from sklearn.svm import LinearSVC

    known, vectors = texts(faq), _vectors()
    learned = LinearSVC(C=1).fit(
        vectors.fit_transform([text for _, text in known]), [entry for entry, _ in known]
    )
    return lambda text: best(
        zip(learned.classes_, learned.decision_function(vectors.transform([text]))[0], strict=True)
    )


CONTENDERS = {"rapidfuzz": rapidfuzz, "BM25": bm25, "TF-IDF": tfidf, "LinearSVC": linear_svc}
