from conversation import Clock, Talk, core

from rallynov.storage.store import Store


def test_walks_to_the_first_question_on_both_databases(store: Store) -> None:
    clock = Clock()
    talk = Talk(core(store, clock), clock)
    talk.say("bonjour")
    talk.press("begin")
    talk.press("accept")
    assert talk.last.screen == "q:R1.1"
    talk.say("4")
    assert talk.last.screen == "q:R1.2"
