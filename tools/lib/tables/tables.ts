import { join } from "node:path";
import { puppetdbSizing } from "../../../components/puppetdb/sizing.js";
import { serverSizing } from "../../../components/puppet-server/sizing.js";
import { instanceHardware, instanceSize } from "../../../settings/instance-types.js";
import {
  connectionsOf,
  noHelpers,
  type ConnectionSettings,
} from "../../../platforms/connections.js";
import { roleNames, roles, type RoleName } from "../../../roles/roles.js";
import { parseSettings } from "../../../platforms/platforms.js";
import { project } from "../paths.js";
import { readSettings } from "../settings.js";

type Table = readonly (readonly string[])[];

/** Seconds that an agent run occupies a JRuby: a catalog of a few hundred resources, its file metadata and report. */
const secondsPerRun = 10;
/** Seconds between runs of an agent. */
const runInterval = 1800;
/** Hours in a month. */
const hours = 730;
/** US dollars in us-east-1, as published in 2025: gp3 per GiB and month, and a NAT gateway per hour. */
const prices = { gp3: 0.08, nat: 0.045 };

/** Connections in the environment of Pulumi.dev.yaml. */
export function awsConnections(): Table {
  const { settings } = readSettings("dev", join(project, "Pulumi.dev.yaml"));
  return connections({ ...settings, ...noHelpers, bastion: true });
}

/** Connections between existing servers, with the default settings. */
export function serverConnections(): Table {
  const settings = parseSettings({ domain: "example.com" });
  return connections({ ...settings, ...noHelpers });
}

/** The connections of one role, without the bastion's. */
export function roleConnections(role: RoleName): Table {
  const settings = parseSettings({ domain: "example.com", ...roles[role].example });
  const [head = [], ...lines] = connections({ ...settings, ...noHelpers });
  return [head, ...lines.filter(([from, to]) => from === role || to === role)];
}

function connections(settings: ConnectionSettings): Table {
  return [
    ["From", "To", "TCP port", "For"],
    ...connectionsOf(settings).map(({ from, to, port, purpose }) => [
      from,
      to,
      String(port),
      purpose,
    ]),
  ];
}

/** Instance types and data volumes of the roles, unless they are set. */
export function instances(): Table {
  return [
    ["`ROLE`", "`aws.instances.ROLE.type`", "`aws.dataVolumes.ROLE`"],
    ...roleNames.map((role) => {
      const { type, dataVolume } = roles[role].instance;
      const volume =
        dataVolume === undefined ? "none" : `${String(dataVolume.size)} GiB: ${dataVolume.holds}`;
      return [`\`${role}\``, `\`${type}\``, volume];
    }),
  ];
}

/** Sizing of Puppet servers by instance type, and how many agents they serve. */
export function serverSizes(): Table {
  const types = [
    "c7i.large",
    "c7i.xlarge",
    "c7i.2xlarge",
    "c7i.4xlarge",
    "m7i.large",
    "m7i.2xlarge",
  ];
  return [
    ["Type", "Cores", "Memory", "JRubies", "Heap", "Code cache", "Agents each", "Per month"],
    ...types.map((type) => {
      const hardware = instanceHardware(type);
      const sizing = serverSizing({ fqdn: type, ...hardware });
      return [
        type,
        String(hardware.cores),
        `${String(hardware.memory)} MiB`,
        String(sizing.jrubies),
        `${String(sizing.heap)} MiB`,
        `${String(sizing.codeCache)} MiB`,
        String(agentsOf(type)),
        dollars(monthly(type)),
      ];
    }),
  ];
}

/** Sizing of PuppetDB with its own PostgreSQL by instance type. */
export function puppetdbSizes(): Table {
  return [
    ["Type", "Cores", "Heap", "Threads", "Connections", "PostgreSQL's cache", "Per month"],
    ...["m7i.large", "m7i.xlarge", "r7i.xlarge", "m7i.2xlarge"].map((type) => {
      const hardware = instanceHardware(type);
      const sizing = puppetdbSizing({ fqdn: type, ...hardware }, {}, true);
      return [
        type,
        String(hardware.cores),
        `${String(sizing.heap)} MiB`,
        String(sizing.threads),
        String(sizing.writeConnections + sizing.readConnections),
        `${String(sizing.sharedBuffers)} MiB`,
        dollars(monthly(type)),
      ];
    }),
  ];
}

/** Whole environments: their instances, volumes and the NAT gateway. */
export function costs(): Table {
  const environments = [
    [2, "c7i.xlarge", "m7i.large", "m7i.large", 100],
    [4, "c7i.2xlarge", "m7i.large", "m7i.xlarge", 250],
    [8, "c7i.4xlarge", "m7i.xlarge", "m7i.2xlarge", 500],
  ] as const;
  return [
    ["Compilers", "Main server", "PuppetDB", "Agents", "With one compiler down", "Per month"],
    ...environments.map(([compilers, compiler, main, puppetdb, data]) => {
      const instances = [main, puppetdb, "c7i.large", "t3.micro"].map(monthly);
      const pool = compilers * monthly(compiler);
      // System volumes: 20 GiB each, 8 GiB for the bastion; data volumes: 10 GiB for the CA, and PostgreSQL's.
      const volumes = (3 + compilers) * 20 + 8 + 10 + data;
      const sum = [...instances, pool, volumes * prices.gp3, hours * prices.nat];
      return [
        `${String(compilers)} ${compiler}`,
        main,
        `${puppetdb}, ${String(data)} GiB`,
        String(compilers * agentsOf(compiler)),
        String((compilers - 1) * agentsOf(compiler)),
        dollars(sum.reduce((total, one) => total + one)),
      ];
    }),
  ];
}

/** Agents that a Puppet server of a type serves if all of its JRubies are always busy. */
function agentsOf(type: string): number {
  const { jrubies } = serverSizing({ fqdn: type, ...instanceHardware(type) });
  return (jrubies * runInterval) / secondsPerRun;
}

function monthly(type: string): number {
  const price = instanceSize(type)?.price;
  if (price === undefined) throw new Error(`${type} has no price`);
  return price * hours;
}

function dollars(amount: number): string {
  return `$${amount.toFixed(0)}`;
}
