import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { PostgresqlArgs } from "../../components/index.js";
import { distributions } from "../../distributions/index.js";
import type { Settings } from "../../settings/settings.js";
import type { AwsSettings } from "../../settings/aws.js";
import { hdmDatabaseFolder } from "../../templates/hdm/hdm.js";
import { backupFolder, databaseFolders } from "../../templates/postgresql/postgresql.js";
import { connectionsOf, type Party } from "../connections.js";
import type { Host, HostsByRole } from "../../hosts/host.js";
import { sshKeys } from "../ssh-keys.js";
import { ManagedDatabase } from "./database.js";
import { Firewall } from "./firewall.js";
import { Fleet } from "./instances.js";
import { tagsOf, zoneOf } from "./naming.js";
import { Network } from "./network.js";

/** What all resources of a stack are called after. */
const name = "puppet";

/** What a stack has in AWS. */
export interface AwsPlatform {
  hosts: HostsByRole;
  /** PuppetDB's database, where it is RDS. */
  postgresql?: PostgresqlArgs;
}

/** Makes the hosts of a stack in AWS, and all that they stand on. */
export function makeHosts(settings: Settings): AwsPlatform {
  const given = settings.aws as AwsSettings;
  const { bastion, database, vpc, instances, tags } = given;
  const { domain, hosts: names, puppetServer, caServer, fileServer } = settings;

  const network = new Network(`${name}-network`, { vpc, bastion: bastion !== undefined, tags });
  const endpoints = vpc.id === undefined && vpc.nat === "none";
  const firewall = new Firewall(name, {
    vpcId: network.vpcId,
    connections: connectionsOf({
      ...settings,
      bastion: bastion !== undefined,
      database: database !== undefined,
      endpoints,
    }),
    networks: {
      agents: given.agentSources,
      operators: given.operatorSources,
      gitServers: given.webhookSources,
      siteForeman: given.foremanSources,
      administrators: bastion?.allowedSources ?? [],
      outbound: given.outbound,
    },
    tags,
  });
  const groupOf = (party: Party) => {
    const group = firewall.groups[party];
    if (group === undefined) throw new Error(`the table of connections lacks ${party}.`);
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
    names: [...new Set([puppetServer, caServer, fileServer])],
    bastion: bastion && {
      type: bastion.type,
      subnetId: network.publicSubnetId ?? "",
      securityGroupId: groupOf("bastion"),
    },
    login,
    tags,
  });

  const { cadir, ssldir } = distributions[settings.distribution].paths;
  const puppetdbFolders = [...databaseFolders, backupFolder];
  const ownDatabase = database === undefined && settings.postgresql.server === undefined;
  const besideMain = settings.puppetdb.host === "main" && ownDatabase;
  const main = fleet.host({
    name: names.main,
    ...instances.main,
    zone: 0,
    securityGroupId: groupOf("main"),
    data: {
      size: given.dataVolumes.main + (besideMain ? given.dataVolumes.puppetdb : 0),
      holds: besideMain ? "CA and PostgreSQL" : "CA",
      folders: [cadir, ssldir, ...(besideMain ? puppetdbFolders : [])],
    },
  });
  const loadBalancer = fleet.host({
    name: names.loadBalancer,
    ...instances.loadBalancer,
    zone: 0,
    securityGroupId: groupOf("loadBalancer"),
  });
  serviceRecords(zoneId, fleet, { main, loadBalancer }, settings);
  const puppetdb =
    names.puppetdb === undefined
      ? undefined
      : fleet.host({
          name: names.puppetdb,
          ...instances.puppetdb,
          zone: 0,
          securityGroupId: groupOf("puppetdb"),
          ...(ownDatabase
            ? {
                data: {
                  size: given.dataVolumes.puppetdb,
                  holds: "PostgreSQL",
                  folders: puppetdbFolders,
                },
              }
            : {}),
        });
  const foreman =
    names.foreman === undefined
      ? undefined
      : fleet.host({
          name: names.foreman,
          ...instances.foreman,
          zone: 0,
          securityGroupId: groupOf("foreman"),
          ...(settings.foreman.database === undefined
            ? {
                data: {
                  size: given.dataVolumes.foreman,
                  holds: "PostgreSQL of Foreman",
                  folders: databaseFolders,
                },
              }
            : {}),
        });
  const compilers = names.compilers.map((compiler) =>
    fleet.host({
      name: compiler,
      ...instances.compiler,
      zone: zoneOf(compiler, network.subnetIds.length),
      securityGroupId: groupOf("compiler"),
    }),
  );
  const hdm =
    names.hdm === undefined
      ? undefined
      : fleet.host({
          name: names.hdm,
          ...instances.hdm,
          zone: 0,
          securityGroupId: groupOf("hdm"),
          data: {
            size: given.dataVolumes.hdm,
            holds: "users of HDM",
            folders: [hdmDatabaseFolder],
          },
        });
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
    hosts: {
      main,
      loadBalancer,
      compilers,
      puppetdb: settings.puppetdb.host === "main" ? main : puppetdb,
      hdm,
      foreman,
    },
    ...(managed === undefined
      ? {}
      : { postgresql: { ...settings.postgresql, ...managed.postgresql } }),
  };
}

/** Names of the services in the private zone. */
function serviceRecords(
  zoneId: pulumi.Input<string>,
  parent: pulumi.Resource,
  { main, loadBalancer }: { main: Host; loadBalancer: Host },
  { puppetServer, caServer, fileServer }: Settings,
): void {
  const hosts = { [puppetServer]: loadBalancer, [fileServer]: loadBalancer, [caServer]: main };
  for (const [service, host] of Object.entries(hosts)) {
    new aws.route53.Record(
      service,
      { zoneId, name: service, type: "A", ttl: 60, records: [host.address] },
      { parent, deleteBeforeReplace: true },
    );
  }
}
