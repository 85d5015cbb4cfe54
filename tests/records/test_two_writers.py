"""Two processes may write at once: nothing is lost, nothing is doubled, and neither sees the other half done."""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier, Thread

from tests.records import invented
from vetting.errors import VettingError
from vetting.records.case_files import CaseFiles
from vetting.records.seal import VaultKey
from vetting.search import Outcome
from vetting.validation import State


def _at_once(url: str, key: VaultKey, *acts: Callable[[CaseFiles], None]) -> list[str]:
    """Run each act in a thread with a store of its own; return the codes of those that were refused."""
    barrier, codes = Barrier(len(acts)), []

    def run(act: Callable[[CaseFiles], None]) -> None:
        store = CaseFiles(url, key.public, key)
        barrier.wait()
        try:
            act(store)
        except VettingError as error:
            codes.append(error.code)
        finally:
            store.close()

    threads = [Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return codes


def test_two_writers_lose_nothing_of_each_other(one_case: CaseFiles, store_url: str, vault_key: VaultKey) -> None:
    def writer(prefix: str) -> Callable[[CaseFiles], None]:
        def write(store: CaseFiles) -> None:
            for n in range(25):
                with store.transaction() as unit:
                    unit.add_result("C-0001", invented.result(f"{prefix}.{n}"))
                    unit.post(invented.event(f"{prefix}.{n}"))

        return write

    assert _at_once(store_url, vault_key, writer("a"), writer("b")) == []
    with one_case.reading() as unit:
        keys = [result.key for result in unit.results("C-0001")][1:]
        assert keys == [event.id for event in unit.unsettled()]
    for prefix in "ab":
        assert [key for key in keys if key.startswith(prefix)] == [f"{prefix}.{n}" for n in range(25)]


def test_of_two_that_record_the_same_search_one_is_refused(
    one_case: CaseFiles, store_url: str, vault_key: VaultKey
) -> None:
    def writer(outcome: Outcome) -> Callable[[CaseFiles], None]:
        def write(store: CaseFiles) -> None:
            with store.transaction() as unit:
                unit.add_result("C-0001", invented.result("same.1", outcome))
                unit.post(invented.event(f"search.executed:{outcome.value}"))

        return write

    codes = _at_once(store_url, vault_key, *(writer(outcome) for outcome in Outcome))
    assert codes == ["already_recorded"] * (len(Outcome) - 1)
    with one_case.reading() as unit:
        (recorded,) = (result for result in unit.results("C-0001") if result.key == "same.1")
        assert [e.id for e in unit.unsettled()] == [f"search.executed:{recorded.outcome.value}"]


def test_what_a_verb_reads_does_not_change_before_it_writes(
    one_case: CaseFiles, store_url: str, vault_key: VaultKey
) -> None:
    """Eight reviewers each add the first step if there is none: only one may find that there is none."""

    def first_step(store: CaseFiles) -> None:
        with store.transaction() as unit:
            if not unit.validations("F-0001"):
                unit.add_validation(invented.validation(State.ATTRIBUTED))

    assert _at_once(store_url, vault_key, *[first_step] * 8) == []
    with one_case.reading() as unit:
        assert unit.validations("F-0001") == (invented.validation(State.ATTRIBUTED),)
