import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  registerScript,
  registrationFile,
  renderRegister,
  renderRegistration,
} from "../../templates/foreman/foreman.js";
import { exitCode } from "../../tools/lib/verify/checks.js";
import { verifyForeman } from "../../tools/lib/verify/foreman.js";
import {
  control,
  done,
  emptySpool,
  foreman,
  home,
  install,
  installDeadline,
  installForeman,
  leaveForeman,
  password,
  received,
  server,
  setUse,
  shell,
  startService,
  stopService,
  trust,
  url,
} from "../support/rendered/foreman-client.js";
import { inParsers } from "../support/rendered/parsers.js";
import { keep } from "../support/rendered/reports.js";

const node = "web1.example.test";
/** A report that has been waiting for so many seconds. */
const waits = (age: number) => keep("foreman", { node, age });
const proxyPort = 4444;
/** A smart proxy whose features are in a file; it has Foreman's own certificate, as its name is that. */
const smartProxy = `
import http.server, ssl
class Handler(http.server.SimpleHTTPRequestHandler):
    def do_GET(self):
        content = open("/run/features.json", "rb").read()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("/etc/foreman-service/host.pem", "/etc/foreman-service/host.key")
server = http.server.ThreadingHTTPServer(("127.0.0.1", ${proxyPort}), Handler)
server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()
`;
const proxy = { name: "main", url: `https://${foreman}:${proxyPort}` };
const features = (...names: string[]) =>
  install(
    "/run/features.json",
    JSON.stringify(Object.fromEntries(names.map((name) => [name, { state: "running" }]))),
  );
/** The registration's input. */
const registered = (values: { password?: string; proxy?: typeof proxy | undefined } = {}) =>
  install(
    registrationFile,
    renderRegistration({ user: "admin", password, trusted: [server], proxy, ...values }),
    "0600",
  );
const host = {
  fqdn: server,
  address: "127.0.0.1",
  run: (command: string, { stdin }: { stdin?: string } = {}) =>
    inParsers(["sh", "-c", command], stdin),
  asRoot: (program: string) => program,
  git: () => Promise.reject(new Error("no repository")),
};
const [all, question, waiting, cache] = [
  "everything",
  `query from ${server}`,
  `reports on ${server}`,
  `cache on ${server}`,
];

/** The results, each check as `RESULT: SENTENCE`. */
async function verify() {
  const checks = await verifyForeman(host, [], "ruby");
  const found = Object.fromEntries(
    checks.map(({ what, outcome, sentence }) => [what, `${outcome}: ${sentence}`]),
  );
  expect(JSON.stringify(found)).not.toContain(password);
  return { ...found, [all]: String(exitCode(checks)) };
}

beforeAll(async () => {
  await installForeman();
  await install("/opt/smart-proxy.py", smartProxy);
  await install(registerScript, renderRegister({ ruby: "/usr/bin/ruby" }), "0755");
  await shell("systemd-run --quiet --unit test-smart-proxy python3 -B /opt/smart-proxy.py");
}, installDeadline);

afterAll(async () => {
  await shell("systemctl stop test-smart-proxy");
  await leaveForeman();
});

beforeEach(async () => {
  await done(["sh", "-c", `rm -rf ${home}/* /etc/puppet-foreman/told.json`]);
  await done(["mkdir", "-p", `${home}/nodes`]);
  await emptySpool();
  await setUse({ cacheHours: 168, whenExpired: "serve", puppetdb: [] });
  await startService();
  await control("POST", "/reset");
  await features("puppet", "puppetca", "logs");
  await registered();
  await done([registerScript]);
});

describe("Foreman, verified from a Puppet server", () => {
  it("is registered, and knows no node before an agent's run", async () => {
    const unknown = `warning: Foreman does not know ${server}; run an agent first.`;
    expect(await verify()).toMatchObject({
      API: `ok: Foreman 3.17.0 at ${url} answers admin.`,
      trusted_hosts: "ok: It has every Puppet server.",
      "smart proxy": "ok: main has the features Puppet, Puppet CA, Logs.",
      [question]: unknown,
      [waiting]: "ok: None is queued.",
      [cache]: "ok: No classification is older than 168 hours.",
      [all]: "2",
    });
  });

  it("is healthy once a node has facts and a report, and the query leaves nothing behind", async () => {
    await control("PUT", `/hosts/${server}`, {
      classes: { "profile::web": {}, ntp: null },
      environment: "staging",
    });
    await done(
      [
        ...["ruby", "--disable-gems", "-r", "/usr/local/lib/puppet-foreman/puppet_foreman", "-e"],
        "PuppetForeman.connected { |s| JSON.parse($stdin.read).each { |path, body| PuppetForeman.post(s, path, body) } }",
      ],
      JSON.stringify({
        "/api/hosts/facts": {
          ...{ name: server, certname: server },
          facts: { os: { name: "Debian", release: { full: "13" } } },
        },
        "/api/config_reports": {
          config_report: {
            host: server,
            reported_at: new Date(Date.now() - 600_000).toISOString(),
            ...{ status: {}, metrics: {}, logs: [] },
          },
        },
      }),
    );
    expect(await verify()).toMatchObject({
      [`report of ${server}`]: "ok: The newest is 10 min old.",
      [`facts of ${server}`]: "ok: Foreman has them.",
      [question]: `ok: ${server} has 2 classes in staging.`,
      [all]: "0",
    });
    expect(await done(["ls", `${home}/nodes`])).toBe("");
  });

  it("does not trust the server", async () => {
    await registered({ proxy: undefined });
    await control("POST", "/reset");
    await trust(["other.example.test"]);
    expect(await verify()).toMatchObject({
      API: expect.stringMatching(/^ok: /) as unknown,
      trusted_hosts: `failed: It lacks ${server}; deploy the stack again.`,
      "smart proxy": "skipped: There is none; puppet:foreman.smartProxy adds it.",
      [question]: expect.stringMatching(/^failed: .*it answers 403/) as unknown,
      [all]: "1",
    });
  });

  it("does not accept the password", async () => {
    await registered({ password: "not-this-one" });
    const found = await verify();
    expect(found).toMatchObject({
      API: expect.stringMatching(/^failed: .* does not answer admin: it answers 401/) as unknown,
      trusted_hosts: "skipped: Foreman does not answer admin; see the check API.",
      [all]: "1",
    });
    expect(JSON.stringify(found)).not.toContain("not-this-one");
  });

  it("is down", async () => {
    await stopService();
    expect(await verify()).toMatchObject({
      API: expect.stringMatching(/^failed: .*refused/) as unknown,
      "smart proxy": expect.stringMatching(/^skipped: /) as unknown,
      [question]: expect.stringMatching(/^failed: .*refused/) as unknown,
      [waiting]: "ok: None is queued.",
      [all]: "1",
    });
  });

  it("has no smart proxy, or one that lacks a feature, or one that does not answer", async () => {
    await control("POST", "/reset");
    await trust([server]);
    expect(await verify()).toMatchObject({
      "smart proxy": "failed: Foreman has no main; deploy the stack again.",
    });
    await done([registerScript]);
    await features("puppet");
    expect(await verify()).toMatchObject({
      "smart proxy": expect.stringMatching(/^failed: main lacks Puppet CA, Logs; /) as unknown,
    });
    await install("/run/features.json", "none");
    expect(await verify()).toMatchObject({
      "smart proxy": expect.stringMatching(
        /^failed: Foreman cannot read its features: /,
      ) as unknown,
    });
  });

  it("has not received reports, and gave no classification for a long time", async () => {
    await waits(0);
    expect(await verify()).toMatchObject({
      [waiting]: expect.stringMatching(/^ok: 1 is queued, the oldest for \d+ s\.$/) as unknown,
    });
    await waits(3 * 3600);
    await install(`${home}/nodes/${node}.json`, "{}");
    await done(["touch", "--date=-8 days", `${home}/nodes/${node}.json`]);
    expect(await verify()).toMatchObject({
      [waiting]: expect.stringMatching(
        /^warning: 2 are queued, the oldest for 3 hours; /,
      ) as unknown,
      [cache]: expect.stringMatching(/^warning: The classification of web1.* 168 hours/) as unknown,
      [all]: "2",
    });
    await setUse({ whenExpired: "fail" });
    expect(await verify()).toMatchObject({
      [cache]: expect.stringMatching(/^failed: /) as unknown,
    });
  });

  it("reveals nothing of a broken registration", async () => {
    await install(registrationFile, `{"password": "${password}"`);
    expect(await verify()).toMatchObject({
      API: expect.stringMatching(/registration\.json is not JSON/) as unknown,
      [all]: "1",
    });
  });

  it("is queried once, for the node with PuppetDB's last report, and gets no data", async () => {
    // It answers every request with that file.
    await install("/run/features.json", JSON.stringify([{ certname: node }]));
    await setUse({ puppetdb: [proxy.url] });
    await control("PUT", `/hosts/${node}`, {});
    expect(await verify()).toMatchObject({
      [question]: `ok: ${node} has 0 classes in no environment.`,
      [`report of ${node}`]: `warning: There is none; run the agent on ${node}, and run this again.`,
      [`facts of ${node}`]: `warning: There are none; run the agent on ${node}, and run this again.`,
    });
    const { facts, reports, nodes } = await received();
    expect([facts, reports, nodes.map(({ content }) => content)]).toEqual([[], [], [node]]);
  });
});
