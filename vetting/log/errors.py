"""What can go wrong with the log: each error is a code, one sentence and a remedy, and holds no content."""


class LogError(Exception):
    """The log cannot do what was asked: `str()` is one sentence, `remedy` what a person can do about it."""

    code = "LOG-000"
    remedy = "Keep the log as it is and ask whoever administers it."

    def __init__(self, sentence: str, *, remedy: str | None = None) -> None:
        super().__init__(sentence)
        if remedy is not None:
            self.remedy = remedy


class EventError(LogError):
    """The event breaks the profile: a field, a value or a size that an entry may not have."""

    code = "LOG-101"
    remedy = "Record an identifier, code, count, digest or commitment instead; content never enters the log."


class EntryError(LogError):
    """Bytes that claim to be an entry are not one, or are not in canonical form."""

    code = "LOG-102"
    remedy = "Treat the log or bundle as altered: keep it, compare it with a witnessed copy, and tell the auditor."


class DifferentEventError(LogError):
    """The idempotency key is already in the log with other content."""

    code = "LOG-103"
    remedy = "Use a new event id for a new event; a retry must repeat the first attempt exactly."


class NoteError(LogError):
    """A signed note, checkpoint or verification key is malformed, or its signature does not verify."""

    code = "LOG-201"
    remedy = "Check that you hold the log's verification key from a source other than the log itself."


class ProofError(LogError):
    """A Merkle proof does not prove what it claims."""

    code = "LOG-202"
    remedy = "Ask for a fresh proof; if that fails too, treat the log as altered and tell the auditor."


class KeyFileError(LogError):
    """The signing key file is missing, unreadable, exposed to others, or not the key of this log."""

    code = "LOG-203"
    remedy = "Restore the key file that belongs here and give it mode 0400, owned by the account that signs with it."


class PolicyError(LogError):
    """A trust policy is malformed, or names what it does not define; `str()` says in which line."""

    code = "LOG-204"
    remedy = "Correct the policy file, or ask for it again from whoever wrote it, and not from whoever keeps the log."


class WitnessError(LogError):
    """The witness's desk will not or cannot cosign; nothing was signed."""

    code = "LOG-205"
    remedy = "Correct what the sentence names, then repeat the command; nothing needs repair."


class WitnessForkError(WitnessError):
    """The log's key signed two histories that exclude each other. Both sides are kept; nothing was signed."""

    code = "LOG-206"
    remedy = "Sign nothing more for this log, keep the folder as it is, and tell the auditor and the other witnesses."


class TwoRootsError(LogError):
    """Two sightings of the log exclude each other: it had two roots with the same number of entries."""

    code = "LOG-207"
    remedy = "If both were copied without a mistake, the log has two histories: keep both papers and tell the auditor."


class LogMissingError(LogError):
    """There is no log at that address, or this account may not open it."""

    code = "LOG-301"
    remedy = "Check the address in the settings and the account's rights, or set the log up first."


class LogLockedError(LogError):
    """Another writer held the log for longer than the waiting time; nothing was written."""

    code = "LOG-302"
    remedy = "Try again; if it stays locked, find the process that holds the log and end it properly."


class LogFullError(LogError):
    """The storage under the log is full; nothing was written."""

    code = "LOG-303"
    remedy = "Make room on the disk that holds the log, then repeat the command; nothing needs repair."


class LogReadOnlyError(LogError):
    """This account may not write to the log; nothing was written."""

    code = "LOG-304"
    remedy = "Run the command as the account that writes the log."


class LogUnavailableError(LogError):
    """The database under the log does not answer as it should; nothing was written."""

    code = "LOG-305"
    remedy = "Check that the database is running and reachable, then repeat the command."


class LogDamagedError(LogError):
    """What is stored contradicts itself or the signed checkpoint, so the log refuses to go on."""

    code = "LOG-306"
    remedy = "Stop, keep a copy of the log as it is, run the verification and tell the auditor."


class FileError(LogError):
    """A file that was handed over is missing, superfluous, too long, or not what its name promises."""

    code = "LOG-401"
    remedy = "Keep what you received as it is, and ask whoever sent it for a complete copy."
