"""`vetting nightly`: the audit that nobody has to think of, for cron or a systemd timer."""

from __future__ import annotations

import typer

from vetting.administration import SYSTEM
from vetting.audit_notes import Conclusion, Filed, Kind, Night, file_night, note_audit
from vetting.cli import session
from vetting.cli.engine import warming
from vetting.cli.printing import AsJson, as_json, complain, plain, say
from vetting.errors import ExitCode, VettingError
from vetting.roles import Person, Role

AT_NIGHT = Person(id=SYSTEM, name="Nightly audit", roles=frozenset({Role.AUDITOR}))
"""Who audits where nobody is signed in. It has no account to sign in with, and opens nothing but the log."""


def nightly(json: AsJson = False) -> None:
    """Verify the log and audit every position once, and leave the result for the auditor. Its exit code says it."""
    from vetting.audit_mail import send

    chosen = session.settings()
    with warming(chosen, log_alone=True) as server:
        from flows.runtime import prefect_server
        from flows.verify_uniformity import audit_every_position

        at = session.clock()
        with prefect_server(chosen.prefect_home, server):
            night = audit_every_position(at.date().isoformat(), chosen, AT_NIGHT, at)
    noted = not night.changed and note_audit(
        chosen,
        AT_NIGHT,
        session.clock,
        session.new_id,
        kind=Kind.NIGHTLY,
        positions=tuple(night.results),
        verdict=night.verdict,
        code=night.overall.value,
    )
    filed = file_night(chosen, night)
    _show(night, filed, noted=noted, json=json)
    code = _exit_code(night)
    try:
        send(chosen.department.audit, filed.new)
    except VettingError as error:
        complain(error)
        code = max(code, error.exit_code)
    raise typer.Exit(int(code))


def _exit_code(night: Night) -> ExitCode:
    """The highest of all that there is to say; a position without an audit says what `vetting uniformity` would."""
    if not night.verdict.ok or night.nameless:
        return ExitCode.LOG_BROKEN
    alike = Conclusion.NON_CONFORMING not in night.results.values()
    refusals = [refusal.exit_code for refusal in night.not_audited.values()]
    return max([ExitCode.OK if alike else ExitCode.NOT_UNIFORM, *refusals])


def _show(night: Night, filed: Filed, *, noted: bool, json: bool) -> None:
    """Words of results only: a mail of cron may carry them anywhere."""
    results = {position: result.value for position, result in night.results.items()}
    codes = {position: refusal.code for position, refusal in night.not_audited.items()}
    if json:
        as_json(
            {
                "result": night.overall.value,
                "positions": results,
                "codes": codes,
                "frozen_for_no_position": list(night.nameless),
                "new": list(filed.new),
                "file": str(filed.file),
                "noted": noted,
            }
        )
        return
    for sentence in filed.new:
        say(sentence, style="bold red")
    if night.verdict.ok:
        why = {position: f" ({code})" for position, code in codes.items()}
        said = ", ".join(f"{position} {plain(result)}{why.get(position, '')}" for position, result in results.items())
        vouched = "" if night.verdict.witnessed else " (UNWITNESSED)"
        say(f"Log verified: {night.verdict.size} entries{vouched}. {said or 'It knows no position'}.")
    if not noted:
        say("This audit is not noted in the log, which cannot be written from here or does not verify.")
    say(f"Written to {filed.file}.")
