"""
A service for tests that speaks the parts of Foreman 3.17's documented API which Puppet servers and
those who set them up use, over TLS, and turns down what Foreman turns down.

    python3 DIRECTORY CONFIG

CONFIG is a JSON file: address and port to listen on, certificate and key of the service, ca and,
if wanted, crl to verify clients by, user and password of the API, and controlPort, the port on
127.0.0.1 by which tests say what it answers and read what it received. A port may be 0, for any
that is free: the ports are printed once both are open. It keeps nothing: a new start is a new
Foreman.
"""

import json
import sys
import threading
from pathlib import Path

from proxies import Proxies
from server import control_server, foreman_server
from state import State


def main(path):
    config = json.loads(Path(path).read_text(encoding="utf-8"))
    state = State()
    control = control_server(config, state)
    foreman = foreman_server(config, state, Proxies(config))
    threading.Thread(target=control.serve_forever, daemon=True).start()
    ports = {"port": foreman.server_port, "controlPort": control.server_port}
    print(json.dumps(ports), flush=True)
    foreman.serve_forever()


main(sys.argv[1])
