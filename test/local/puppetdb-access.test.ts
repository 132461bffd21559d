import { readFileSync, statSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { stateFolder } from "../../tools/lib/paths.js";
import { environment, exec, npmRun, output, outputs, until } from "../support/environment.js";
import { query, readersUrl, settled, statusOf, url } from "../support/local/puppetdb.js";

interface Credentials {
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
}

/** The HTTP status of a request from this machine; 0 if there is no connection. */
async function ask(
  { cert, key, ca }: Credentials,
  target: string,
  method = "GET",
  body = "",
): Promise<{ status: number; text: string }> {
  const { hosts } = await outputs();
  const { hostname, port } = new URL(target);
  // Without URL, which would normalize paths that a client may send as they are.
  const path = target.slice(target.indexOf(port) + port.length);
  return new Promise((resolve) => {
    const options = { cert, key, ca, method, path, port, servername: hostname, agent: false };
    const headers = { host: hostname, "content-type": "application/json" };
    request({ ...options, headers, host: hosts.puppetdb?.address, timeout: 30_000 }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (more: string) => (text += more));
      response.on("end", () => {
        resolve({ status: response.statusCode ?? 0, text });
      });
    })
      .on("error", () => {
        resolve({ status: 0, text: "" });
      })
      .end(body);
  });
}

const nodes = "/pdb/query/v4/nodes";
const command = "/pdb/cmd/v1?command=deactivate_node&version=3&certname=agent1.example.test";
const deactivation = JSON.stringify({
  certname: "agent1.example.test",
  producer_timestamp: "2026-01-01T00:00:00Z",
});

beforeAll(settled);

describe("access to PuppetDB", () => {
  it("is open to Puppet servers", async () => {
    for (const host of ["main", "compiler1", "compiler2"]) {
      expect(await statusOf(host, `${url}${nodes}`), host).toBe("200");
      expect(await statusOf(host, `${url}/status/v1/simple`), host).toBe("200");
    }
  });

  it("is closed to agents: 403 for queries, commands, status and metrics, on both ports", async () => {
    for (const base of [url, readersUrl]) {
      for (const path of [
        nodes,
        "/status/v1/simple",
        "/metrics/v2/version",
        "/pdb/meta/v1/version",
      ]) {
        expect(await statusOf("agent1", `${base}${path}`), base + path).toBe("403");
      }
      const post = `--data '${deactivation}' '${base}${command}'`;
      expect(await statusOf("agent1", post), base).toBe("403");
    }
    // And the node that it tried to remove still exists.
    expect(await query('nodes { certname = "agent1.example.test" }')).toHaveLength(1);
  });

  it("is closed without a certificate, with one from a different CA, and without TLS", async () => {
    const own =
      "openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=main.example.test -keyout /tmp/other.key -out /tmp/other.pem 2>/dev/null";
    await output("agent1", own);
    for (const base of [url, readersUrl]) {
      for (const more of ["", "--cert /tmp/other.pem --key /tmp/other.key"]) {
        const { code, stdout } = await exec("agent1", [
          "sh",
          "-c",
          `curl --silent --insecure --output /dev/null --write-out '%{http_code}' ${more} ${base}${nodes}`,
        ]);
        expect({ code: code === 0, stdout }, base + more).toEqual({ code: false, stdout: "000" });
      }
    }
    const listening = await output("puppetdb", "ss --listening --tcp --numeric --no-header");
    const ports = listening.split("\n").map((line) => line.split(/\s+/)[3] ?? "");
    expect(ports.filter((port) => !port.startsWith("127.0.0.1:")).sort()).toEqual(
      ["*:8081", "0.0.0.0:22", "0.0.0.0:8082", "[::]:22"].sort(),
    );
    expect(ports.filter((port) => port.startsWith("127.0.0.1:"))).toEqual(["127.0.0.1:5432"]);
  });
});

describe("a reader's certificate", () => {
  const folder = join(stateFolder, "puppetdb-access", environment, "alice");
  let alice: Credentials;

  beforeAll(async () => {
    const { code, text } = await npmRun("puppetdb-access", "alice", environment);
    expect(code, text).toBe(0);
    expect(text).toContain(`${readersUrl}${nodes}`);
    const [cert = "", key = "", ca = ""] = ["cert", "key", "ca"].map((name) =>
      readFileSync(join(folder, `${name}.pem`), "utf8"),
    );
    alice = { cert, key, ca };
  });

  it("is readable only for its owner, with a file for puppet query", () => {
    expect(statSync(join(folder, "key.pem")).mode & 0o777).toBe(0o600);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(JSON.parse(readFileSync(join(folder, "puppetdb.conf"), "utf8"))).toEqual({
      puppetdb: {
        server_urls: readersUrl,
        cacert: join(folder, "ca.pem"),
        cert: join(folder, "cert.pem"),
        key: join(folder, "key.pem"),
      },
    });
  });

  it("may query with GET and POST, and read status and metrics", async () => {
    const got = await ask(alice, `${readersUrl}${nodes}`);
    expect(got.status).toBe(200);
    expect(got.text).toContain('"agent1.example.test"');
    const body = JSON.stringify({ query: "nodes[count()] { }" });
    const posted = await ask(alice, `${readersUrl}/pdb/query/v4`, "POST", body);
    expect(posted.status).toBe(200);
    expect(posted.text).toContain('"count"');
    for (const base of [url, readersUrl]) {
      for (const path of ["/status/v1/services", "/metrics/v2/version"]) {
        expect((await ask(alice, base + path)).status, base + path).toBe(200);
      }
    }
  });

  it.each([
    ["POST", command],
    ["POST", "/pdb/cmd/v1"],
    ["GET", "/pdb/admin/v1/summary-stats"],
    ["POST", "/pdb/admin/v1/cmd"],
    ["POST", "/pdb/query/v4/../../cmd/v1"],
    ["POST", "/pdb/query/v4/%2e%2e/%2E%2E/cmd/v1"],
    ["POST", "/pdb/query/v4;x/../../cmd/v1"],
    ["POST", "/pdb/query//../cmd/v1"],
    ["POST", "/pdb/query/v4\\..\\..\\cmd\\v1"],
    ["POST", "/pdb/meta/v1/version"],
    ["DELETE", nodes],
    ["PUT", nodes],
    ["GET", "/metrics/v2/exec/java.lang:type=Memory/gc"],
    ["GET", "/metrics/v2/write/java.lang:type=Memory/Verbose/true"],
    ["POST", "/metrics/v2"],
    ["GET", "/"],
  ])("may not %s %s", async (method, path) => {
    expect((await ask(alice, readersUrl + path, method, deactivation)).status).toBe(403);
  });

  it("is not accepted on the Puppet servers' own port", async () => {
    expect((await ask(alice, `${url}${nodes}`)).status).toBe(403);
    expect((await ask(alice, `${url}${command}`, "POST", deactivation)).status).toBe(403);
    expect(await query('nodes { certname = "agent1.example.test" }')).toHaveLength(1);
  });

  it("cannot be revoked from a user who has none, or requested with invalid arguments", async () => {
    for (const [words, sentence] of [
      [
        ["alicia", environment, "--revoke"],
        "There is no certificate alicia.puppetdb-reader; users with one: alice.",
      ],
      [
        ["alice", environment, "--revok"],
        "--revok is not an option of this command; write --revoke, or leave it out.",
      ],
      [["alice.", environment], "Name the user of the certificate"],
    ] as const) {
      const { code, text } = await npmRun("puppetdb-access", ...words);
      expect(code).toBe(1);
      expect(text).toContain(sentence);
    }
    expect((await ask(alice, `${readersUrl}${nodes}`)).status).toBe(200);
  });

  it("is refused within a minute after it is revoked, without a restart", async () => {
    const pid = await output("puppetdb", "systemctl show --property MainPID --value puppetdb");
    const { code, text } = await npmRun("puppetdb-access", "alice", environment, "--revoke");
    expect(code, text).toBe(0);
    const waits = await Promise.all(
      [`${url}/status/v1/simple`, `${readersUrl}${nodes}`].map((target) =>
        until(`${target} refuses alice`, async () => (await ask(alice, target)).status === 0, 60),
      ),
    );
    console.log(`refused after ${waits.map((wait) => wait.toFixed(1)).join(" and ")} s`);
    expect(await output("puppetdb", "systemctl show --property MainPID --value puppetdb")).toBe(
      pid,
    );
    expect(() => statSync(folder)).toThrow();
    // Others still have access.
    await until(
      "servers have access",
      async () => (await statusOf("main", `${url}${nodes}`)) === "200",
      30,
    );
  });
});
