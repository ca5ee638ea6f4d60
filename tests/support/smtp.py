"""A mail server that keeps what it gets. `on_mail` runs before the mail is acknowledged."""

import email
import email.policy
import re
import socketserver
import threading
from collections.abc import Callable
from email.message import EmailMessage
from queue import Queue
from typing import Any


class Mailbox:
    """Listens on a free port of 127.0.0.1 until closed; `wait` hands out mails in the order of their arrival."""

    def __init__(self) -> None:
        self.mails: Queue[EmailMessage] = Queue()
        self.on_mail: Callable[[EmailMessage], None] = lambda _: None
        mailbox = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                mailbox._talk(self)

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = int(self.server.server_address[1])
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def clear(self) -> None:
        self.on_mail = lambda _: None
        while not self.mails.empty():
            self.mails.get_nowait()

    def wait(self, seconds: float = 10) -> EmailMessage:
        """The next mail; raises queue.Empty when none comes."""
        return self.mails.get(timeout=seconds)

    def _talk(self, handler: Any) -> None:
        def say(line: str) -> None:
            handler.wfile.write(line.encode() + b"\r\n")

        say("220 mailbox")
        while line := handler.rfile.readline():
            verb = line.strip().upper()
            if verb == b"DATA":
                say("354 go on")
                mail = email.message_from_bytes(self._data(handler), policy=email.policy.default)
                assert isinstance(mail, EmailMessage)
                self.on_mail(mail)
                self.mails.put(mail)
                say("250 kept")
            elif verb == b"QUIT":
                say("221 bye")
                return
            else:
                say("250 mailbox" if verb.startswith((b"HELO", b"EHLO")) else "250 ok")

    @staticmethod
    def _data(handler: Any) -> bytes:
        lines = []
        while (line := handler.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        return b"".join(lines)


def link_in(mail: EmailMessage) -> str:
    """The only web address in a mail."""
    body = mail.get_body(("plain",))
    assert body is not None
    found = re.findall(r"https?://\S+", body.get_content())
    assert len(found) == 1, found
    return str(found[0])
