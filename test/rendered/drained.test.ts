import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { renderDrained } from "../../templates/haproxy/haproxy.js";
import { quickKey } from "../support/rendered/authority.js";
import { inParsers, outputOf as output } from "../support/rendered/parsers.js";

const setup = "/var/tmp/drained-test";
const [stays, leaves, six] = ["127.0.8.1", "127.0.8.2", "::1"];
const unit = (address: string) => `drained-${address.replace(/\W/g, "-")}`;
const inUrl = (address: string) => (address.includes(":") ? `[${address}]` : address);

/** Python: a Puppet Server as far as the wait asks it. */
const server = `import http.server, socket, ssl, sys
class Server(http.server.ThreadingHTTPServer):
    address_family = socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET
server = Server((sys.argv[1], 8140), http.server.SimpleHTTPRequestHandler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("${setup}/cert.pem", "${setup}/key.pem")
# The handshake is for the thread of a connection.
server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
server.serve_forever()`;

/** haproxy.cfg with these compilers. */
const configuration = (...addresses: readonly string[]) => `global
    stats socket /run/haproxy/admin.sock mode 660 level admin expose-fd listeners
defaults
    mode tcp
    timeout connect 5s
    timeout client 60s
    timeout server 60s
frontend puppet
    bind 127.0.8.9:8140
    default_backend compilers
backend compilers
${addresses.map((address, index) => `    server c${String(index)} ${inUrl(address)}:8140`).join("\n")}
`;

/** Has HAProxy use these compilers from now on; connections from before stay with its earlier process. */
const use = (...addresses: readonly string[]) =>
  output(
    `cat >${setup}/haproxy.cfg; if systemctl is-active --quiet drained-haproxy; then echo reload | socat -t 30 - UNIX-CONNECT:/run/haproxy-drained.sock | grep -q Success=1; else
    systemd-run --quiet --unit=drained-haproxy haproxy -W -S /run/haproxy-drained.sock,mode,600 -f ${setup}/haproxy.cfg
    timeout 20 sh -c 'until echo "show info" | socat - UNIX-CONNECT:/run/haproxy/admin.sock 2>/dev/null | grep -q Uptime; do sleep 0.1; done'; fi`,
    configuration(...addresses),
  );

/** An agent's connection, open until the unit is stopped. */
const connect = () =>
  output(`systemd-run --quiet --unit=drained-agent sh -c 'sleep infinity | openssl s_client -connect 127.0.8.9:8140'
timeout 20 sh -c 'until ss --no-header --numeric --tcp --processes state established dport = :8140 | grep -q haproxy; do sleep 0.1; done'`);
const hangUp = "systemctl stop drained-agent";

/** The wait of a deployment, which looks at a compiler for a shorter time than it does. */
const drained = (deadline = 30) =>
  inParsers(
    ["bash", "-s"],
    renderDrained({ deadline, members: [{ name: "c0", address: stays }] }).replace(
      "--max-time 5",
      "--max-time 1",
    ),
  );

beforeAll(async () => {
  const serve = [stays, leaves, six].map(
    (address) =>
      `systemd-run --quiet --unit=${unit(address)} python3 ${setup}/server.py ${address}`,
  );
  await output(
    `rm -rf ${setup}; mkdir -p ${setup} /run/haproxy; cat >${setup}/server.py
openssl req -x509 -newkey ${quickKey} -subj /CN=puppet -keyout ${setup}/key.pem -out ${setup}/cert.pem 2>/dev/null
${serve.join("\n")}`,
    server,
  );
});
afterAll(() =>
  output(
    `systemctl stop drained-agent drained-haproxy ${[stays, leaves, six].map(unit).join(" ")}; rm -f /run/haproxy/admin.sock`,
  ),
);
beforeEach(async () => {
  await inParsers(["sh", "-c", hangUp]);
});

describe("the wait for connections to a compiler that has left", () => {
  it.each([leaves, six])("ends with the last one: %s", async (address) => {
    await use(address);
    await connect();
    await use(stays);
    const began = Date.now();
    const waiting = drained();
    await output(`sleep 4; ${hangUp}`);
    const { code, stdout, stderr } = await waiting;
    expect(code, stderr).toBe(0);
    expect(stdout).toBe(
      `${address} has left the pool: waiting until its connections end, 1 so far\n`,
    );
    expect(Date.now() - began).toBeGreaterThan(2000);
  });

  it("is none for the compilers that stay", async () => {
    await use(stays);
    await connect();
    expect(await drained()).toMatchObject({ code: 0, stdout: "" });
  });

  it("has an end, and says what is cut", async () => {
    await use(leaves);
    await connect();
    await use(stays);
    const { code, stdout } = await drained(2);
    expect(code).toBe(0);
    expect(stdout).toContain(
      `${leaves} has left the pool, and 1 of its connections have not ended within 2 s: they end with the compiler\n`,
    );
  });

  it("is none for a compiler that does not answer any more", async () => {
    await use(leaves);
    await connect();
    await use(stays);
    // Its kernel still takes connections.
    await output(`systemctl kill --signal STOP ${unit(leaves)}`);
    const answer = await drained();
    await output(`systemctl kill --signal CONT ${unit(leaves)}`);
    expect(answer).toMatchObject({ code: 0, stdout: "" });
  });
});
