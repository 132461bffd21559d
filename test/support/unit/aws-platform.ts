import * as pulumi from "@pulumi/pulumi";
import type { MockCallArgs, MockResourceArgs } from "@pulumi/pulumi/runtime/mocks.js";
import type { MadeHosts } from "../../../settings/infrastructure-arguments.js";
import { parseSettings } from "../../../platforms/platforms.js";
import type { Settings } from "../../../settings/settings.js";
import { publicKeyOf } from "../infrastructure.js";
import { goodAws } from "./platform-settings.js";
import { findIn, recordRequests, settled, type Registration } from "../registrations.js";

/** The AWS part of an environment as the engine sees it. */
export interface ComposedAws {
  settings: Settings;
  platform: MadeHosts;
  registrations: Registration[];
  /** Tokens and arguments of the functions that were called. */
  calls: { token: string; inputs: Record<string, unknown> }[];
  /** Those of a type, such as `ec2/instance:Instance`. */
  ofType: (type: string) => Registration[];
  find: (name: string, type: string) => Registration;
  /** The connection to a host. */
  connection: (name: string) => Promise<unknown>;
}

/** The host key of a machine. */
export const hostKeyOf = (name: string) => publicKeyOf(`${name}-ssh-key/host`);
/** What resources may only contain as a secret. */
export const privateKeyOf = (name: string, pair: string) =>
  `-----BEGIN OPENSSH PRIVATE KEY-----\n${name}/${pair}\n-----END OPENSSH PRIVATE KEY-----\n`;

/** A valid database. */
export const databaseInAws = {
  instanceClass: "db.m7g.large",
  caCertificate: "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
};
/** Everything that is possible. */
export const everythingInAws = {
  agentSources: ["10.0.0.0/8", "172.16.0.0/12"],
  operatorSources: ["10.9.0.0/16"],
  webhookSources: ["192.0.2.77/32"],
  outbound: ["0.0.0.0/0"],
  bastion: { allowedSources: ["192.0.2.0/24", "198.51.100.7/32"] },
  database: databaseInAws,
  vpc: { nat: "none", zones: 3 },
};

/** Composes the hosts of an environment in AWS. */
export async function composeAws(
  aws: Readonly<Record<string, unknown>> = {},
  others: Readonly<Record<string, unknown>> = {},
): Promise<ComposedAws> {
  const settings = parseSettings({
    domain: "example.test",
    platform: "aws",
    aws: { ...goodAws, ...aws },
    ...others,
  });
  const registrations: Registration[] = [];
  const calls: ComposedAws["calls"] = [];
  const restore = recordRequests(registrations);
  const call = ({ token, inputs }: MockCallArgs) => {
    calls.push({ token, inputs: inputs as Record<string, unknown> });
    return answer(token, inputs as Record<string, unknown>);
  };
  await pulumi.runtime.setMocks({ newResource, call }, "p", "s");
  // Loaded now: the SDK must find the mocks.
  const { makeHosts } = await import("../../../platforms/aws/make-hosts.js");
  const platform = makeHosts(settings);
  const { main, loadBalancer, compilers, puppetdb } = platform.hosts;
  const hosts = [main, loadBalancer, ...(puppetdb === undefined ? [] : [puppetdb]), ...compilers];
  const connections = new Map<string, unknown>();
  for (const host of hosts)
    connections.set(host.name, await settled(pulumi.output(host.connection)));
  await pulumi.runtime.disconnect();
  restore();
  return {
    settings,
    platform,
    registrations,
    calls,
    ofType: (type) => registrations.filter((one) => one.type === `aws:${type}`),
    find: (name, type) => findIn(registrations, name, type),
    connection: async (name) => connections.get(name),
  };
}

/** A provider's answer. */
function newResource({ type, name, inputs }: MockResourceArgs): {
  id: string;
  state: Record<string, unknown>;
} {
  const given = inputs as Record<string, unknown>;
  const environment = given.environment as { PAIRS?: string } | undefined;
  const outputs: Readonly<Record<string, Record<string, unknown>>> = {
    "aws:ec2/instance:Instance": { privateIp: `address-of-${name}` },
    "aws:ec2/eip:Eip": { publicIp: `public-address-of-${name}` },
    "aws:ec2/keyPair:KeyPair": { keyName: `${name}-key` },
    "aws:iam/role:Role": { name: `${name}-role` },
    "aws:iam/instanceProfile:InstanceProfile": { name: `${name}-profile` },
    "aws:route53/zone:Zone": { zoneId: `${name}-zone` },
    "aws:rds/instance:Instance": { address: `${name}.rds.test` },
    "aws:rds/subnetGroup:SubnetGroup": { name: `${name}-subnets` },
    "aws:rds/parameterGroup:ParameterGroup": { name: `${name}-parameters` },
    "random:index/randomPassword:RandomPassword": { result: `${name}-value` },
    "command:local:Command": {
      stdout: JSON.stringify(
        Object.fromEntries(
          (environment?.PAIRS ?? "").split(" ").map((pair) => [
            pair,
            {
              private: privateKeyOf(name, pair),
              public: `${publicKeyOf(`${name}/${pair}`)} pulumi-puppet\n`,
            },
          ]),
        ),
      ),
    },
  };
  // An ID of a volume in AWS: the disk's serial number is the same without the hyphen.
  const id = type === "aws:ebs/volume:Volume" ? `vol-${name.replace("-", "")}` : `${name}-id`;
  return { id, state: { ...given, ...outputs[type] } };
}

/** A function's answer. */
function answer(token: string, inputs: Record<string, unknown>): Record<string, unknown> {
  switch (token) {
    case "aws:index/getAvailabilityZones:getAvailabilityZones":
      return { ...inputs, names: ["zone-a", "zone-b", "zone-c", "zone-d"] };
    case "aws:index/getRegion:getRegion":
      return { ...inputs, region: "eu-test-1" };
    case "aws:ssm/getParameter:getParameter":
      return { ...inputs, value: `newest-of-${String(inputs.name).replace(/.*\//, "")}` };
    case "aws:ec2/getSubnet:getSubnet":
      return { ...inputs, availabilityZone: `zone-of-${String(inputs.id)}` };
    default:
      throw new Error(`nobody answers ${token}`);
  }
}
