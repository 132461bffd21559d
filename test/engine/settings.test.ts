import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Project } from "../../tools/lib/engine-driver.js";

const program = fileURLToPath(new URL("../..", import.meta.url));

/** Settings under `puppet:`. */
const config = (settings: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(settings).map(([key, value]) => [`puppet:${key}`, value]));

describe("the program under the real engine", () => {
  let project: Project;

  // One stack for all: none of these tests creates anything in it.
  beforeAll(() => {
    project = new Project(program);
  });
  afterAll(() => project.remove());

  it("previews an environment without creating anything", async () => {
    const run = (await project.preview({ config: config({ domain: "example.test" }) })).succeeded();
    expect(run.steps.filter((step) => !step.startsWith("create "))).toEqual([]);
    for (const name of [
      "main",
      "balancer",
      "compiler1",
      "compiler2",
      "compiler2-configuration-run",
      "puppetdb-certificate",
      "puppetdb-configuration-run",
      "puppetdb-write-password",
      "puppetdb-read-password",
    ]) {
      expect(run.steps).toContain(`create ${name}`);
    }
    expect(run.steps).not.toContain("create compiler3");
    expect(await project.resources()).toEqual({});
  });

  it.each([
    { host: "main", there: ["main-puppetdb-configuration-run"], not: ["puppetdb-certificate"] },
    { host: "none", there: [], not: ["main-puppetdb", "main-puppetdb-configuration-run"] },
  ])("previews PuppetDB's host $host, without a machine for it", async ({ host, there, not }) => {
    const settings = { domain: "example.test", puppetdb: { host }, containers: { memory: 4096 } };
    const run = (await project.preview({ config: config(settings) })).succeeded();
    for (const name of there) expect(run.steps).toContain(`create ${name}`);
    for (const name of [...not, "puppetdb"]) expect(run.steps).not.toContain(`create ${name}`);
  });

  it.each(["openvox8", "openvox9"])("previews %s", async (distribution) => {
    const settings = { domain: "example.test", distribution, compilers: ["alpha", "beta"] };
    const run = (await project.preview({ config: config(settings) })).succeeded();
    expect(run.steps).toContain("create alpha-configuration-run");
  });

  it.each([
    {
      settings: { compilers: 0 },
      sentence:
        "puppet:compilers is 0; write a number of compilers from 1 to 1000, or a list of 1 to 1000 host names.",
    },
    {
      settings: { compilerz: 3 },
      sentence: "puppet:compilerz is not a setting; write one of ",
    },
    {
      settings: { containers: { subnet: "8.8.8.0/24" } },
      sentence:
        'puppet:containers.subnet is "8.8.8.0/24"; write the first address of a private IPv4 network',
    },
    {
      settings: { mainServer: { heap: 4096 } },
      sentence: "puppet:mainServer.heap: 4096 MiB with ",
    },
    {
      settings: { compiler: { jrubies: 64 } },
      sentence: "puppet:compiler.jrubies: 64 on compiler1.example.test, which has ",
    },
    {
      settings: { puppetdb: { threads: 64 } },
      sentence: "puppet:puppetdb.threads: 64 on puppetdb.example.test, which has ",
    },
    {
      settings: { puppetdb: { heap: 32768 } },
      sentence:
        "puppet:puppetdb.heap: 32768 MiB with 256 MiB for the JVM and 512 MiB for PostgreSQL",
    },
    {
      settings: { puppetdb: { host: "main" } },
      sentence: "puppet:containers.memory is 2048; write at least 2986.",
    },
    {
      settings: { postgresql: { server: "db.example.org" } },
      sentence: "puppet:postgresql.password is not set; write the password of puppetdb on",
    },
  ])("rejects $settings before anything is created", async ({ settings, sentence }) => {
    const run = await project.up({ config: config({ domain: "example.test", ...settings }) });
    expect(run.exitCode).not.toBe(0);
    expect(run.stdout + run.stderr).toContain(sentence);
    // No stack trace: the sentence is enough.
    expect(run.stdout + run.stderr).not.toMatch(/\bat .*\.ts:\d+/);
    const types = Object.values(await project.resources()).map(({ type }) => type);
    expect(types.filter((type) => type !== "pulumi:pulumi:Stack")).toEqual([]);
  });

  it("rejects sooner than it would preview", async () => {
    const seconds = async (settings: Readonly<Record<string, unknown>>) => {
      const began = Date.now();
      await project.preview({ config: config({ domain: "example.test", ...settings }) });
      return (Date.now() - began) / 1000;
    };
    // The best of each, measured in turn: the machine may be busy during any of them.
    let [previewed, refused] = [Infinity, Infinity];
    for (let round = 0; round < 3 && refused >= previewed; round += 1) {
      previewed = Math.min(previewed, await seconds({}));
      refused = Math.min(refused, await seconds({ compilers: 0 }));
    }
    expect(refused).toBeLessThan(previewed);
  });

  it.each([
    [
      "in plaintext",
      "the-owners-password",
      "puppet:postgresql.password is in plaintext; set it with npm run pulumi -- config set --stack test --secret --path",
    ],
    [
      "that is invalid",
      "hunter2-$",
      "puppet:postgresql.password is invalid; write 12 to 128 letters",
    ],
  ])("rejects a password %s, and does not repeat it", async (_, password, sentence) => {
    const postgresql = { server: "db.example.org", password, readPassword: "the-readers-password" };
    const run = await project.preview({ config: config({ domain: "example.test", postgresql }) });
    expect(run.exitCode).not.toBe(0);
    expect(run.stdout + run.stderr).toContain(sentence);
    expect(run.stdout + run.stderr).not.toContain(password);
    expect(run.stdout + run.stderr).not.toContain("the-readers-password");
  });

  it("rejects a password in plaintext next to a secret one, in any file", async () => {
    const other = new Project(program);
    try {
      await other.set("puppet:domain", "example.test");
      await other.set("puppet:postgresql.server", "db.example.org");
      await other.set("puppet:postgresql.password", "the-owners-password");
      await other.set("puppet:postgresql.readPassword", "the-readers-password", { secret: true });
      const run = await other.preview();
      expect(run.exitCode).not.toBe(0);
      expect(run.stdout + run.stderr).toContain(
        "puppet:postgresql.password is in plaintext; set it with npm run pulumi -- config set --stack test --secret --path puppet:postgresql.password.",
      );
      expect(run.stdout + run.stderr).not.toContain("the-owners-password");
      await other.set("puppet:postgresql.password", "the-owners-password", { secret: true });
      (await other.preview()).succeeded();
    } finally {
      other.remove();
    }
  });

  it("rejects a token in plaintext, and does not repeat it", async () => {
    const token = "glpat-a-token-in-clear";
    const sources = { control: { remote: "https://git.example.com/org/control.git" } };
    const run = await project.preview({
      config: config({ domain: "example.test", codeDeployment: { sources, token } }),
    });
    expect(run.exitCode).not.toBe(0);
    expect(run.stdout + run.stderr).toContain(
      "puppet:codeDeployment.token is in plaintext; set it with npm run pulumi -- config set --stack test --secret --path puppet:codeDeployment.token.",
    );
    expect(run.stdout + run.stderr).not.toContain(token);
  });

  it("requires the only setting without a default", async () => {
    const run = await project.up({ config: {} });
    expect(run.exitCode).not.toBe(0);
    expect(run.stdout + run.stderr).toContain("missing configuration value");
    expect(run.stdout + run.stderr).toContain("domain");
  });
});
