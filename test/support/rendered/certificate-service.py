"""certificate-service.py FOLDER PORT: answers agents as a CA does, with the CA in FOLDER (ca.pem, ca.key, crl.pem) and its
own host.pem and host.key; signs each request, unless FOLDER has a file `unsigned`, and keeps the last one in `request`."""
import http.server
import os
import ssl
import subprocess
import sys

folder, port = sys.argv[1:]


def path(name):
    return os.path.join(folder, name)


class CertificateService(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, code, body=b""):
        self.send_response(code)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def name(self):
        return self.path.split("?")[0].removeprefix("/puppet-ca/v1/").replace("/", "-")

    def do_GET(self):
        files = {"certificate-ca": "ca.pem", "certificate_revocation_list-ca": "crl.pem"}
        file = path(files.get(self.name(), self.name()))
        if not os.path.exists(file):
            return self.answer(404)
        with open(file, "rb") as certificate:
            self.answer(200, certificate.read())

    def do_PUT(self):
        request = self.rfile.read(int(self.headers["Content-Length"]))
        with open(path("request"), "wb") as file:
            file.write(request)
        certificate = path(self.name().replace("_request", ""))
        if not os.path.exists(path("unsigned")):
            sign = ["openssl", "x509", "-req", "-CA", path("ca.pem"), "-CAkey", path("ca.key"), "-out", certificate]
            subprocess.run(sign, input=request, check=True)
        self.answer(200)


server = http.server.ThreadingHTTPServer(("127.0.0.1", int(port)), CertificateService)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(path("host.pem"), path("host.key"))
server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()
