import { beforeAll, describe, expect, it } from "vitest";
import { runAgent } from "../../tools/lib/agents.js";
import { distribution, environment, exec, joined, output } from "../support/environment.js";
import { settled } from "../support/local/puppetdb.js";

const ssl = "/var/lib/puppet/ssl";
const main = "puppetca.example.test";
const compilers = ["compiler1.example.test", "compiler2.example.test"];
/** Compilers, also as agents reach them: through the load balancer. */
const pool = [...compilers, "puppet.example.test"];

beforeAll(async () => {
  await joined("agent1");
  // Puppet Server answers a request for a node with its facts, which are in PuppetDB.
  await settled();
}, 180_000);

/** A request: method, path, and what more curl needs. */
type Request = readonly [method: string, path: string, ...more: string[]];

/** The status of each request of a host with its own certificate, or without any, to a server. */
async function statuses(
  host: string,
  server: string,
  requests: readonly Request[],
  certificate = true,
): Promise<string[]> {
  const name = `${host}.example.test`;
  const options = [
    ...["--silent", "--output", "/dev/null", "--write-out", "%{http_code}\\n", "--max-time", "60"],
    ...["--path-as-is", "--cacert", `${ssl}/certs/ca.pem`],
    ...(certificate
      ? ["--cert", `${ssl}/certs/${name}.pem`, "--key", `${ssl}/private_keys/${name}.pem`]
      : []),
  ];
  const command = requests.flatMap(([method, path, ...more], at) => [
    ...(at === 0 ? [] : ["--next"]),
    ...[...options, "--request", method, ...more, `https://${server}:8140${path}`],
  ]);
  const { stdout, stderr } = await exec(host, ["curl", ...command]);
  const given = stdout.trim().split("\n");
  if (given.length !== requests.length) throw new Error(`${host}, ${server}: ${stdout}${stderr}`);
  return given.map((status, at) => `${status} ${requests[at]?.slice(0, 2).join(" ") ?? ""}`);
}

/** What these requests show if all have one status. */
const all = (status: number, requests: readonly Request[]) =>
  requests.map(([method, path]) => `${String(status)} ${method} ${path}`);

const query = "?environment=production";
const node = (name: string): Request => ["GET", `/puppet/v3/node/${name}.example.test${query}`];
const facts = (name: string): Request => [
  "PUT",
  `/puppet/v3/facts/${name}.example.test${query}`,
  ...["--header", "Content-Type: application/json", "--data"],
  `{"name":"${name}.example.test","values":{"kernel":"forged"}}`,
];
const bucket: Request[] = ["GET", "PUT"].map((method) => [
  method,
  `/puppet/v3/file_bucket_file/sha256/${"0".repeat(64)}/etc/motd${query}`,
  ...["--header", "Content-Type: application/octet-stream", "--data", "x"],
]);
const state: Request[] = [
  ["GET", "/status/v1/services?level=debug"],
  ["GET", "/status/v1/services/server"],
];
const simple: Request = ["GET", "/status/v1/simple"];

describe("the main server", () => {
  const own: Request[] = [
    ["GET", `/puppet/v3/file_metadatas/plugins${query}&recurse=true`],
    ["GET", "/puppet/v3/environments"],
  ];
  const catalog = (name: string, path = "/puppet/v3/catalog"): Request => [
    "GET",
    `${path}/${name}.example.test${query}`,
    ...["--header", "Accept: application/json"],
  ];

  it("gives agents certificates and the CRL, and nothing else", async () => {
    const certificates: Request[] = [
      ["GET", "/puppet-ca/v1/certificate/ca"],
      ["GET", "/puppet-ca/v1/certificate_revocation_list/ca"],
      simple,
    ];
    const refused: Request[] = [
      ...["agent1", "main"].flatMap((name) => [catalog(name), node(name)]),
      ...["/puppet/v3//catalog", "/puppet/v3/%63atalog", "/puppet;a/v3/catalog"].map((path) =>
        catalog("agent1", path),
      ),
      ["PUT", `/puppet/v3/report/agent1.example.test${query}`, "--data", "{}"],
      ...own,
      ["GET", `/puppet/v3/file_content/modules/a/b${query}`],
      ["GET", `/puppet/v3/static_file_content/modules/a/files/b${query}`],
      ["GET", `/puppet/v3/environment_classes${query}`],
      ["GET", `/puppet/v3/tasks${query}`],
      ["GET", "/puppet-ca/v1/expirations"],
      ...[facts("agent1"), ...bucket, ...state],
    ];
    expect(await statuses("agent1", main, certificates)).toEqual(all(200, certificates));
    expect(await statuses("agent1", main, refused)).toEqual(all(403, refused));
  });

  it("compiles nothing for a compiler, whose key pushed code can read", async () => {
    const requests = [catalog("compiler1"), node("compiler1"), ...own, facts("compiler1")];
    expect(await statuses("compiler1", main, requests)).toEqual(all(403, requests));
    // Where pushed code does run, there is no key of the CA.
    expect(await output("compiler1", "ls /etc/puppet/puppetserver/ca 2>&1 || true")).toContain(
      "No such file",
    );
  });

  it("gives its own certificate what is its own", async () => {
    const allowed = [node("main"), ...own, ...state];
    expect(await statuses("main", main, allowed)).toEqual(all(200, allowed));
    const refused = [node("agent1"), catalog("agent1"), facts("main"), facts("agent1")];
    expect(await statuses("main", main, refused)).toEqual(all(403, refused));
  });
});

describe("compilers", () => {
  it("take no facts outside a run, neither of an agent's own node nor of others", async () => {
    const requests = [facts("agent1"), facts("compiler1"), facts("node1")];
    for (const server of pool)
      expect(await statuses("agent1", server, requests)).toEqual(all(403, requests));
    expect(await statuses("compiler1", compilers[0] ?? "", requests)).toEqual(all(403, requests));
  });

  it("store no files of agents, whose runs change files without it", async () => {
    for (const server of pool)
      expect(await statuses("agent1", server, bucket)).toEqual(all(403, bucket));
    const line = `changed by hand at ${String(Date.now())}`;
    await output("agent1", `echo ${line} >/etc/motd`);
    const { code, stdout } = await runAgent({ environment, distribution }, "agent1");
    expect(code, stdout).toBe(2);
    expect(stdout).not.toContain("Error");
    expect(await output("agent1", "cat /etc/motd")).not.toContain(line);
  });

  it("tell nobody but themselves the details of their state, and everybody that they run", async () => {
    for (const server of pool) {
      for (const certificate of [true, false]) {
        const given = await statuses("agent1", server, [...state, simple], certificate);
        expect(given).toEqual([...all(403, state), ...all(200, [simple])]);
      }
    }
    expect(await statuses("compiler1", compilers[0] ?? "", state)).toEqual(all(200, state));
    expect(await statuses("compiler1", compilers[1] ?? "", state)).toEqual(all(403, state));
  });

  it("give their own agents what is their own", async () => {
    const server = await output("compiler1", "puppet config print server --section agent");
    expect(server).toBe(compilers[0]);
    const requests = [node("compiler1"), node("agent1")];
    expect(await statuses("compiler1", server, requests)).toEqual([
      ...all(200, requests.slice(0, 1)),
      ...all(403, requests.slice(1)),
    ]);
  });
});
