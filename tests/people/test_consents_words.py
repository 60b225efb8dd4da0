"""The words on which a consent is given have a version: whoever changes them says whether their meaning changed."""

import hashlib

import pytest
from spoken import WORDING, in_each

from rallynov.initiatives.service import load_form
from rallynov.people.consents.flow import ABOUT, KEPT
from rallynov.people.consents.model import WORDING as VERSION
from rallynov.people.consents.model import Topic

READ = {
    ("1", "fr"): "1c50f908d1f36587",
    ("1", "en"): "5caa9d2e3cc53402",
}
"""By version and language, the fingerprint of what is read. When the meaning changes, raise ``WORDING`` and add a line;
when a comma does, change the line.
"""


def read(language: str) -> str:
    """All that is read before a topic is asked for, in the conversation and in the form of a dossier."""
    terms = [f"form:news:{name}" for name in ("ask", "hint", "why")]
    terms += [f"form:news.{topic}:label" for topic in Topic]
    told = [WORDING.term(one, language) for one in terms]
    told += [WORDING.word(words, language) for words in ABOUT.values()]
    told.append(WORDING.word(KEPT, language))
    return "\n".join(told)


@in_each
def test_the_words_of_this_version_are_those_that_were_read(language: str) -> None:
    assert hashlib.sha256(read(language).encode()).hexdigest()[:16] == READ[VERSION, language]


@pytest.mark.parametrize("topic", Topic)
def test_each_topic_is_an_option_of_the_form_and_is_told_before_it_is_asked_for(topic: Topic) -> None:
    field = load_form().find("news")
    assert field
    assert set(field.options) == {"none", *Topic}
    assert topic in ABOUT
