import { describe, expect, inject, it } from "vitest";
import {
  deploy,
  distribution,
  environment,
  exec,
  joined,
  npmRun,
  output,
  stackOf,
  until,
} from "../support/environment.js";
import { stateOf } from "../support/local/balancer.js";
import { loop, reported } from "../support/local/puppetdb.js";
import { runAgent } from "../../tools/lib/agents.js";

const ssl = "/var/lib/puppet/ssl";

/** Whether a compiler answers an agent that presents its certificate; a slow answer is not a refusal. */
async function accepted(agent: string, compiler: string): Promise<boolean> {
  const { code, stderr } = await exec(agent, [
    ...["curl", "--silent", "--show-error", "--fail", "--max-time", "120"],
    ...["--cacert", `${ssl}/certs/ca.pem`],
    ...[
      "--cert",
      `${ssl}/certs/${agent}.example.test.pem`,
      "--key",
      `${ssl}/private_keys/${agent}.example.test.pem`,
    ],
    ...["--output", "/dev/null", `https://${compiler}.example.test:8140/puppet/v3/environments`],
  ]);
  // A TLS alert, during the handshake or, with TLS 1.3, when the answer is read.
  const refused = code === 35 || code === 56;
  if (code !== 0 && !refused) throw new Error(`curl ends with ${String(code)}: ${stderr}`);
  return code === 0;
}

/**
 * Python: opens connections through the load balancer with node2's certificate, makes a request on each every two
 * seconds, and prints after how many seconds from the revocation the last one ended.
 */
const keepOpen = `
import http.client, ssl, threading, time
ssldir, fqdn = "${ssl}", "node2.example.test"
context = ssl.create_default_context(cafile=f"{ssldir}/certs/ca.pem")
context.load_cert_chain(f"{ssldir}/certs/{fqdn}.pem", f"{ssldir}/private_keys/{fqdn}.pem")
def keep(connection):
    try:
        while True:
            connection.sock.settimeout(60)
            connection.request("GET", "/puppet/v3/environments")
            answer = connection.getresponse()
            answer.read()
            # Closed by the server: the next request would open another one.
            if connection.sock is None: return
            time.sleep(2)
    except (OSError, http.client.HTTPException):
        pass
connections = [http.client.HTTPSConnection("puppet.example.test", 8140, context=context) for _ in range(20)]
for connection in connections: connection.connect()
# http.client would open a closed connection again.
for connection in connections: connection.auto_open = 0
threads = [threading.Thread(target=keep, args=(connection,), daemon=True) for connection in connections]
for thread in threads: thread.start()
open("/tmp/open", "w").close()
deadline = time.time() + 150
for thread in threads: thread.join(max(0, deadline - time.time()))
print(sum(thread.is_alive() for thread in threads))
`;

describe("a revocation", () => {
  it("is effective on every compiler within a minute, also for open connections", async () => {
    await joined("node2");
    for (const compiler of ["compiler1", "compiler2"])
      expect(await accepted("node2", compiler)).toBe(true);
    const kept = exec("node2", ["python3", "-c", keepOpen]);
    const opened = async () => (await exec("node2", ["test", "-e", "/tmp/open"])).code === 0;
    await until("node2 has open connections", opened, 60);

    const revoked = Date.now();
    await output("main", "puppetserver ca revoke --certname node2.example.test");
    // Agents in the middle of a run open new connections, and notice nothing.
    const client = { ended: false };
    const last = kept.then(({ stdout }) => {
      client.ended = true;
      return { left: stdout.trim(), seconds: (Date.now() - revoked) / 1000 };
    });
    while (!client.ended) {
      const { code, stdout, stderr } = await runAgent({ environment, distribution }, "agent1");
      expect([0, 2], stdout + stderr).toContain(code);
    }
    const { left, seconds } = await last;
    console.log(`the last open connection ended after ${seconds.toFixed(1)} s`);
    expect(left).toBe("0");
    expect(seconds).toBeLessThan(60);
    const waits = await Promise.all(
      ["compiler1", "compiler2"].map((compiler) =>
        until(`${compiler} refuses node2`, async () => !(await accepted("node2", compiler)), 60),
      ),
    );
    console.log(`effective after ${waits.map((wait) => wait.toFixed(1)).join(" and ")} s`);
    const { code } = await runAgent({ environment, distribution }, "node2");
    expect(code).toBe(1);
    // The new CRL does not affect others.
    expect(await accepted("agent1", "compiler1")).toBe(true);
  });

  it("of a compiler takes it out of the pool, and a deployment gives it another certificate; no run is lost", async () => {
    const agents = ["agent1", "node1"];
    for (const agent of agents) await joined(agent);
    const others = () =>
      Promise.all(
        ["compiler2", "puppetdb"].map((host) =>
          output(host, `openssl x509 -noout -serial -in ${ssl}/certs/${host}.example.test.pem`),
        ),
      );
    const before = await others();
    const running = loop(agents);
    await output("main", "puppetserver ca revoke --certname compiler1.example.test");
    const out = async () => (await stateOf("compiler1")).startsWith("DOWN");
    const seconds = await until("compiler1 is out of the pool", out, 60);

    const urns = await stackOf().urns();
    const urn = urns.find((urn) => urn.endsWith("::compiler1-configuration-run")) ?? "";
    const { code, text } = await npmRun(
      ...["pulumi", "up", "--stack", environment, "--config-file", stackOf().stackFile],
      ...["--yes", "--skip-preview", "--replace", urn],
    );
    expect(code, text).toBe(0);
    expect(text).toContain("Exec[request the certificate of compiler1.example.test]/returns: exec");
    expect(await stateOf("compiler1")).toMatch(/^UP/);
    // Each run's exit code is checked, and that its report arrives.
    const runs = await running.end();
    console.log(
      `compiler1 is out of the pool ${seconds.toFixed(1)} s after its revocation; ${String(runs.length)} runs until it is back, none failed`,
    );
    await Promise.all(agents.map(reported));
    expect(await others()).toEqual(before);
    // Nothing is left to revoke, and the new one is the CA's.
    const signed = "/etc/puppet/puppetserver/ca/signed";
    expect(await output("main", `ls ${signed} | grep -c replaced || true`)).toBe("0");
    const fingerprint = (host: string, file: string) =>
      output(host, `openssl x509 -noout -fingerprint -in ${file}`);
    expect(await fingerprint("main", `${signed}/compiler1.example.test.pem`)).toBe(
      await fingerprint("compiler1", `${ssl}/certs/compiler1.example.test.pem`),
    );
    const again = await deploy(inject("deployment").settings);
    expect(again.text).toMatch(/Resources:\n\s+\d+ unchanged\n/);
  });

  it("is never undone by a server without a CRL", async () => {
    // If the CA cannot be reached, the CRL stays unchanged and the journal says why.
    const before = await output("compiler1", `sha256sum ${ssl}/crl.pem`);
    const { code, stderr } = await exec("compiler1", [
      ...[
        "sh",
        "-c",
        "sed 's/puppetca.example.test/compiler2.example.test/' /usr/local/sbin/puppet-crl-refresh | bash",
      ],
    ]);
    expect(code).not.toBe(0);
    expect(stderr).toContain("404");
    expect(await output("compiler1", `sha256sum ${ssl}/crl.pem; ls ${ssl} | grep -c crl`)).toBe(
      `${before}\n1`,
    );
  });
});
