import { readFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "js-yaml";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Project, standIns, type Run } from "../../tools/lib/engine-driver.js";

const program = join(import.meta.dirname, "..", "..");
const plugins = Object.values(standIns);

/** The settings in Pulumi.dev.yaml, as users have them, with changes. */
const dev = (changes: Readonly<Record<string, unknown>> = {}) => {
  const { config } = load(readFileSync(join(program, "Pulumi.dev.yaml"), "utf8")) as {
    config: Record<string, unknown>;
  };
  const aws = { ...(config["puppet:aws"] as object), ...(changes["puppet:aws"] as object) };
  return { ...config, ...changes, "puppet:aws": aws };
};

/** The resources of one compiler alone. */
const ofCompiler = (operation: string, name: string) =>
  [
    `${operation} Command ${name}-certificate`,
    `${operation} Command ${name}-certificate-settled`,
    `${operation} Command ${name}-code-identity`,
    `${operation} Command ${name}-code-run`,
    `${operation} Command ${name}-code-services`,
    `${operation} Command ${name}-configuration-run`,
    `${operation} Command ${name}-ready`,
    `${operation} Command ${name}-ssh-key`,
    `${operation} Compiler ${name}`,
    `${operation} HostConfiguration ${name}-code`,
    `${operation} HostConfiguration ${name}-configuration`,
    `${operation} Instance ${name}`,
    `${operation} Record ${name}`,
  ].sort();

/** What a deployment ends with: requests, and the revocation of what the main server's certificate replaced. */
const verified = [
  "update Command main-certificate-settled",
  "update Command puppet-pool-serves",
  "update Command puppet-puppetdb-serves",
];

describe("an environment in AWS, under the real engine", () => {
  let project: Project;
  const up = async (changes?: Parameters<typeof dev>[0]): Promise<Run> =>
    (await project.up({ config: dev(changes) })).succeeded();

  beforeAll(() => {
    project = new Project(program, { plugins });
  });
  afterAll(() => project.remove());

  it("can be previewed without a cloud account, and creates nothing", async () => {
    const began = Date.now();
    const run = (await project.preview({ config: dev() })).succeeded();
    console.log(
      `preview of ${String(run.changes.length)} resources in ${((Date.now() - began) / 1000).toFixed(1)} s`,
    );
    expect(run.changes.filter((change) => !change.startsWith("create "))).toEqual([]);
    for (const what of ["Vpc puppet-network", "Volume main-data", "Zone puppet", "Eip bastion"]) {
      expect(run.changes).toContain(`create ${what}`);
    }
    for (const line of ofCompiler("create", "compiler2")) expect(run.changes).toContain(line);
    expect(await project.resources()).toEqual({});
  });

  it("is created, then unchanged; no secret is in its state", async () => {
    await up();
    expect((await project.preview({ config: dev() })).succeeded().changes).toEqual([]);
    const state = await project.export();
    const secrets = await project.export({ showSecrets: true });
    const passwords = [
      ...secrets.matchAll(/"result": "\{?\\?"?plaintext[^A-Za-z0-9]*([A-Za-z0-9]{24,48})/g),
    ];
    const found = passwords.map(([, password = ""]) => password);
    expect(secrets).toContain("the-private-key");
    for (const secret of ["the-private-key", ...found]) expect(state).not.toContain(secret);
  });

  it("gets another compiler, and updates only the hosts that must know about it", async () => {
    const { changes } = await up({ "puppet:compilers": "3" });
    expect(changes).toEqual(
      [
        ...ofCompiler("create", "compiler3"),
        "update Command balancer-certificate-settled",
        "update Command balancer-configuration-run",
        "update Command balancer-drained",
        "update Command main-code-run",
        ...verified,
      ].sort(),
    );
  });

  it("has compilers that depend on no others, so the state grows only linearly with their number", async () => {
    const compilerIn = (urn: string) => /::(compiler\d+)(-[^:]*)?$/.exec(urn)?.[1];
    const ofCompilers = (await project.resourceList()).filter(({ urn }) => compilerIn(urn));
    expect(ofCompilers.length).toBeGreaterThan(30);
    for (const { urn, dependencies = [] } of ofCompilers) {
      const compilers = new Set(dependencies.map(compilerIn));
      compilers.delete(undefined);
      compilers.delete(compilerIn(urn));
      expect([...compilers], urn).toEqual([]);
    }
  });

  it("loses the compiler again, with exactly its resources", async () => {
    const { changes } = await up();
    expect(changes).toEqual(
      [
        ...ofCompiler("delete", "compiler3"),
        "update Command balancer-certificate-settled",
        "update Command balancer-configuration-run",
        "update Command balancer-drained",
        "update Command main-code-run",
        ...verified,
      ].sort(),
    );
  });

  it("keeps machines and volumes when a size changes", async () => {
    const { changes } = await up({ "puppet:aws": { instances: { main: { type: "m7i.xlarge" } } } });
    expect(changes).toEqual([
      "update Command main-certificate-settled",
      "update Command main-configuration-run",
      "update Command main-ready",
      "update Command puppet-puppetdb-serves",
      "update Instance main",
    ]);
    await up();
  });

  it("gets new compilers for another type, which serve before the old ones and their certificates go", async () => {
    const type = "m7i.2xlarge";
    const { steps } = await up({ "puppet:aws": { instances: { compiler: { type } } } });
    const order = [
      ...["create-replacement compiler2", "create-replacement compiler2-configuration-run"],
      ...["update balancer-configuration-run", "update balancer-drained"],
      ...["delete-replaced compiler2-certificate-settled", "delete-replaced compiler2"],
    ];
    expect(steps.filter((step) => order.includes(step))).toEqual(order);
    expect(
      steps.filter((step) => /^(create|delete)\S* (main|balancer|puppetdb)$/.test(step)),
    ).toEqual([]);
    await up();
  });

  it("keeps the data volume of an instance that is replaced because of a new image", async () => {
    const image = "ami-0123456789abcdef0";
    const { changes } = await up({ "puppet:aws": { instances: { main: { image } } } });
    expect(changes).toContain("create-replacement Instance main");
    expect(changes).toContain("create-replacement VolumeAttachment main-data");
    expect(changes.filter((change) => /Volume main|compiler\d$/.test(change))).toEqual([]);
    await up();
  });

  it("is not destroyed with its data", async () => {
    const run = await project.destroy({ config: dev() });
    expect(run.exitCode).not.toBe(0);
    expect(run.stdout + run.stderr).toMatch(/main-data.*protect|protect.*main-data/s);
  });
});
