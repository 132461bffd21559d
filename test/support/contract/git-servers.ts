import { debian } from "../../../distributions/debian.js";
import {
  renderIdentity,
  renderSshConfig,
} from "../../../templates/code-deployment/code-deployment.js";
import {
  gitSshConfig,
  readDeployKeys,
  renderDeployKeys,
  renderGitAccess,
  renderGitAccessLibrary,
  renderGitConfig,
  renderTokens,
  type DeployKey,
  type Token,
} from "../../../templates/code-deployment/git-access.js";
import { renderGitSshConfig } from "../../../templates/code-deployment/code-deployment.js";
import type { CodeLab } from "./code-lab.js";

/** The Git server of a site, and one of somebody else; repositories are below /srv of the lab. */
export const [gitHost, otherHost] = ["git.example.test", "other.example.test"];
const home = "/var/lib/puppet-code";
const log = "/srv-log/requests";

/** Lets a key read one repository only, as GitHub's deploy keys do. */
const onlyOne = `#!/bin/sh
case $SSH_ORIGINAL_COMMAND in
  "git-upload-pack '$1.git'" | "git-upload-pack '/$1'") ;;
  *) echo "ERROR: Repository not found." >&2; exit 1 ;;
esac
exec git-upload-pack "/srv/$1.git"
`;

/**
 * Git over HTTPS for both hosts. On the site's, each path may want its own user and token; the other asks for some
 * below /asks. What the site has below /moved is at the other host. Notes each request: host, path, what it is let in
 * with, and whether a secret is in the command line of any process.
 */
const httpsServer = `
import base64, glob, http.server, json, ssl, subprocess, threading
lets = json.load(open("/srv-log/lets.json"))
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def log_message(self, *_): pass
    def answer(self, status, headers, body=b""):
        self.send_response(status)
        for name, value in headers: self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def do_GET(self): self.serve(b"")
    def do_POST(self): self.serve(self.rfile.read(int(self.headers.get("Content-Length", "0"))))
    def serve(self, sent):
        host = self.headers["Host"]
        login = base64.b64decode(self.headers.get("Authorization", "Basic ")[6:]).decode()
        path, _, query = self.path.partition("?")
        seen = any(let.split(":")[1] in command for let in lets.values() for command in commands())
        with open("${log}", "a") as file: file.write(" ".join([host, path, login or "-", "seen" if seen else "unseen"]) + "\\n")
        if host == "${gitHost}" and path.startswith("/moved/"):
            return self.answer(302, [("Location", "https://${otherHost}/asks/" + self.path[7:])])
        wanted = next((let for at, let in lets.items() if path.startswith(at + "/") or path.startswith(at + ".git/")), None)
        if (host == "${gitHost}" and wanted and login != wanted) or (host == "${otherHost}" and path.startswith("/asks/")):
            return self.answer(401, [("WWW-Authenticate", 'Basic realm="git"')])
        variables = {"GIT_PROJECT_ROOT": "/srv", "GIT_HTTP_EXPORT_ALL": "1", "PATH_INFO": path, "QUERY_STRING": query, "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""), "CONTENT_LENGTH": str(len(sent)), "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""), "PATH": "/usr/bin:/bin", "REMOTE_ADDR": "127.0.0.1"}
        said = subprocess.run(["git", "http-backend"], input=sent, env=variables, stdout=subprocess.PIPE).stdout
        head, _, body = said.partition(b"\\r\\n\\r\\n")
        headers = [tuple(line.split(": ", 1)) for line in head.decode().split("\\r\\n") if ": " in line]
        status = next((int(value[:3]) for name, value in headers if name == "Status"), 200)
        self.answer(status, [one for one in headers if one[0] != "Status"], body)
def commands():
    for path in glob.glob("/proc/[0-9]*/cmdline"):
        try: yield open(path, errors="replace").read()
        except OSError: pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 443), Handler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("/srv-log/tls.pem", "/srv-log/tls.key")
server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()
`;

/** Two certificates of an own CA would be no other than one for both. */
const certificates = `
cd /srv-log
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=Test CA" -keyout ca.key -out ca.pem 2>/dev/null
openssl req -newkey rsa:2048 -nodes -subj "/CN=${gitHost}" -keyout tls.key -out tls.csr 2>/dev/null
openssl x509 -req -in tls.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -out tls.pem \\
  -extfile <(echo "subjectAltName=DNS:${gitHost},DNS:${otherHost}") 2>/dev/null
install -m 0644 ca.pem /usr/local/share/ca-certificates/test.crt
update-ca-certificates >/dev/null
`;

/**
 * Gives a lab the user that deploys, with a key for each of `keys`, and Git servers on its own addresses.
 *
 * @param tokens what the user that deploys has
 * @param lets what the HTTPS server wants: path => user:token
 * @returns the public keys by name; `main` is that of the server
 */
export async function startGitServers(
  lab: CodeLab,
  keys: readonly DeployKey[],
  tokens: readonly Token[],
  lets: Readonly<Record<string, string>>,
): Promise<Record<string, string>> {
  await lab.run(`echo "127.0.0.1 ${gitHost} ${otherHost}" >>/etc/hosts
    git config --system safe.directory '*'
    mkdir -p /srv-log; ssh-keygen -q -A; mkdir -p /run/sshd
    echo 'PasswordAuthentication no' >/etc/ssh/sshd_config.d/test.conf
    useradd --create-home --shell /bin/sh --password '*' git
    ${certificates}`);
  await lab.write("/usr/local/bin/only-one", onlyOne, "0755");
  await lab.write("/srv-log/lets.json", JSON.stringify(lets), "0600");
  await lab.write("/srv-log/server.py", httpsServer);
  const hostKey = await lab.run("cat /etc/ssh/ssh_host_ed25519_key.pub");
  const identity = { host: "main.example.test", address: "127.0.0.1", hostKey };
  const [publicKey = ""] = (await lab.run("bash -s", renderIdentity(identity))).split("\n");
  const own = await makeKeys(lab, keys);
  const ssh = "/etc/puppet-code/.ssh";
  await lab.write(`${ssh}/config`, renderSshConfig([]));
  await lab.write(gitSshConfig, renderGitSshConfig());
  await lab.write(`${ssh}/known_hosts`, `${gitHost} ${hostKey}\n`);
  await lab.write("/usr/local/lib/puppet-code/git_access.rb", renderGitAccessLibrary());
  for (const [path, content] of Object.entries(renderGitAccess(debian.paths))) {
    await lab.write(path, content, "0755");
  }
  await lab.write(`${home}/.gitconfig`, renderGitConfig());
  await lab.write(`${home}/.git-credentials`, renderTokens(tokens), "0600");
  await lab.run(`systemctl start ssh
    systemd-run --quiet --unit=git-https python3 /srv-log/server.py
    timeout 20 sh -c 'until curl --silent https://${gitHost}/ >/dev/null; do :; done'
    chmod 0666 /run/puppet-code-flush.sock; rm -f ${log}`);
  return { ...own, main: publicKey };
}

/** Makes the keys that there are not yet, as a deployment does; gives the public ones by name. */
export const makeKeys = async (lab: CodeLab, keys: readonly DeployKey[]) =>
  readDeployKeys(await lab.run("bash -s", renderDeployKeys({ host: "main.example.test", keys })));

/** Sets which key may read which repository over SSH, given as a path without `.git`. */
export const allowKeys = (
  lab: CodeLab,
  allowed: readonly (readonly [path: string, key: string])[],
) =>
  lab.run(
    "install -D -o git -m 0600 /dev/stdin /home/git/.ssh/authorized_keys",
    allowed
      .map(([path, key]) => `restrict,command="/usr/local/bin/only-one ${path}" ${key}\n`)
      .join(""),
  );

/** What the HTTPS server was asked since the last time. */
export async function requestsOf(
  lab: CodeLab,
): Promise<{ host: string; path: string; login: string; seen: boolean }[]> {
  const text = await lab.run(`cat ${log} 2>/dev/null || true; rm -f ${log}`);
  return text
    .split("\n")
    .filter(Boolean)
    .map((line) => {
      const [host = "", path = "", login = "", seen = ""] = line.split(" ");
      return { host, path, login, seen: seen === "seen" };
    });
}
