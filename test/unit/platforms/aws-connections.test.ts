import { beforeAll, describe, expect, it } from "vitest";
import {
  composeAws,
  hostKeyOf,
  privateKeyOf,
  type ComposedAws,
} from "../../support/unit/aws-platform.js";

const instanceType = "aws:ec2/instance:Instance";
const bastion = { allowedSources: ["192.0.2.0/24"] };
const tags = { team: "puppet" };
const remote = "command:remote:Command";
const local = "command:local:Command";

let composed: ComposedAws;
let throughBastion: ComposedAws;
beforeAll(async () => {
  composed = await composeAws({ tags });
  throughBastion = await composeAws({ tags, bastion });
});

const names = ["main", "balancer", "puppetdb", "compiler1", "compiler2"];
const userDataOf = (of: ComposedAws, name: string) =>
  String(of.find(name, instanceType).inputs.userData);

describe("without a bastion", () => {
  it("Session Manager connects to hosts, with commands on this machine", async () => {
    for (const { type } of composed.registrations) expect(type).not.toBe(remote);
    for (const name of names) {
      const command = composed.find(`${name}-ready`, local);
      expect(command.inputs).toMatchObject({
        create: `COMMAND='env LC_ALL=C LANGUAGE= sudo -n sh -c '\\''bash -s'\\''' sh "$SCRIPTS/proxied-ssh.sh"`,
        environment: {
          TARGET: `admin@address-of-${name}`,
          HOST_KEY: hostKeyOf(name),
          PROXY: `aws ssm start-session --region eu-test-1 --target ${name}-id --document-name AWS-StartSSHSession --parameters portNumber=%p`,
        },
        triggers: [`${name}-id`],
      });
      expect(command.secrets).toContain("stdin");
      expect(String(command.inputs.stdin)).toMatch(
        new RegExp(`^${privateKeyOf("puppet-login", "client")}# Waits until ${name}\\.example`),
      );
      expect(await composed.connection(name)).toMatchObject({
        user: "admin",
        hostKey: hostKeyOf(name),
      });
    }
  });

  it("instances install its agent at their first boot", async () => {
    for (const name of names) {
      expect(userDataOf(composed, name)).toMatch(
        /- sh\n\s+- \/run\/ssm-agent\/install\.sh\n\s+- eu-test-1\n\s+- amd64\n/,
      );
    }
    const arm = await composeAws({ instances: { main: { type: "m7g.large" } } });
    expect(userDataOf(arm, "main")).toMatch(/- eu-test-1\n\s+- arm64\n/);
  });
});

describe("with a bastion", () => {
  it("SSH goes through it, with the keys of both hops known", async () => {
    for (const name of names) {
      const { inputs, secrets } = throughBastion.find(`${name}-ready`, remote);
      expect(inputs.create).toBe("env LC_ALL=C LANGUAGE= sudo -n sh -c 'bash -s'");
      expect(secrets).toEqual(expect.arrayContaining(["connection"]));
      const privateKey = privateKeyOf("puppet-login", "client");
      const common = { user: "admin", privateKey, dialErrorLimit: 100 };
      const connection = {
        ...common,
        host: `address-of-${name}`,
        hostKey: hostKeyOf(name),
        proxy: { ...common, host: "public-address-of-bastion", hostKey: hostKeyOf("bastion") },
      };
      expect(await throughBastion.connection(name)).toEqual(connection);
      expect(inputs.connection).toMatchObject(connection);
    }
  });

  it("no instance installs Session Manager's agent", () => {
    for (const name of [...names, "bastion"]) {
      expect(userDataOf(throughBastion, name)).not.toContain("ssm");
    }
  });
});
