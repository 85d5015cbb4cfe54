"""Tells the auditor by e-mail that the nightly audit found something new, where a department has configured it.

The subject is always the same and the text holds names of positions, words of results, and numbers of checks,
deviations and entries: mail is read by whoever carries it.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Sequence
from email.message import EmailMessage
from typing import Final

from vetting.errors import storage
from vetting.settings import AuditMail

SUBJECT: Final = "Vetting audit: something to look at"
SECONDS: Final = 30
"""After which a server that says nothing is given up."""


def send(configured: AuditMail, sentences: Sequence[str]) -> bool:
    """Whether it was sent: not where nothing is configured or nothing is new.

    Encrypted where the server offers it, and then only to a server whose certificate holds. Raises STORAGE
    (`mail_not_sent`) where the server does not take it; what it answered is not repeated.
    """
    if not (configured.smtp and configured.mail_to and sentences):
        return False
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = SUBJECT, configured.mail_from, ", ".join(configured.mail_to)
    message.set_content("\n".join(sentences) + "\n")
    host, _, port = configured.smtp.rpartition(":")
    try:
        with smtplib.SMTP(host, int(port), timeout=SECONDS) as server:
            server.ehlo()
            if server.has_extn("starttls"):
                server.starttls(context=ssl.create_default_context())
            refused = server.send_message(message)
    except (OSError, smtplib.SMTPException):
        refused = {"": (0, b"")}
    if refused:
        raise storage(
            "mail_not_sent",
            "The result is filed, but the e-mail to the auditor was not taken by every mailbox.",
            "Check [audit] in config/department.toml and the mail server.",
        )
    return True
