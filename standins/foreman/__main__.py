"""
A service for tests that implements the parts of Foreman 3.17's documented API that Puppet servers
and their administrators use, over TLS, and rejects what Foreman rejects.

    python3 DIRECTORY CONFIG

CONFIG is a JSON file: address and port to listen on, certificate and key of the service, ca and
optionally crl to verify clients with, user and password of the API, and controlPort, the port on
127.0.0.1 on which tests set its answers and read what it received. A port may be 0, for any free
port: the ports are printed once both are open. It stores nothing: each start is a new Foreman.
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
