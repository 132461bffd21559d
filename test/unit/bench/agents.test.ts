import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { requestCertificate } from "../../../bench/agents/certificate-request.js";
import { factsOf } from "../../../bench/agents/facts.js";
import { fileRequests, sourceOf, type CatalogResource } from "../../../bench/agents/files.js";
import { endOf } from "../../../bench/agents/real-agent.js";
import { runAll, type Runner } from "../../../bench/agents/runs.js";
import { presharedKeyIn } from "../../../bench/agents/target.js";
import { distributions } from "../../../distributions/index.js";
import { renderAgentInstall } from "../../../templates/agent/agent.js";

describe("a certificate request", () => {
  it("is one that OpenSSL reads: the name, and the key in the challenge password", async () => {
    const key = "k".repeat(200);
    const { request, privateKey } = await requestCertificate("one.example.test", key);
    const text = execFileSync("openssl", ["req", "-verify", "-noout", "-text"], {
      input: request,
      encoding: "utf8",
      stdio: ["pipe", "pipe", "ignore"],
    });
    expect(text).toMatch(/Subject: CN ?= ?one\.example\.test\n/);
    expect(text).toContain(`challengePassword        :${key}`);
    expect(text).toContain("NIST CURVE: P-256");
    const publicKey = (words: readonly string[], input: string) =>
      execFileSync("openssl", [...words], { input, encoding: "utf8" });
    expect(publicKey(["pkey", "-pubout"], privateKey)).toBe(
      publicKey(["req", "-pubkey", "-noout"], request),
    );
  });

  it("has the key that the script has", () => {
    const script = renderAgentInstall({
      distribution: distributions.debian,
      server: "puppet.example.test",
      caServer: "puppetca.example.test",
      direct: [],
      caFingerprint: "0".repeat(64),
      presharedKey: "the-agents-key: 'quoted'",
    });
    expect(presharedKeyIn(script)).toBe("the-agents-key: 'quoted'");
    expect(() => presharedKeyIn("#!/bin/sh\n")).toThrow("has no pre-shared key");
  });
});

describe("facts of a simulated agent", () => {
  it("are a real one's, with its own names and address", () => {
    const real = {
      name: "agent1.example.test",
      values: {
        clientcert: "agent1.example.test",
        networking: {
          hostname: "agent1",
          ip: "10.0.0.9",
          interfaces: { eth0: { ip: "10.0.0.9" } },
        },
        processors: { count: 2, models: ["agent10"] },
      },
    };
    const { name, values } = factsOf(real, "simulated1.example.test", 7300);
    expect(name).toBe("simulated1.example.test");
    const { ip } = (values as { networking: { ip: string } }).networking;
    expect(ip).toMatch(/^198\.18\.\d+\.\d+$/);
    expect(values).toEqual({
      clientcert: "simulated1.example.test",
      networking: { hostname: "simulated1", ip, interfaces: { eth0: { ip } } },
      processors: { count: 2, models: ["agent10"] },
      system_uptime: { seconds: 7300, hours: 2, days: 0, uptime: "2 hours" },
    });
    expect(factsOf(real, "simulated2.example.test", 7300).values).not.toEqual(values);
  });
});

describe("files of a catalog", () => {
  const requested = (...resources: readonly CatalogResource[]) =>
    fileRequests({ environment: "production", version: 1, resources });
  const file = (parameters: object): CatalogResource => ({
    ...{ type: "File", title: "/srv/it", parameters: { ...parameters } },
  });

  it("are those with a source on a Puppet Server", () => {
    expect(
      requested(
        { type: "Class", title: "main" },
        file({ content: "text" }),
        file({ source: "/srv/other" }),
        file({ source: "https://example.test/it" }),
        file({ source: "puppet:///modules/a/b", ensure: "absent" }),
        { ...file({ source: "puppet:///modules/a/b" }), exported: true },
      ),
    ).toEqual([]);
    const [one] = requested(
      file({ source: ["puppet:///modules/a/b", "puppet://files:8140/mount/c"], links: "follow" }),
    );
    expect(one).toEqual({
      ...{ title: "/srv/it", recurse: false },
      sources: [
        { host: undefined, path: "/modules/a/b" },
        { host: "files", path: "/mount/c" },
      ],
      query: { links: "follow", checksum_type: "sha256", source_permissions: "ignore" },
    });
  });

  it("are asked for with everything below, if the resource says so", () => {
    const [folder] = requested(
      file({
        source: "puppet:///modules/a/b/",
        recurse: "remote",
        recurselimit: 3,
        ignore: ".git",
      }),
    );
    expect(folder).toMatchObject({
      recurse: true,
      sources: [{ path: "/modules/a/b" }],
      query: { recurse: true, recurselimit: "3", max_files: 0, ignore: [".git"] },
    });
    expect(requested(file({ source: "puppet:///modules/a/b", recurse: false }))).toMatchObject([
      { recurse: false },
    ]);
  });

  it("have no source without a path", () => {
    expect(sourceOf("puppet:///")).toBeUndefined();
  });
});

describe("a run of puppet agent", () => {
  it.each([
    [0, "Notice: Applied catalog in 0.04 seconds", undefined],
    [2, "Notice: Catalog compiled by compiler1.example.test", undefined],
    [1, "Error: first\nError: second", "Error: first"],
    [4, "", "exit code 4"],
    [
      0,
      "Error: Could not send report: socket hang up",
      "Error: Could not send report: socket hang up",
    ],
    [
      2,
      "Error: Could not retrieve catalog from remote server: 500\nInfo: Using cached catalog",
      "Error: Could not retrieve catalog from remote server: 500",
    ],
  ])("with exit code %i and %j failed because of %s", (code, said, failure) => {
    expect(endOf(code, said).failure).toBe(failure);
  });

  it("tells how often it came again, and who compiled", () => {
    const again = "Warning: Sleeping for 3 seconds before retrying the request\n";
    const said = `${again}${again}Notice: Catalog compiled by compiler2.example.test\n`;
    expect(endOf(2, said)).toEqual({
      ...{ failure: undefined, retries: 2, compiler: "compiler2.example.test" },
      transaction: undefined,
    });
  });

  it.each(["4998648a-9b6e-4f3e-8f0a-0123456789ab", "'04998648-9b6e-4f3e-8f0a-012345678901'"])(
    "tells its transaction: %s",
    (written) => {
      expect(endOf(0, `Notice: x\ntransaction_uuid: ${written}\n`).transaction).toBe(
        written.replaceAll("'", ""),
      );
    },
  );
});

describe("many agents", () => {
  const ended = { failure: undefined, retries: 0, compiler: undefined, transaction: undefined };
  const runner = (name: string, real: boolean, milliseconds: number): Runner => ({
    ...{ name, real },
    run: () =>
      new Promise((resolve) => {
        setTimeout(() => {
          resolve(ended);
        }, milliseconds);
      }),
  });
  const simulated = (count: number) =>
    Array.from({ length: count }, (_, index) => runner(`simulated${String(index)}`, false, 1));

  it("each run as often as they are to", async () => {
    const seen: string[] = [];
    const runs = await runAll(simulated(3), {
      ...{ seconds: 30, runs: 4 },
      onRun: ({ agent }) => seen.push(agent),
    });
    expect(runs).toHaveLength(12);
    expect(seen).toEqual(runs.map(({ agent }) => agent));
  });

  it("wait for the real ones, whose run every tenth is", async () => {
    const runs = await runAll([...simulated(30), runner("real1", true, 20)], {
      ...{ seconds: 30, runs: 3 },
    });
    const real = runs.filter((run) => run.real).length;
    expect(runs.length - real).toBe(90);
    expect(real).toBeGreaterThanOrEqual(10);
  });

  it("end when time is over, or when they are told", async () => {
    const stop = new AbortController();
    const began = Date.now();
    setTimeout(() => {
      stop.abort();
    }, 100);
    const mixed = [...simulated(20), runner("real1", true, 30)];
    expect((await runAll(mixed, { seconds: 30, signal: stop.signal })).length).toBeGreaterThan(1);
    expect((await runAll(mixed, { seconds: 0.1 })).length).toBeGreaterThan(1);
    expect(Date.now() - began).toBeLessThan(10_000);
  });
});
