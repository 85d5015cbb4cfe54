"""The wall around Prefect: flows and tasks of which Prefect learns a name, one subject, and a code when they fail.

Arguments, return values and errors travel in this process only, beside Prefect and not through it: Prefect stores
parameters, state messages and (pickled) exceptions in its database and folders, where they would outlive the seal. A
failed run leaves `code reference` there; the caller still receives the VettingError with its sentence and remedy.

Prefect is imported when the first flow runs, never when a flow is defined: it reads its settings on import.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Concatenate, Generic, ParamSpec, TypeVar

from flows.server import debugging, require_server
from vetting.errors import ExitCode, VettingError, bad_input, storage

if TYPE_CHECKING:
    from prefect import Flow, Task

P = ParamSpec("P")
R = TypeVar("R")

OPAQUE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
CODE = re.compile(r"[a-z][a-z0-9_]{0,63}")
NAME = re.compile(r"[a-z][a-z-]{0,39}")


class CodedFailure(Exception):
    """All that Prefect learns of an error: its code and the run it happened in."""


@dataclass(slots=True)
class _Call(Generic[R]):
    """One call on its way through Prefect: what Prefect must not see, and what came of it."""

    body: Callable[[], R]
    values: list[R] = field(default_factory=list)
    error: VettingError | None = None

    def run(self, reference: str) -> None:
        """Runs the body. Raises only CodedFailure or a bare KeyboardInterrupt, both without context."""
        interrupted = False
        try:
            self.values = [self.body()]
        except VettingError as error:
            self.error = _bare(error)
        except KeyboardInterrupt:
            interrupted = True
        except BaseException as error:  # noqa: BLE001 - also SystemExit, whose argument may be text
            self.error = _unexpected(error)
        # Raised here and not above, so that neither the original error nor its frames hang on to the new one.
        if interrupted:
            raise KeyboardInterrupt
        if self.error:
            raise CodedFailure(f"{self.error.code} {reference}")

    def outcome(self) -> R:
        """The value. Raises the body's VettingError, or `prefect_failed` if Prefect did not run the body."""
        if self.error:
            raise self.error
        if not self.values:
            raise storage(
                "prefect_failed",
                "Prefect's temporary server could not record the run.",
                "Run the command again: what was finished is kept. VETTING_DEBUG=1 shows the server's words.",
            )
        return self.values[0]


_current: ContextVar[_Call[Any]] = ContextVar("_current")


@contextmanager
def _on_its_way(call: _Call[Any]) -> Iterator[None]:
    """Within the block, a body that Prefect calls finds its call.

    An error of Prefect itself ends here, for it may quote anything: the call's outcome says what became of the body.
    """
    token = _current.set(call)
    try:
        yield
    except Exception:  # noqa: BLE001 - whatever Prefect raises
        if debugging():  # the body's own errors are codes by now: this is Prefect speaking of itself
            traceback.print_exc()
    finally:
        _current.reset(token)


def _bare(error: VettingError) -> VettingError:
    """The same refusal without traceback, cause or context."""
    code = error.code if CODE.fullmatch(error.code) else "unexpected"
    return VettingError(code, error.sentence, error.remedy, error.exit_code)


def _unexpected(error: BaseException) -> VettingError:
    """A defect of ours: named by its class and line of code, never by its text."""
    frame = error.__traceback__
    while frame and frame.tb_next:
        frame = frame.tb_next
    module = frame.tb_frame.f_globals.get("__name__", "?") if frame else "?"
    place = f"{type(error).__name__} at {module}:{frame.tb_lineno if frame else 0}"
    sentence = "The program met an error it does not know."
    return VettingError("unexpected", sentence, f"Report this place: {place}.", ExitCode.UNEXPECTED)


def _checked(name: str) -> str:
    """Refuses (ValueError) a name that is not fixed lower-case words: Prefect shows names everywhere."""
    if not NAME.fullmatch(name):
        raise ValueError("the name of a flow or task is lower-case words joined by hyphens")
    return name


class CodedTask(Generic[P, R]):
    """A step of a flow. Prefect sees its name, its state and, when it fails, a code."""

    def __init__(self, body: Callable[P, R], name: str) -> None:
        self._body, self._name = body, _checked(name)

    @cached_property
    def _task(self) -> Task[[], None]:
        """Prefect's side: no parameters, no stored result, no caching, no retry."""
        from prefect import task
        from prefect.cache_policies import NO_CACHE
        from prefect.runtime import task_run

        def step() -> None:
            _current.get().run(f"task-run-{task_run.id}")

        decorate = task(
            name=self._name,
            task_run_name=self._name,
            persist_result=False,
            cache_policy=NO_CACHE,
            log_prints=False,
            retries=0,
        )
        return decorate(step)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Runs the step now. Raises the VettingError of the body."""
        call = _Call(lambda: self._body(*args, **kwargs))
        with _on_its_way(call):
            self._task(return_state=True)
        return call.outcome()


class CodedFlow(Generic[P, R]):
    """A flow about one case or position. Prefect sees its name, that number, its state and, if it fails, a code."""

    def __init__(self, body: Callable[Concatenate[str, P], R], name: str) -> None:
        self._body, self._name = body, _checked(name)

    @cached_property
    def _flow(self) -> Flow[[str], None]:
        """Prefect's side: one opaque parameter, no stored result."""
        from prefect import flow
        from prefect.runtime import flow_run

        def run(subject: str) -> None:  # noqa: ARG001 - the parameter Prefect records
            _current.get().run(f"flow-run-{flow_run.id}")

        decorate = flow(
            name=self._name,
            flow_run_name=self._name,
            persist_result=False,
            log_prints=False,
            validate_parameters=False,  # pydantic's refusal would quote the parameter
        )
        return decorate(run)

    def __call__(self, subject: str, /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Runs the flow. Raises the VettingError of the body, or `subject_not_opaque`, or `prefect_absent`."""
        require_server()
        if not OPAQUE.fullmatch(subject):
            raise bad_input(
                "subject_not_opaque",
                "A case number or position consists of letters, digits, dots, hyphens and underscores.",
                "Check the number.",
            )
        call = _Call(lambda: self._body(subject, *args, **kwargs))
        with _on_its_way(call):
            self._flow(subject, return_state=True)
        return call.outcome()


def coded_flow(name: str) -> Callable[[Callable[Concatenate[str, P], R]], CodedFlow[P, R]]:
    """Makes a flow of a function whose first argument is a case number or position; the others Prefect never sees."""

    def decorate(body: Callable[Concatenate[str, P], R]) -> CodedFlow[P, R]:
        return CodedFlow(body, name)

    return decorate


def coded_task(name: str) -> Callable[[Callable[P, R]], CodedTask[P, R]]:
    """Makes a task of a function."""

    def decorate(body: Callable[P, R]) -> CodedTask[P, R]:
        return CodedTask(body, name)

    return decorate
