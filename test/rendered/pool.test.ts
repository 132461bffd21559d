import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { nobodyElse, renderPool } from "../../templates/compiler-pool/compiler-pool.js";
import { inParsers, outputOf as output } from "../support/rendered/parsers.js";

const folder = "/var/tmp/pool-test";
const unit = "/etc/systemd/system/puppet-warm-up.service";
const install = (path: string, content: string, mode = "0755") =>
  output(`install -D -m ${mode} /dev/stdin ${path}`, content);
const pool = (command: string, path = "$PATH") =>
  inParsers(["sh", "-c", `PATH=${path} exec ruby --disable-gems ${folder}/pool ${command}`]);
const failed = "/var/lib/puppet-pool/failed";

/** Faults of catalogs by their nodes; undefined for one that compiles. */
type Faults = Readonly<Record<string, string | undefined>>;
const told = (faults: Faults, late = 0) =>
  JSON.stringify({ faults, late }, (_, value: unknown) => value ?? null);

beforeAll(async () => {
  const values = { ruby: "/usr/bin/ruby", server: "puppetserver", user: "puppet" };
  const script = renderPool({ ...values, balancers: [], drainTimeout: 20 });
  // What knows nodes and Puppet Server is not here.
  const warmUp = `${folder}/warm-up`;
  await install(
    `${folder}/pool`,
    script.replace("/usr/local/sbin/puppet-warm-up", warmUp).replace("NOTICED = 10", "NOTICED = 2"),
  );
  await install(warmUp, `#!/bin/sh\necho '${told({ web1: undefined })}'\n`);
  const copy = `ExecStart=/bin/cp ${folder}/result.json /run/puppet-warm-up/result.json`;
  const service = `[Service]\nType=oneshot\nRuntimeDirectory=puppet-warm-up\nRuntimeDirectoryPreserve=yes\n${copy}\n`;
  await install(unit, service, "0644");
  await output("systemctl daemon-reload");
  // Programs of the system but for nftables.
  await output(
    `mkdir ${folder}/bin; for program in /usr/bin/* /usr/sbin/*; do ln -sf $program ${folder}/bin/; done; rm ${folder}/bin/nft`,
  );
});
beforeEach(() => output(`rm -rf /run/puppet-pool ${failed}; mkdir -p /run/puppet-pool/told`));
afterAll(() => output(`rm -rf ${folder} ${unit} /run/puppet-pool; systemctl daemon-reload`));

describe("a compiler that has changed", () => {
  const joined = async (before: Faults, after: Faults, late = 0) => {
    await install("/run/puppet-pool/before.json", told(before), "0644");
    await install(`${folder}/result.json`, told(after, late), "0644");
    await output("touch /run/puppet-pool/changing");
    const { code, stderr } = await pool("join");
    const changing = (await inParsers(["test", "-e", "/run/puppet-pool/changing"])).code === 0;
    return { code, changing, said: stderr.trim() };
  };
  const joins = { code: 0, changing: false, said: "" };
  const away = (said: string) => ({ code: 1, changing: true, said });

  it("joins if its catalogs compile, or did not before either", async () => {
    expect(await joined({ web1: undefined }, { web1: undefined })).toEqual(joins);
    expect(await joined({ web1: "no" }, { web1: "no" })).toEqual(joins);
    expect(await joined({}, { web1: "no" })).toEqual(joins);
  });

  it("stays away if a catalog compiled before, and does not now", async () => {
    expect(
      await joined({ web1: undefined, web2: "no" }, { web1: "500 no key", web2: "no" }),
    ).toEqual(away("the catalog of web1 compiled before, and does not now: 500 no key"));
  });

  it("stays away if none compiles, also if PuppetDB knows other nodes now", async () => {
    expect(await joined({ web1: undefined }, { web2: "500 no key" })).toEqual(
      away("catalogs compiled before, and none does now: 500 no key"),
    );
    expect(await joined({ web1: undefined }, {})).toEqual(
      away("Puppet Server did not compile a catalog"),
    );
  });

  it("joins if catalogs take long after a start", async () => {
    expect(await joined({ web1: undefined }, {}, 2)).toEqual(joins);
  });
});

describe("a compiler that is to change", () => {
  it("leaves on a host without nftables", async () => {
    const { code, stdout, stderr } = await pool("leave", `${folder}/bin`);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("no load balancer has asked for 2 s");
    expect(JSON.parse(await output("cat /run/puppet-pool/before.json"))).toEqual({
      faults: { web1: null },
      late: 0,
    });
  });

  /** A load balancer that tells of compilers that take agents, and of how many there are. */
  const whileTold = async (others: string) => {
    const tell = `while test -d /run/puppet-pool/told; do echo ${others} >/run/puppet-pool/told/x; mv /run/puppet-pool/told/x /run/puppet-pool/told/10.0.0.1; sleep 0.2; done`;
    await output(`systemd-run --quiet --unit pool-test-told sh -c '${tell}'`);
    try {
      return await pool("leave");
    } finally {
      await output("systemctl stop pool-test-told");
    }
  };

  it("does not wait for its agents where no other one serves: they would have nobody", async () => {
    const { code, stdout } = await whileTold("0 1");
    expect(code).toBe(0);
    expect(stdout).not.toContain("no agent is connected");
  });

  it("need not wait for others if it takes no agents itself", async () => {
    await install(failed, "it did not start\n", "0644");
    const { code, stdout, stderr } = await whileTold("0 2");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).not.toContain(nobodyElse.split(";")[0]);
  });

  it("has whoever waits told when its agents are gone, and turns nobody away if it fails to leave", async () => {
    const { code, stdout } = await whileTold("1 2");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^no agent is connected, after [\d.]+ s$/m);
    expect(await output("nft list tables")).toContain("puppet_pool_change");
    await output("rm /run/puppet-pool/before.json; mkdir /run/puppet-pool/before.json");
    expect((await pool("leave")).code).not.toBe(0);
    expect(await output("nft list tables")).not.toContain("puppet_pool_change");
  });
});
