import io
import json
import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from rallynov.faq.retrieval import sentences, storing
from rallynov.faq.retrieval.index import Index
from rallynov.faq.retrieval.likeness import group, likeness
from rallynov.faq.retrieval.model import Text, Thin
from rallynov.faq.retrieval.reading import Reader
from rallynov.faq.retrieval.sentences import questions
from rallynov.faq.retrieval.storing import fingerprint
from rallynov.faq.retrieval.vocabulary import Spelling, VocabularyError, parse, spelling, vocabulary
from rallynov.text import fold

QUEBEC = Path(__file__).parents[2] / "bench" / "faq_data" / "quebec_covid.json"


@cache
def quebec() -> tuple[tuple[Text, ...], tuple[tuple[str, str], ...]]:
    told = json.loads(QUEBEC.read_text("utf-8"))
    texts = tuple(Text(e["id"], way) for e in told["faq"] for way in (e["question"], *e["paraphrases"]))
    return texts, tuple((query["text"], query["id"]) for query in told["queries"] if query["id"])


@cache
def index() -> Index:
    return Index.build(quebec()[0])


def test_keeps_its_level_on_questions_of_strangers() -> None:
    asked = quebec()[1]
    found = [[one.entry for one in index().rank(words).found] for words, _ in asked]
    right = sum(entries[:1] == [entry] for entries, (_, entry) in zip(found, asked, strict=True))
    near = sum(entry in entries[:3] for entries, (_, entry) in zip(found, asked, strict=True))
    assert right / len(asked) >= 0.86
    assert near / len(asked) >= 0.94


def test_a_kept_index_answers_as_the_built_one() -> None:
    texts, asked = quebec()
    kept = Index.read(index().stored(), texts)
    assert kept
    assert [kept.rank(words) for words, _ in asked[:40]] == [index().rank(words) for words, _ in asked[:40]]
    assert kept.trouble() == index().trouble()
    assert kept.stored() == index().stored()


def test_building_twice_gives_the_same_index() -> None:
    texts, asked = quebec()
    first, again = Index.build(texts[:60]), Index.build(texts[:60])
    assert [again.rank(words) for words, _ in asked[:30]] == [first.rank(words) for words, _ in asked[:30]]
    assert again.stored() == first.stored()


def test_a_kept_index_of_other_texts_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    texts, _ = quebec()
    content = index().stored()
    assert Index.read(content, texts[1:]) is None
    assert Index.read(content, [*texts[:-1], Text("x", texts[-1].words)]) is None
    assert Index.read(content, texts, language="en") is None
    monkeypatch.setattr(storing, "ENGINE", storing.ENGINE + 1)
    assert Index.read(content, texts) is None


def test_a_damaged_index_is_refused() -> None:
    texts, _ = quebec()
    content = index().stored()
    spoilt = bytearray(content)
    spoilt[len(content) // 2] ^= 255
    for damaged in (b"", b"rubbish", content[:-200], content[: len(content) // 2], bytes(spoilt)):
        assert Index.read(damaged, texts) is None


def test_a_kept_index_cannot_bring_code() -> None:
    file = io.BytesIO()
    np.savez(file, key=np.array([print], dtype=object))
    assert Index.read(file.getvalue(), quebec()[0]) is None


def test_the_key_follows_texts_order_and_language() -> None:
    texts, _ = quebec()
    keys = {
        fingerprint(texts),
        fingerprint(texts[::-1]),
        fingerprint(texts[1:]),
        fingerprint(texts, language="en"),
    }
    assert len(keys) == 4
    assert fingerprint(list(texts)) == fingerprint(texts)


def test_numpy_is_not_imported_before_the_faq_is_needed() -> None:
    code = """import sys; from rallynov.faq.retrieval import model, sentences, vocabulary; sys.exit("numpy" in sys.modules)"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_tells_the_coordinator_what_to_mend() -> None:
    texts = [
        Text("a", f"comment déposer mon dossier {word}") for word in ("ici", "vite", "bien", "tard", "demain")
    ]
    texts += [
        Text("b", f"comment déposer mon dossier {word}")
        for word in ("aussi", "encore", "mieux", "seul", "loin")
    ]
    texts += [Text("c", way) for way in ("qui est au jury", "composition du jury", "noms des jurés")]
    texts += [
        Text("d", way)
        for way in ("où manger à midi", "le repas de midi", "manger sur place", "repas sur place")
    ]
    trouble = Index.build(texts).trouble()
    assert trouble.thin == (Thin("c", 3),)
    assert [(one.one, one.other) for one in trouble.rivals] == [("a", "b")]
    assert trouble.rivals[0].texts == sum(
        {one.text.entry, one.instead} == {"a", "b"} for one in trouble.missed
    )


@pytest.mark.parametrize(
    ("message", "asked"),
    [
        (
            "Quelle est la date limite et comment déposer ?",
            ("Quelle est la date limite ?", "comment déposer ?"),
        ),
        (
            "Qui est au jury ?Quand aurons-nous la réponse ?",
            ("Qui est au jury ?", "Quand aurons-nous la réponse ?"),
        ),
        (
            "Bonjour, on est une asso. Faut-il un SIRET ? Peut-on être plusieurs ? Merci",
            ("Faut-il un SIRET ?", "Peut-on être plusieurs ?"),
        ),
        (
            "c'est quoi la date limite et comment on dépose",
            ("c'est quoi la date limite ?", "comment on dépose"),
        ),
        ("Qui est au jury ? Qui est au jury ?", None),
        ("Quand et comment déposer ?", None),
        ("Est-ce que c'est gratuit et que je peux venir ?", None),
        ("Quelle est la date limite ? Pouvez-vous m'éclairer ?", None),
        ("Je suis une association et je n'ai pas de SIRET.", None),
        ("", None),
        ("?? ?", None),
    ],
)
def test_parts_a_message_that_holds_several_questions(message: str, asked: tuple[str, ...] | None) -> None:
    assert questions(message) == (asked or (message,))


@pytest.mark.parametrize("words", ["et quand ", "quelle est la date et ou ", "où et ", "et comment déposer "])
def test_a_long_message_is_folded_a_few_times_only(words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    folded: list[int] = []
    monkeypatch.setattr(sentences, "fold", lambda text: folded.append(len(text)) or fold(text))
    message = (words * 1_000)[:3_990] + " siret ?"
    assert questions(message)
    assert sum(folded) < 4 * len(message)


def test_answers_four_questions_at_most() -> None:
    words = ["siret", "jury", "dossier", "date", "lauréat", "équipe"]
    assert len(questions(" ".join(f"Quel est le {word} ?" for word in words))) == 4


def test_groups_what_asks_alike() -> None:
    asked = [
        "peut-on venir avec son chien",
        "y a-t-il une aide financière",
        "les chiens sont-ils admis, on peut venir avec ?",
        "une aide financiere existe t elle",
        "je viens avec mon chien",
        "quel âge faut-il avoir",
    ]
    assert group(asked) == ((0, 2, 4), (1, 3), (5,))
    assert group([]) == ()
    assert group(["", "?"]) == ((0,), (1,))
    assert index().group(asked) == group(asked)


def test_measures_likeness() -> None:
    assert likeness("Quelle est la date limite ?", "cé koi la deadline") > 0.9
    assert likeness("Quelle est la date limite ?", "qui est au jury") < 0.2
    assert likeness("", "jury") == 0


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("[fr", "synonyms.toml"),
        ("[fr]\nsynonyms = 3", "fr.synonyms"),
        ("[fr]\nwords = 'a'", "fr.words"),
        ("[fr.short]\nqd = 3", "fr.short.qd"),
        ('[fr]\nsynonyms = [["seul"]]', "['seul']"),
        ('[fr]\nsynonyms = [["a", "?"]]', "none empty"),
        ('[fr]\nsynonyms = [["a", "b"], ["c", "B"]]', "« b » stands in two groups"),
    ],
)
def test_a_broken_file_of_words_is_named(content: str, named: str) -> None:
    with pytest.raises(VocabularyError, match=r"synonyms\.toml") as told:
        parse(content, "fr")
    assert named in str(told.value)


def test_a_broken_list_of_words_is_named() -> None:
    with pytest.raises(VocabularyError, match=r"words/xx\.txt\.gz"):
        Spelling.packed(b"not gzip", "words/xx.txt.gz")


def reader(*texts: str) -> Reader:
    return Reader.of(texts, vocabulary("fr"), spelling("fr"), "fr")


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("mon dosier", "mon dossier"),
        ("le dosseir", "le dossier"),
        ("les inscriptoins", "les inscriptions"),
        ("la candidatrue", "la dossier"),  # a synonym once it is mended
        ("le dossard", "le dossard"),  # a good word, though the FAQ does not know it
        ("le dosxxer", "le dossier"),  # two faults in seven letters
        ("la dtte", "la dtte"),  # two faults in four are too many
        ("de Bort", "de bort"),  # "port" and "sort" are as near: nobody can tell
        ("rdv kan", "rendez vous quand"),
        ("la QUALITÉ de vie au travail", "la qvct"),
        ("nos assos", "nos association"),
    ],
)
def test_mends_towards_the_words_of_the_faq_alone(typed: str, read: str) -> None:
    faq = reader(
        "Où déposer mon dossier ?", "dates des inscriptions", "port de sort", "envoyer ma candidature"
    )
    assert " ".join(faq.read(typed)) == read


def test_a_wall_of_unknown_words_is_not_mended_to_its_end() -> None:
    faq = reader("Où déposer mon dossier ?")
    faq.read(" ".join(f"dosi{one}{two}r" for one in "abcdefghij" for two in "klmnopqrst"))
    assert 0 < len(faq._mended) <= 40


def test_good_words_are_found_among_many() -> None:
    known = spelling("fr")
    assert all(word in known for word in ("dossier", "salariees", "zythum", "abaisserai", "candidaterait"))
    assert not any(word in known for word in ("dosier", "", "\n", "zzzzzz", "aaaa"))
    assert "anything" not in spelling("xx")
    assert vocabulary("xx").longest == 1
