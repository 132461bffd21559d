"""The two servers: Foreman's, over TLS, and the plaintext one that tests control it with."""

import base64
import hmac
import json
import ssl
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, unquote, urlsplit

from answers import Refused, broken, error
from api import VERSION, Page, answer
from control import control
from state import certificate_names, common_name

#: Seconds that a client has for its part of a connection.
CLIENT_TIMEOUT = 120
JSON = "application/json"


class Request:
    """What a client sent, and who it is."""

    def __init__(self, handler):
        url = urlsplit(handler.path)
        self.method = handler.command
        self.path = unquote(url.path)
        self.query = dict(parse_qsl(url.query, keep_blank_values=True))
        self.headers = handler.headers
        self.content = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        self.body = {}

    def identify(self, server, certificate):
        self.certificate = common_name(certificate)
        self.names = certificate_names(certificate)
        self.proxies = server.proxies
        self.user = f"{server.config['user']}:{server.config['password']}"

    def read(self):
        """Only a body declared as JSON is parsed; anything but a hash in it has no names."""
        if self.headers.get_content_type() != JSON or not self.content:
            return
        try:
            body = json.loads(self.content)
        except ValueError as problem:
            message = f"no JSON: {problem}"
            raise Refused(400, {"status": 400, "error": message}) from problem
        self.body = body if isinstance(body, dict) else {}

    def require_json(self):
        if self.method in ("POST", "PUT") and self.headers.get_content_type() != JSON:
            given = self.headers.get("Content-Type", "")
            raise error(415, f"content must be {JSON}, not {given}")

    def credentials(self):
        kind, _, value = self.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "basic":
            return "", ""
        try:
            user, _, password = base64.b64decode(value).decode().partition(":")
        except ValueError:
            return "", ""
        return user, password

    def user_name(self):
        return self.credentials()[0]

    def is_user(self):
        given = ":".join(self.credentials()).encode()
        return hmac.compare_digest(given, self.user.encode())


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def respond(self):
        try:
            status, content = self.answer(Request(self))
        except Refused as refusal:
            status, content = refusal.status, refusal.document
        except Exception as problem:
            self.log_error("%r", problem)
            status, content = 500, broken().document
        if not isinstance(content, Page):
            content = Page(f"{JSON}; charset=utf-8", content)
        self.send(status, content)

    do_GET = do_POST = do_PUT = do_DELETE = respond

    def send(self, status, page):
        """An answer without content is only a status."""
        text = page.content
        if text is not None and not isinstance(text, str):
            text = json.dumps(text)
        body = (text or "").encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if body:
            self.send_header("Content-Type", page.kind)
        self.send_header("Foreman_version", VERSION)
        self.send_header("Foreman_api_version", "2")
        self.end_headers()
        self.wfile.write(body)


class ControlHandler(Handler):
    def answer(self, request):
        request.read()
        return 200, control(self.server.state, request)


class ForemanHandler(Handler):
    def setup(self):
        """Runs in the connection's thread, so that no client can block others."""
        self.request.settimeout(CLIENT_TIMEOUT)
        self.request.do_handshake()
        super().setup()

    def answer(self, request):
        state = self.server.state
        came_to = state.received
        time.sleep(state.delay)
        state.going.wait()
        if state.received is not came_to:
            # The request was sent to the Foreman before the reset; the new one has never seen it.
            raise Refused(503)
        request.identify(self.server, self.connection.getpeercert())
        with state.workers:
            return answer(state, request)


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        print(f"{client_address[0]}: {sys.exc_info()[1]}", file=sys.stderr, flush=True)


def control_server(config, state):
    server = Server(("127.0.0.1", config["controlPort"]), ControlHandler)
    server.state = state
    return server


def foreman_server(config, state, proxies):
    """Like Foreman's web server: clients need no certificate, but any certificate must be valid."""
    server = Server((config["address"], config["port"]), ForemanHandler)
    server.state, server.config, server.proxies = state, config, proxies
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.verify_mode = ssl.CERT_OPTIONAL
    context.load_cert_chain(config["certificate"], config["key"])
    context.load_verify_locations(config["ca"])
    if config.get("crl"):
        context.load_verify_locations(config["crl"])
        context.verify_flags |= ssl.VERIFY_CRL_CHECK_CHAIN
    server.socket = context.wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
    return server
