import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Project, standIns, type Run } from "../../tools/lib/engine-driver.js";

const program = join(import.meta.dirname, "../support/engine/programs/aws-stub");
const plugins = [standIns.aws];
const userData = "#!/bin/sh\necho the-boot-secret\n";
const password = "the-database-secret";

const config = (settings: Readonly<Record<string, unknown>> = {}) => ({
  "aws:region": "eu-central-1",
  "aws:defaultTags": { tags: { project: "stub" } },
  "aws-stub:userData": userData,
  "aws-stub:password": password,
  ...Object.fromEntries(Object.entries(settings).map(([key, v]) => [`aws-stub:${key}`, v])),
});

/** The steps that change something. */
const changes = ({ steps }: Run) => steps.filter((step) => !/^(same|read) /.test(step));

describe("the stub of the aws plugin", () => {
  let project: Project;
  const up = async (settings?: Readonly<Record<string, unknown>>) =>
    (await project.up({ config: config(settings) })).succeeded();
  const preview = async (settings?: Readonly<Record<string, unknown>>) =>
    (await project.preview({ config: config(settings) })).succeeded();
  const outputs = async (name: string, type: string) => {
    const found = (await project.resourceList()).find(
      ({ urn }) => urn.endsWith(`::${name}`) && urn.includes(type),
    );
    return found?.outputs ?? {};
  };

  // One stack for all: the first test destroys what it created, and the others create nothing.
  beforeAll(() => {
    project = new Project(program, { plugins });
  });
  afterAll(() => project.remove());

  it("deploys a program, updates what can be updated and replaces the rest", async () => {
    const planned = await preview();
    expect(planned.steps.filter((step) => !step.startsWith("create "))).toEqual([]);
    expect(planned.steps).toContain("create machine");
    expect(await project.resources()).toEqual({});

    await up();
    const machine = await outputs("machine", "ec2/instance");
    expect(machine).toMatchObject({
      id: expect.stringMatching(/^i-0[0-9a-f]{16}$/) as string,
      availabilityZone: "eu-central-1a",
      privateIp: expect.stringMatching(/^10\.20\.3\.\d+$/) as string,
      tagsAll: { Name: "machine", project: "stub" },
      rootBlockDevice: { volumeSize: 20, encrypted: true, volumeType: "gp3" },
    });
    expect(await outputs("machine", "route53/record")).toMatchObject({
      fqdn: "machine.example.test",
      records: [machine.privateIp],
    });
    expect(await outputs("elsewhere", "ec2/eip")).toMatchObject({ region: "us-west-2" });
    const state = await project.export();
    expect(state).not.toContain("the-boot-secret");
    expect(state).not.toContain(password);

    expect(changes(await preview())).toEqual([]);

    expect(changes(await up({ instanceType: "m7i.xlarge" }))).toEqual(["update machine"]);
    const updated = await outputs("machine", "ec2/instance");
    expect(updated).toEqual({
      ...machine,
      instanceType: "m7i.xlarge",
      // Secrets, which are encrypted differently each time.
      ami: expect.anything() as unknown,
      userData: expect.anything() as unknown,
    });

    const replaced = changes(await up({ instanceType: "m7i.xlarge", image: "ubuntu" }));
    expect(replaced).toContain("create-replacement machine");
    expect(replaced).toContain("create-replacement volume");
    const second = await outputs("machine", "ec2/instance");
    expect(second.id).not.toBe(machine.id);
    expect(await outputs("volume", "volumeAttachment")).toMatchObject({ instanceId: second.id });

    (await project.destroy()).succeeded();
    expect(await project.resources()).toEqual({});
  });

  it("rejects unknown and incompatible inputs", async () => {
    const machine = {
      ami: null,
      metadataOptions: { httpToken: "required" },
      rootBlockDevice: { volumeSize: "20" },
      userData: "x".repeat(16_385),
      userDataBase64: "IyEK",
    };
    const run = await project.preview({ config: config({ machine }) });
    expect(run.exitCode).not.toBe(0);
    for (const error of [
      "one of launchTemplate, ami must be given",
      "Unrecognized field 'metadataOptions.httpToken'",
      "Field 'rootBlockDevice.volumeSize' must be a 'integer'",
      "in the range (0 - 16384)",
      "exactly one of userData, userDataBase64",
    ]) {
      expect(run.errors("machine")).toContain(error);
    }
  });

  it("rejects unknown types", async () => {
    const run = await project.preview({ config: config({ unknownType: true }) });
    expect(run.exitCode).not.toBe(0);
    expect(run.errors("bucket")).toContain("unrecognized resource type: aws:s3/bucket:Bucket");
  });

  it("requires a region", async () => {
    const run = await project.preview({ config: { ...config(), "aws:region": "" } });
    expect(run.exitCode).not.toBe(0);
    expect(run.stdout + run.stderr).toContain("Missing region configuration");
  });
});
