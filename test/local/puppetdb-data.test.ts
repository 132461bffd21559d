import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commit, push, runOn } from "../support/local/code.js";
import { joined, output, until } from "../support/environment.js";
import { query, reported, settled, timedRun } from "../support/local/puppetdb.js";

const manifest = "manifests/exported.pp";
/** One node exports a file for every node, another collects the files for it. */
const code = `
node 'exporter.example.test' {
  @@file { '/root/exported': ensure => file, content => "by \${server_facts['servername']}\\n" }
}
node 'collector.example.test' {
  File <<| title == '/root/exported' |>>
}
`;

beforeAll(settled);

describe("PuppetDB", () => {
  beforeAll(async () => {
    await joined("exporter");
    await joined("collector");
  });
  afterAll(async () => {
    await commit("production", { [manifest]: "" });
    await push("production");
  });

  it("has nodes, facts, catalogs and reports of agents behind the load balancer", async () => {
    await timedRun("agent1");
    await timedRun("exporter");
    await reported("agent1");

    const nodes = await query<{ certname: string }>("nodes[certname] { }");
    const names = nodes.map(({ certname }) => certname);
    expect(names).toEqual(expect.arrayContaining(["agent1.example.test", "exporter.example.test"]));

    const node = 'certname = "agent1.example.test"';
    const name = await output("agent1", "hostname -f");
    const facts = await query<{ value: { fqdn: string } }>(
      `facts[value] { ${node} and name = "networking" }`,
    );
    expect(facts.map(({ value }) => value.fqdn)).toEqual([name]);
    const [catalog] = await query<{ environment: string; producer: string }>(
      `catalogs[environment, producer] { ${node} }`,
    );
    expect(catalog?.environment).toBe("production");
    expect(catalog?.producer).toMatch(/^compiler[12]\.example\.test$/);
    const reports = await query<{ status: string; noop: boolean }>(
      `reports[status, noop] { ${node} and latest_report? = true }`,
    );
    expect(reports).toEqual([{ status: "changed", noop: false }]);
  });

  it("passes an exported resource from one compiler to another", async () => {
    await commit("production", { [manifest]: code });
    await push("production");
    await runOn("compiler1", "exporter");
    await until(
      "the resource exists",
      async () => (await query('resources { exported = true and type = "File" }')).length === 1,
      30,
    );
    await runOn("compiler2", "collector");
    expect(await output("collector", "cat /root/exported")).toBe("by compiler1.example.test");
  });

  it("stores all reports: servers keep none on their disks", async () => {
    for (const host of ["compiler1", "compiler2"]) {
      expect(await output(host, "find / -xdev -path '*/reports/*.yaml' 2>/dev/null | wc -l")).toBe(
        "0",
      );
    }
  });
});
