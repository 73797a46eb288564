"""Servers on loopback that answer from a chain as those of the network do, or fail as they do."""

from __future__ import annotations

import json
import socketserver
import ssl
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from bchcov import Chain

from .chain_answers import Refused, electrum, graph, node, rest_get, rest_post

__all__ = ["CERTIFICATE", "Loopback", "serving"]

# For "localhost" and 127.0.0.1, until 2120; nobody but these tests trusts it.
CERTIFICATE = Path(__file__).parent / "loopback.pem"
USER = b64encode(b"alice:secret").decode()


class Loopback:
    """Two servers, one of HTTP and one of TLS lines, and how they misbehave.

    `fault` is "" for none, or one of "silent" (no answer), "garbage" (no JSON), "strange" (JSON
    of no known form), "cut" (an answer that ends in its middle), "dribble" (one that never
    ends), "busy" (an error of the server's own).
    """

    def __init__(self, chain: Chain) -> None:
        self.chain = chain
        self.fault = ""
        self.asked: list[str] = []
        self.released = threading.Event()
        self.http = _Http(("127.0.0.1", 0), _HttpHandler)
        self.lines = _Lines(("127.0.0.1", 0), _LinesHandler)
        for server in (self.http, self.lines):
            server.world = self

    @property
    def rest(self) -> str:
        return f"http://127.0.0.1:{self.http.server_address[1]}/v2/"

    @property
    def graph(self) -> str:
        return f"http://127.0.0.1:{self.http.server_address[1]}/v1/graphql"

    @property
    def node(self) -> str:
        return f"http://127.0.0.1:{self.http.server_address[1]}/"

    @property
    def electrum(self) -> str:
        return f"127.0.0.1:{self.lines.server_address[1]}"

    def spoil(self, answer: bytes) -> bytes:
        """What is sent in place of an answer."""
        if self.fault == "silent":
            self.released.wait(20)
        if self.fault == "garbage":
            return b"<html>\xff\n"
        if self.fault == "strange":
            return b'{"jsonrpc": "2.0", "id": "bitcash", "result": 5, "error": 7}\n'
        if self.fault in ("cut", "dribble"):
            return answer[: len(answer) // 2]
        return answer


class _Http(ThreadingHTTPServer):
    world: Loopback


class _Lines(socketserver.ThreadingTCPServer):
    world: Loopback
    allow_reuse_address = True
    daemon_threads = True


class _HttpHandler(BaseHTTPRequestHandler):
    server: _Http
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        self._serve(b"")

    def do_POST(self) -> None:
        self._serve(self.rfile.read(int(self.headers.get("Content-Length", 0))))

    def _serve(self, body: bytes) -> None:
        world = self.server.world
        world.asked.append(self.path)
        status, answer = self._answer(body)
        data = world.spoil(json.dumps(answer).encode())
        if world.fault == "busy":
            status = 503
        self.send_response(status)
        missing = {"cut": 9, "dribble": 10**6}.get(world.fault, 0)
        self.send_header("Content-Length", str(len(data) + missing))
        self.end_headers()
        self.wfile.write(data)
        self.close_connection = bool(missing)
        with suppress(OSError):
            while world.fault == "dribble" and not world.released.wait(0.02):
                self.wfile.write(b" ")

    def _answer(self, body: bytes) -> tuple[int, Any]:
        chain = self.server.world.chain
        try:
            if self.path == "/v1/graphql":
                return 200, graph(chain, json.loads(body))
            if self.path == "/":
                return self._node(json.loads(body))
            path = self.path.removeprefix("/v2/")
            if self.command == "GET":
                return 200, rest_get(chain, path)
            is_json = "json" in self.headers.get("Content-Type", "")
            return 200, rest_post(chain, path, json.loads(body) if is_json else _form(body))
        except Refused as error:
            return 400, {"error": str(error)}

    def _node(self, question: Any) -> tuple[int, Any]:
        world = self.server.world
        if self.headers.get("Authorization") != f"Basic {USER}":
            return 401, {}
        made: dict[str, Any] = {"result": None, "error": None, "id": question["id"]}
        if world.fault == "busy":
            return 500, made | {"error": {"code": -28, "message": "Loading block index..."}}
        try:
            result = node(world.chain, question["method"], question["params"])
        except Refused as error:
            return 500, made | {"error": {"code": error.code, "message": str(error)}}
        return 200, made | {"result": result}


def _form(body: bytes) -> dict[str, Any]:
    return dict(parse_qs(body.decode()))


class _LinesHandler(socketserver.StreamRequestHandler):
    server: _Lines

    def setup(self) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE)
        self.request = context.wrap_socket(self.request, server_side=True)
        super().setup()

    def handle(self) -> None:
        world = self.server.world
        try:
            for line in self.rfile:
                question = json.loads(line)
                world.asked.append(question["method"])
                made = {"jsonrpc": "2.0", "id": question["id"]} | self._answer(question)
                # The strangest thing is asked last: who greets well may still answer badly.
                answer = json.dumps(made).encode() + b"\n"
                greeting = question["method"].startswith("server.")
                self.wfile.write(answer if greeting else world.spoil(answer))
                if world.fault == "cut" and not greeting:
                    return
                while world.fault == "dribble" and not greeting and not world.released.wait(0.02):
                    self.wfile.write(b" ")
        except OSError:
            return

    def _answer(self, question: Any) -> dict[str, Any]:
        world = self.server.world
        if world.fault == "busy" and not question["method"].startswith("server."):
            return {"error": {"code": -32600, "message": "excessive resource usage"}}
        try:
            return {"result": electrum(world.chain, question["method"], question["params"])}
        except Refused as error:
            return {"error": {"code": 1, "message": str(error)}}


@contextmanager
def serving(chain: Chain) -> Iterator[Loopback]:
    """Serve a chain in threads of this process for as long as the block runs."""
    world = Loopback(chain)
    threads = [
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        for server in (world.http, world.lines)
    ]
    for thread in threads:
        thread.start()
    try:
        yield world
    finally:
        world.released.set()
        for server in (world.http, world.lines):
            server.shutdown()
            server.server_close()
