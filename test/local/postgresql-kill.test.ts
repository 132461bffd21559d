import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { output, until } from "../support/environment.js";
import { query, settled, url } from "../support/local/puppetdb.js";

const postmaster = "head -n 1 /var/lib/postgresql/*/main/postmaster.pid";
const accepts = () =>
  output("puppetdb", "pg_isready --quiet && echo yes || echo no").then((said) => said === "yes");

beforeAll(settled);

describe("PostgreSQL, killed under a load of reports", () => {
  it("comes back, and has every report that PuppetDB acknowledged", async () => {
    const script = readFileSync(
      new URL("../support/local/report-load.rb", import.meta.url),
      "utf8",
    );
    await output("compiler1", "cat >/root/report-load.rb", script);
    // A hundred per second, which PuppetDB can handle on two cores: so any backlog is due to the kills.
    const load = output("compiler1", `ruby /root/report-load.rb ${url} 30 4 25`);

    const stored = async () =>
      (
        await query<{ transaction_uuid: string }>(
          'reports[transaction_uuid] { environment = "load" }',
        )
      ).map((row) => row.transaction_uuid);
    await until("the load has started", async () => (await stored()).length > 50, 60);
    for (const time of ["first", "second"]) {
      const killed = await output("puppetdb", postmaster);
      await output("puppetdb", `kill -KILL ${killed}`);
      const away = await until(
        `PostgreSQL is back after the ${time} kill`,
        async () =>
          (await accepts()) &&
          (await output("puppetdb", postmaster).catch(() => killed)) !== killed,
        60,
      );
      console.log(`PostgreSQL is back ${away.toFixed(1)} s after the ${time} kill -9`);
    }

    const acknowledged = (await load).split("\n").filter(Boolean);
    expect(acknowledged.length).toBeGreaterThan(200);
    let there: string[] = [];
    let missing: string[] = [];
    const caughtUp = await until(
      "all acknowledged reports are stored",
      async () => {
        // Its readers' connections are reopened too.
        there = await stored().catch(() => []);
        const known = new Set(there);
        missing = acknowledged.filter((transaction) => !known.has(transaction));
        return missing.length === 0;
      },
      180,
    );
    console.log(
      `${String(acknowledged.length)} reports acknowledged, ${String(missing.length)} of them missing, ${String(there.length)} stored; caught up ${caughtUp.toFixed(1)} s after the last`,
    );
    expect(new Set(there).size).toBe(there.length);
    await output("compiler1", "rm /root/report-load.rb");
  });
});
