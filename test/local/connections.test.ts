import { describe, expect, it } from "vitest";
import { connectionsOf, type Party } from "../../platforms/connections.js";
import { parseSettings } from "../../platforms/platforms.js";
import { domain, environment, npmRun, output, until } from "../support/environment.js";
import { timedRun } from "../support/local/puppetdb.js";

/** The suite's hosts by role. */
const parties: Readonly<Record<string, Party>> = {
  main: "main",
  balancer: "loadBalancer",
  puppetdb: "puppetdb",
  compiler1: "compiler",
  compiler2: "compiler",
};
const lines = connectionsOf({
  ...parseSettings({ domain }),
  ...{ bastion: false, database: false, endpoints: false },
});

describe("the table of connections", () => {
  it.each(Object.entries(parties))("has every port that %s listens on", async (host, party) => {
    const text = await output(host, "ss --no-header --listening --tcp --numeric");
    const listening = text
      .split("\n")
      .map((line) => line.trim().split(/\s+/)[3] ?? "")
      .filter((address) => !/^(127\.|\[::1\])/.test(address))
      .map((address) => Number(address.split(":").at(-1)));
    expect(listening).not.toEqual([]);
    const known = lines.filter(({ to }) => to === party).map(({ port }) => port);
    // SSH is Pulumi's own connection, which depends on the platform.
    const expected = new Set([22, ...known]);
    expect(listening.filter((port) => !expected.has(port))).toEqual([]);
    // And no port is open that nothing listens on.
    expect(known.filter((port) => !listening.includes(port))).toEqual([]);
  });

  it("has every connection between hosts in the last minute", async () => {
    const table = new Set(lines.map(({ from, to, port }) => `${from} ${to} ${String(port)}`));
    const unknown = (connections: Set<string>) =>
      [...connections].filter((connection) => !table.has(connection));
    // Connections of previous settings.
    const forgotten = async () => unknown(await seen()).length === 0;
    await until("hosts forget earlier connections", forgotten, 90);

    await Promise.all([timedRun("agent1"), npmRun("deploy-code", "all", environment)]);
    const now = await seen();
    console.log(`seen: ${[...now].sort().join(", ")}`);
    expect(unknown(now)).toEqual([]);
    expect(now.size).toBeGreaterThan(3);
  });
});

describe("a request of 200 MB without a certificate", () => {
  it("gets nowhere, and the main server answers others all the time", async () => {
    const process = () => output("main", "systemctl show --property MainPID --value puppetserver");
    const before = await process();
    const url = "https://puppetca.example.test:8140/puppet-ca/v1";
    const upload = output(
      "agent1",
      `head -c 200M /dev/zero | curl --silent --insecure --max-time 15 --upload-file - --header 'Content-Type: text/plain' --write-out '%{size_upload}' ${url}/certificate_request/large.example.test || true`,
    );
    const client = { ended: false };
    const sent = upload.finally(() => (client.ended = true));
    let answers = 0;
    while (!client.ended) {
      await output("compiler1", `curl -sSfk --max-time 10 -o /dev/null ${url}/certificate/ca`);
      answers++;
    }
    // What the connection may send, and what is on its way in the buffers of both sides.
    expect(Number(await sent)).toBeLessThan(16 * 1024 * 1024);
    expect(answers).toBeGreaterThan(1);
    expect(await process()).toBe(before);
  });
});

/** The connections between hosts in the last minute, as "from to port". */
async function seen(): Promise<Set<string>> {
  const hosts = await Promise.all(
    Object.entries(parties).map(async ([host, party]) => ({
      host,
      party,
      address: (await output(host, "hostname --all-ip-addresses")).trim(),
    })),
  );
  const seen = new Set<string>();
  for (const own of hosts) {
    // The side that closes a connection remembers it for a minute.
    const text = await output(own.host, "ss --no-header --tcp --numeric exclude listening");
    for (const line of text.split("\n").filter(Boolean)) {
      const [local = "", peer = ""] = line.trim().split(/\s+/).slice(-2);
      const other = hosts.find(({ address }) => peer.match(/\d+(\.\d+){3}/)?.[0] === address);
      // A host's connections to itself pass no firewall.
      if (other === undefined || other === own) continue;
      const [ownPort, otherPort] = [local, peer].map((end) => Number(end.split(":").at(-1)));
      // The lower port is the destination.
      const [from, to] = Number(ownPort) < Number(otherPort) ? [other, own] : [own, other];
      seen.add(`${from.party} ${to.party} ${String(Math.min(ownPort ?? 0, otherPort ?? 0))}`);
    }
  }
  return seen;
}
