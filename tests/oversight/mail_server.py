"""A mail server on loopback that keeps what it is given, or takes nothing."""

import socketserver
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread


class MailServer(socketserver.ThreadingTCPServer):
    """Speaks as much SMTP (RFC 5321) as a client needs to hand over a letter."""

    daemon_threads = True

    def __init__(self, *, takes: bool) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.takes = takes
        self.recipients: list[str] = []
        self.letters: list[str] = []

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"


class Conversation(socketserver.StreamRequestHandler):
    """One client."""

    server: MailServer

    def handle(self) -> None:
        self._answer("220 mail.riverton.example")
        while line := self.rfile.readline().decode("ascii").strip():
            word = line[:4].upper()
            if word == "DATA":
                self._letter()
            elif word == "RCPT":
                self.server.recipients.append(line.partition("<")[2].rstrip(">"))
                self._answer("250 ok" if self.server.takes else "550 no canary such mailbox")
            elif word == "QUIT":
                self._answer("221 bye")
                return
            else:
                self._answer("250 ok")

    def _letter(self) -> None:
        self._answer("354 go on")
        lines: list[str] = []
        while (line := self.rfile.readline().decode("ascii").rstrip("\r\n")) != ".":
            lines.append(line)
        self.server.letters.append("\n".join(lines))
        self._answer("250 taken")

    def _answer(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode("ascii"))


@contextmanager
def mail_server(*, takes: bool = True) -> Iterator[MailServer]:
    with MailServer(takes=takes) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()
