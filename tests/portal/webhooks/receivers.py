"""Real servers on this machine: receivers that answer as told, and traps that must stay empty."""

import contextlib
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network

LOOPBACK = [ip_network("127.0.0.0/8"), ip_network("::1/128")]


class Receiver:
    """Notes every message and answers with ``status``, ``headers`` and ``text``; ``before`` is
    called while the sender waits."""

    def __init__(self, tls=None):
        self.status, self.headers, self.text, self.before = 204, {}, b"", None
        self.got = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.got.append((self.path, dict(self.headers), body))
                if receiver.before:
                    receiver.before()
                self.send_response(receiver.status)
                for name, value in receiver.headers.items():
                    self.send_header(name, value)
                if receiver.text:
                    self.send_header("Content-Length", str(len(receiver.text)))
                self.end_headers()
                self.wfile.write(receiver.text)

            def log_message(self, *args):
                """Nothing is printed."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if tls:
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_port
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}/hooks"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_error):
        self.server.shutdown()
        self.server.server_close()


@contextlib.contextmanager
def speaking(script):
    """A bare server: for each connection ``script(connection)`` runs; yields its port."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve():
        with contextlib.suppress(OSError):
            while True:
                connection, _peer = server.accept()
                threading.Thread(target=run, args=(connection,), daemon=True).start()

    def run(connection):
        with contextlib.suppress(OSError), connection:
            connection.recv(65536)
            script(connection)

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield server.getsockname()[1]
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()


class Trap:
    """Listens on every address of this machine and counts whoever comes."""

    def __init__(self):
        self.visits = []
        self.server = socket.create_server(("", 0))
        self.port = self.server.getsockname()[1]

    def __enter__(self):
        threading.Thread(target=self._wait, daemon=True).start()
        return self

    def _wait(self):
        with contextlib.suppress(OSError):
            while True:
                connection, peer = self.server.accept()
                self.visits.append(peer)
                connection.close()

    def is_empty(self):
        """A visitor of our own comes last, so that whoever came before him is counted."""
        with socket.create_connection(("127.0.0.1", self.port)) as last:
            me = last.getsockname()
            last.recv(1)
        return self.visits == [me]

    def __exit__(self, *_error):
        self.server.shutdown(socket.SHUT_RDWR)
        self.server.close()


def answering(*addresses):
    """A resolver that knows every name, under these addresses."""

    def resolve(host, port, **_kwargs):
        return [
            (
                socket.AF_INET6 if ":" in address else socket.AF_INET,
                socket.SOCK_STREAM,
                6,
                "",
                (address, port),
            )
            for address in addresses
        ]

    return resolve
