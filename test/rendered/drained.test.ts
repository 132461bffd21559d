import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
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

const known = "/var/lib/pulumi-puppet/pool-members";
/** How many reports a compiler has not sent, as it says. */
const unsent = (count: number) => output(`echo ${String(count)} >${setup}/unsent`);

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
      `systemd-run --quiet --unit=${unit(address)} python3 ${setup}/server.py ${address}
systemd-run --quiet --unit=${unit(address)}-answer socat "TCP${address.includes(":") ? "6" : "4"}-LISTEN:8139,bind=${inUrl(address)},fork,reuseaddr" SYSTEM:'read -r question; if test "$question" = reports; then echo "reports $(cat ${setup}/unsent)"; else echo ready up; fi'`,
  );
  await output(
    `rm -rf ${setup}; mkdir -p ${setup} /run/haproxy; echo 0 >${setup}/unsent; cat >${setup}/server.py
openssl req -x509 -newkey ${quickKey} -subj /CN=puppet -keyout ${setup}/key.pem -out ${setup}/cert.pem 2>/dev/null
${serve.join("\n")}`,
    server,
  );
});
afterAll(() =>
  output(
    `systemctl stop drained-agent || :; systemctl stop drained-haproxy ${[stays, leaves, six].flatMap((address) => [unit(address), `${unit(address)}-answer`]).join(" ")}; rm -f /run/haproxy/admin.sock ${known}`,
  ),
);
beforeEach(async () => {
  await inParsers(["sh", "-c", `${hangUp}; rm -f ${known}`]);
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

describe("the wait for the reports of a compiler that has left", () => {
  const leave = async (address: string) => {
    await use(stays, address);
    // The wait of the deployment before.
    expect(await drained()).toMatchObject({ code: 0, stdout: "" });
    await use(stays);
  };
  afterEach(() => unsent(0));

  it.each([leaves, six])("ends when they are sent: %s", async (address) => {
    await leave(address);
    await unsent(3);
    const waiting = drained();
    await output("sleep 3");
    await unsent(0);
    expect(await waiting).toEqual({
      code: 0,
      stdout: `${address} has left the pool: waiting until its reports are sent, 3 so far\n`,
      stderr: "",
    });
  });

  it("fails the deployment when time is up, and the next one goes on", async () => {
    await leave(leaves);
    await unsent(3);
    const failed = {
      code: 1,
      stderr: `${leaves} has left the pool, and still has 3 reports and facts that PuppetDB or Foreman has not taken within 2 s: deploy again once they answer, or switch it off to lose them\n`,
    };
    expect(await drained(2)).toMatchObject(failed);
    expect(await drained(2)).toMatchObject(failed);
    await unsent(0);
    expect(await drained()).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  it("is none for one that is switched off, or of an earlier version", async () => {
    await leave(leaves);
    await output(`systemctl kill --signal STOP ${unit(leaves)}-answer`);
    const answer = await drained();
    await output(`systemctl kill --signal CONT ${unit(leaves)}-answer`);
    expect(answer).toEqual({ code: 0, stdout: "", stderr: "" });
  });
});
