import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { distributions } from "../../distributions/index.js";
import type { Settings } from "../../settings/settings.js";
import { networkSettings, type AwsSettings } from "../../settings/aws.js";
import type { MadeHosts } from "../../settings/infrastructure-arguments.js";
import { connectionsOf, type Party } from "../connections.js";
import type { Host } from "../../hosts/host.js";
import type { Helpers } from "../../roles/role.js";
import { inOrder, roles, rolesOn, type ByRole, type RoleName } from "../../roles/roles.js";
import { serviceNamesOf } from "../../roles/service-names.js";
import { hostsByRole } from "../hosts.js";
import { sshKeys } from "../ssh-keys.js";
import { ManagedDatabase } from "./database.js";
import { Firewall } from "./firewall.js";
import { Fleet, type InstanceArgs } from "./instances.js";
import { tagsOf, zoneOf } from "./naming.js";
import { Network } from "./network.js";

/** Name of the stack's resources, or prefix of their names. */
const name = "puppet";

/** Creates the hosts of a stack in AWS, and everything they depend on. */
export function makeHosts(settings: Settings): MadeHosts {
  const given = settings.aws as AwsSettings;
  const { bastion, database, vpc, instances, tags } = given;
  const { domain } = settings;

  const network = new Network(`${name}-network`, { vpc, bastion: bastion !== undefined, tags });
  const endpoints = vpc.id === undefined && vpc.nat === "none";
  const helpers = { bastion: bastion !== undefined, database: database !== undefined, endpoints };
  const firewall = new Firewall(name, {
    vpcId: network.vpcId,
    connections: connectionsOf({ ...settings, ...helpers }),
    networks: {
      ...Object.fromEntries(
        Object.entries(networkSettings).map(([party, setting]) => [party, given[setting]]),
      ),
      administrators: bastion?.allowedSources ?? [],
    },
    tags,
  });
  const groupOf = (party: Party) => {
    const group = firewall.groups[party];
    if (group === undefined) throw new Error(`the table of connections does not have ${party}.`);
    return group;
  };
  if (endpoints) network.endpoints(groupOf("endpoints"));

  const zoneId =
    given.zoneId ??
    new aws.route53.Zone(name, {
      name: domain,
      comment: "Puppet servers",
      vpcs: [{ vpcId: network.vpcId }],
      tags: tagsOf(tags, domain),
    }).zoneId;
  const login = sshKeys(`${name}-login`, ["client"], network).apply(({ client }) => client);
  const fleet = new Fleet(name, {
    domain,
    subnetIds: network.subnetIds,
    zones: network.zones,
    zoneId,
    names: serviceNamesOf(settings),
    bastion: bastion && {
      type: bastion.type,
      subnetId: network.publicSubnetId ?? "",
      securityGroupId: groupOf("bastion"),
    },
    login,
    tags,
  });

  const hosts = hostsByRole(settings, (role, name) =>
    fleet.host({
      name,
      ...instances[role],
      // The hosts of a role with many are spread, so that no outage of an Availability Zone takes down all of them.
      zone: roles[role].count === "many" ? zoneOf(name, network.subnetIds.length) : 0,
      oneOfMany: roles[role].count === "many",
      securityGroupId: groupOf(role),
      ...dataOf(role, settings, helpers),
    }),
  );
  serviceRecords(zoneId, fleet, hosts, settings);
  const managed =
    database &&
    new ManagedDatabase(`${name}-database`, {
      ...database,
      subnetIds: network.subnetIds,
      securityGroupId: groupOf("database"),
      backupDays: settings.postgresql.backupDays,
      tags,
    });
  return {
    hosts,
    ...(managed === undefined
      ? {}
      : { postgresql: { ...settings.postgresql, ...managed.postgresql } }),
  };
}

/** The data volume of a host, for the data of all roles on it. */
function dataOf(host: RoleName, settings: Settings, helpers: Helpers): Pick<InstanceArgs, "data"> {
  const sizes: Readonly<Partial<Record<RoleName, number>>> = settings.aws.dataVolumes;
  const kept = rolesOn(host, settings).flatMap((role) => {
    const { dataVolume } = roles[role].instance;
    const folders =
      dataVolume?.folders(settings, distributions[settings.distribution], helpers) ?? [];
    return dataVolume === undefined || folders.length === 0
      ? []
      : [{ size: sizes[role] ?? dataVolume.size, holds: dataVolume.holds, folders }];
  });
  if (kept.length === 0) return {};
  return {
    data: {
      size: kept.reduce((sum, { size }) => sum + size, 0),
      holds: kept.map(({ holds }) => holds).join(" and "),
      folders: kept.flatMap(({ folders }) => folders),
    },
  };
}

/** Names of the services in the private hosted zone. */
function serviceRecords(
  zoneId: pulumi.Input<string>,
  parent: pulumi.Resource,
  hosts: ByRole<Host>,
  settings: Settings,
): void {
  for (const [role, { address }] of inOrder(hosts)) {
    for (const service of serviceNamesOf(settings, roles[role].serviceNames)) {
      new aws.route53.Record(
        service,
        { zoneId, name: service, type: "A", ttl: 60, records: [address] },
        { parent, deleteBeforeReplace: true },
      );
    }
  }
}
