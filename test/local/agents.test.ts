import { podmanNames } from "../../platforms/containers/names.js";
import { rootCertificates } from "node:tls";
import { beforeAll, describe, expect, it } from "vitest";
import { compilerOf, runAgent, type AgentEnvironment } from "../../tools/lib/agents.js";
import { statisticsAnswer } from "../../tools/lib/pool.js";
import { run } from "../../tools/lib/shell.js";
import { page, stateOf, statistics } from "../support/local/balancer.js";
import {
  distribution,
  environment,
  exec,
  joined,
  output,
  outputs,
  until,
} from "../support/environment.js";

/** Runs an agent, which must succeed, and returns the compiler of its catalog. */
async function compiled(agent: string): Promise<string> {
  const { code, stdout, stderr } = await runAgent({ environment, distribution }, agent);
  if (code !== 0 && code !== 2) throw new Error(`${agent}: exit code ${code}: ${stdout}${stderr}`);
  return compilerOf(stdout) ?? "nobody";
}

describe("agents behind the load balancer", () => {
  let joining: number;
  let agent: AgentEnvironment;

  beforeAll(async () => {
    const began = Date.now();
    agent = await joined("node1");
    joining = (Date.now() - began) / 1000;
  });

  it("join without the stall of late session tickets", async () => {
    await output("node1", "puppet ssl clean --localca >/dev/null; rm -rf /var/lib/puppet/ssl");
    await output("main", "puppetserver ca clean --certname node1.example.test");
    const began = Date.now();
    const { code, stderr } = await exec("node1", ["bash", "-s"], { stdin: agent.agentInstall });
    expect(stderr).toBe("");
    expect(code).toBe(0);
    const again = (Date.now() - began) / 1000;
    console.log(`joined in ${joining.toFixed(1)} s, ${again.toFixed(1)} s with the package there`);
    expect(again).toBeLessThan(20);
  });

  it("do not keep the key they joined with, and run as a service", async () => {
    expect(await output("node1", "systemctl is-active puppet && systemctl is-enabled puppet")).toBe(
      "active\nenabled",
    );
    expect(await output("node1", "ls /etc/puppet")).not.toContain("csr_attributes");
  });

  it("reject a CA with a different fingerprint", async () => {
    const result = await exec("node1", [
      ...["puppet", "ssl", "bootstrap", "--ssldir", "/tmp/other", "--waitforcert", "0"],
      ...["--ca_fingerprint", "0".repeat(64)],
    ]);
    expect(result.code).not.toBe(0);
    expect(result.stdout + result.stderr).toContain("did not match expected digest");
  });

  it("send traffic that the load balancer never reads", async () => {
    const modes = (await statistics())
      .filter(({ pxname }) => ["puppet", "compilers"].includes(pxname ?? ""))
      .map(({ mode }) => mode);
    expect(new Set(modes)).toEqual(new Set(["tcp"]));

    const capture = "/run/capture";
    // A container may not capture packets, but a command in it may, with the capability.
    const container = podmanNames.container(environment, "balancer");
    const tcpdump = ["tcpdump", "-i", "any", "-U", "-Z", "root", "-w", capture, "port", "8140"];
    const captured = run(["podman", "exec", "--privileged", container, ...tcpdump]);
    await output("balancer", `timeout 20 sh -c 'until test -s ${capture}; do sleep 0.1; done'`);
    await compiled("node1");
    await output("balancer", "pkill tcpdump");
    await captured;
    const packets = await output("balancer", `tcpdump -r ${capture} 2>/dev/null | wc -l`);
    expect(Number(packets)).toBeGreaterThan(50);
    const count = async (text: string) =>
      (await exec("balancer", ["grep", "-c", "-a", "-F", text, capture])).stdout.trim();
    // TLS has the requested name in plaintext: this shows that the capture works.
    expect(await count("puppet.example.test")).not.toBe("0");
    for (const secret of ["Catalog compiled", "/puppet/v3/", "HTTP/1.1"])
      expect(await count(secret)).toBe("0");
  });

  it("see the compiler's own certificate", async () => {
    const fingerprint = (host: string) =>
      output(
        "node1",
        `openssl s_client -connect ${host}:8140 -servername puppet.example.test </dev/null 2>/dev/null | openssl x509 -noout -fingerprint`,
      );
    const own = await Promise.all(
      ["compiler1.example.test", "compiler2.example.test"].map(fingerprint),
    );
    expect(own).toContain(await fingerprint("puppet.example.test"));
    // The balancer's one key is for the statistics page.
    expect(
      await output("balancer", "grep -rlE 'BEGIN.*PRIVATE KEY' /etc/haproxy /var/lib/haproxy"),
    ).toBe("/etc/haproxy/tls/host.pem.key");
    expect(
      await output("balancer", "openssl x509 -noout -subject -in /etc/haproxy/tls/host.pem"),
    ).toMatch(/^subject=CN ?= ?balancer\.example\.test$/);
  });
});

describe("the load balancer", () => {
  it("shows statistics and metrics only with the password", async () => {
    const { loadBalancerStatsUrl } = await outputs();
    for (const path of ["/stats", "/stats;csv", "/metrics"]) {
      expect((await statisticsAnswer(await outputs(), path)).status).toBe(401);
    }
    // TLS only, with the balancer's certificate of the CA.
    expect(loadBalancerStatsUrl).toMatch(/^https:/);
    await expect(fetch(loadBalancerStatsUrl.replace("https:", "http:"))).rejects.toThrow();
    const others = { ...(await outputs()), caCertificate: rootCertificates.join("\n") };
    await expect(statisticsAnswer(others, "/stats")).rejects.toThrow(/certificate/);
    expect(await page("/metrics")).toMatch(
      /haproxy_server_status\{proxy="compilers",server="compiler1",state="UP"\} 1/,
    );
  });

  it("keeps connections through a reload", async () => {
    // Connects, waits for a signal, and only then sends the request.
    const client = exec("agent1", [
      ...["bash", "-c"],
      `{ until test -e /run/go; do sleep 0.1; done
         printf 'GET /status/v1/simple HTTP/1.1\\r\\nHost: puppet\\r\\nConnection: close\\r\\n\\r\\n'; } | openssl s_client -quiet -connect puppet.example.test:8140 2>&1`,
    ]);
    const connections = () => output("balancer", "ss -Htn state established sport = :8140 | wc -l");
    await until("the client is connected", async () => (await connections()) !== "0", 20);
    const workers = () =>
      output("balancer", "pgrep --parent $(pgrep --oldest haproxy) | sort | xargs");
    const before = await workers();
    await output("balancer", "haproxy-reload");
    expect(await workers()).not.toBe(before);
    await output("agent1", "touch /run/go");
    expect((await client).stdout).toMatch(/200 OK[^]*running/);
    await output("agent1", "rm /run/go");
  });

  it("removes a compiler that stops, and adds it again by itself", async () => {
    await output("compiler1", "systemctl stop puppetserver");
    const down = await until(
      "compiler1 is down",
      async () => (await stateOf("compiler1")).startsWith("DOWN"),
      20,
    );
    expect(await compiled("agent1")).toBe("compiler2.example.test");
    await output("compiler1", "systemctl start puppetserver");
    const up = await until(
      "compiler1 is up",
      async () => (await stateOf("compiler1")) === "UP",
      60,
    );
    console.log(
      `left the pool ${down.toFixed(1)} s after it stopped, was back ${up.toFixed(1)} s after it served`,
    );
    expect(down).toBeLessThan(5);
  });
});
