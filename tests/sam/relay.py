"""A TCP relay: what listens on 127.0.0.1 alone is reachable from Docker's bridge, for the length of a test."""

import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

Address = tuple[str, int]


@contextmanager
def relay(listen: Address, target: Address) -> Iterator[None]:
    """Pass every connection to `listen` on to `target`."""

    class Connection(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with socket.create_connection(target) as onward:
                back = threading.Thread(target=copy, args=(onward, self.request), daemon=True)
                back.start()
                copy(self.request, onward)
                back.join()

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True

    with Server(listen, Connection) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield
        server.shutdown()


def copy(source: socket.socket, sink: socket.socket) -> None:
    """Until the source says no more; then the sink is told so too."""
    try:
        while chunk := source.recv(65536):
            sink.sendall(chunk)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # one side is gone, and with it the connection
