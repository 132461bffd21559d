import type { PropertyMap } from "../framework/values.js";
import { autoName, type Description, nameOf, textOf } from "./description.js";
import { arn, digest } from "./identifiers.js";
import { usualZones } from "./network-ids.js";
import {
  count,
  flag,
  managed,
  object,
  objects,
  optional,
  regionalAndTagged,
  required,
  text,
  texts,
} from "./types.js";

/** The ports of database engines, by the prefixes of their names. */
const ports = { postgres: 5432, mysql: 3306, mariadb: 3306, oracle: 1521, sqlserver: 1433 };

/** RDS: database servers and their shared resources. */
export const databaseTypes: Readonly<Record<string, Description>> = {
  "aws:rds/instance:Instance": {
    inputs: {
      ...required(text, "instanceClass"),
      ...optional(flag, "allowMajorVersionUpgrade", "applyImmediately", "autoMinorVersionUpgrade"),
      ...optional(flag, "copyTagsToSnapshot", "customerOwnedIpEnabled", "dedicatedLogVolume"),
      ...optional(flag, "deleteAutomatedBackups", "deletionProtection"),
      ...optional(flag, "iamDatabaseAuthenticationEnabled", "manageMasterUserPassword", "multiAz"),
      ...optional(flag, "performanceInsightsEnabled", "publiclyAccessible", "skipFinalSnapshot"),
      ...optional(flag, "storageEncrypted", "upgradeStorageConfig"),
      ...optional(text, "availabilityZone", "backupTarget", "backupWindow", "caCertIdentifier"),
      ...optional(text, "characterSetName", "customIamInstanceProfile", "databaseInsightsMode"),
      ...optional(text, "dbName", "dbSubnetGroupName", "domain", "domainAuthSecretArn"),
      ...optional(text, "domainFqdn", "domainIamRoleName", "domainOu", "engine"),
      ...optional(text, "engineLifecycleSupport", "engineVersion", "finalSnapshotIdentifier"),
      ...optional(text, "identifier", "identifierPrefix", "kmsKeyId", "licenseModel"),
      ...optional(text, "maintenanceWindow", "masterUserSecretKmsKeyId", "monitoringRoleArn"),
      ...optional(text, "ncharCharacterSetName", "networkType", "optionGroupName"),
      ...optional(text, "parameterGroupName", "performanceInsightsKmsKeyId", "replicaMode"),
      ...optional({ ...text, secret: true }, "password", "passwordWo"),
      ...optional(text, "replicateSourceDb", "snapshotIdentifier", "storageType", "timezone"),
      ...optional(text, "username"),
      ...optional(count, "allocatedStorage", "backupRetentionPeriod", "iops"),
      ...optional(count, "maxAllocatedStorage", "monitoringInterval", "passwordWoVersion"),
      ...optional(count, "performanceInsightsRetentionPeriod", "port", "storageThroughput"),
      ...optional(texts, "domainDnsIps", "enabledCloudwatchLogsExports", "vpcSecurityGroupIds"),
      ...optional(texts, "warningEventCategories"),
      blueGreenUpdate: object(optional(flag, "enabled")),
      restoreToPointInTime: object({
        ...optional(text, "restoreTime", "sourceDbInstanceAutomatedBackupsArn"),
        ...optional(text, "sourceDbInstanceIdentifier", "sourceDbiResourceId"),
        ...optional(flag, "useLatestRestorableTime"),
      }),
      s3Import: object({
        ...required(text, "bucketName", "ingestionRole", "sourceEngine", "sourceEngineVersion"),
        ...optional(text, "bucketPrefix"),
      }),
      ...regionalAndTagged,
    },
    autoName: autoName("identifier", { separator: "" }),
    replaces: [
      ...["availabilityZone", "backupTarget", "characterSetName", "customIamInstanceProfile"],
      ...["dbName", "engine", "kmsKeyId", "ncharCharacterSetName", "restoreToPointInTime"],
      ...["s3Import", "snapshotIdentifier", "storageEncrypted", "timezone", "username"],
    ],
    id: (seed) => `db-${seed.slice(0, 26).toUpperCase()}`,
    computed: ({ id, region, inputs }) => {
      const identifier =
        textOf(inputs.identifier) || textOf(inputs.identifierPrefix) + id.slice(-26).toLowerCase();
      const account = digest("rds", region).slice(0, 12);
      const address = `${identifier}.c${account}.${region}.rds.amazonaws.com`;
      const port = typeof inputs.port === "number" ? inputs.port : portOf(textOf(inputs.engine));
      return {
        address,
        allocatedStorage: 20,
        arn: arn("rds", region, `db:${identifier}`),
        availabilityZone: `${region}${usualZones[0]}`,
        backupRetentionPeriod: 0,
        backupWindow: "03:00-03:30",
        caCertIdentifier: "rds-ca-rsa2048-g1",
        dbName: "",
        dbSubnetGroupName: "default",
        endpoint: `${address}:${port}`,
        engine: "",
        engineVersion: "17.4",
        engineVersionActual: textOf(inputs.engineVersion) || "17.4",
        hostedZoneId: `Z${account.toUpperCase()}`,
        identifier,
        kmsKeyId: "",
        licenseModel: "postgresql-license",
        maintenanceWindow: "mon:04:00-mon:04:30",
        masterUserSecrets: masterUserSecrets(id, region, inputs),
        multiAz: false,
        networkType: "IPV4",
        optionGroupName: "",
        parameterGroupName: "",
        port,
        replicas: [],
        resourceId: id,
        snapshotIdentifier: "",
        status: "available",
        storageType: "gp2",
        timezone: "",
        username: "",
        vpcSecurityGroupIds: [],
      };
    },
    refusesDelete: deletionRefusal,
  },

  "aws:rds/subnetGroup:SubnetGroup": {
    inputs: {
      ...required(texts, "subnetIds"),
      ...optional(managed, "description"),
      ...optional(text, "name", "namePrefix"),
      ...regionalAndTagged,
    },
    autoName: autoName("name"),
    replaces: ["name", "namePrefix"],
    id: nameOf,
    computed: ({ id, region }) => ({
      arn: arn("rds", region, `subgrp:${id}`),
      name: id,
      supportedNetworkTypes: ["IPV4"],
      vpcId: "",
    }),
  },

  "aws:rds/parameterGroup:ParameterGroup": {
    inputs: {
      ...required(text, "family"),
      ...optional(managed, "description"),
      ...optional(text, "name", "namePrefix"),
      ...optional(flag, "skipDestroy"),
      parameters: objects({
        ...required(text, "name", "value"),
        ...optional({ ...text, default: "immediate" }, "applyMethod"),
      }),
      ...regionalAndTagged,
    },
    autoName: autoName("name"),
    replaces: ["description", "family", "name", "namePrefix"],
    id: nameOf,
    computed: ({ id, region }) => ({ arn: arn("rds", region, `pg:${id}`), name: id }),
  },
};

function portOf(engine: string): number {
  return Object.entries(ports).find(([name]) => engine.includes(name))?.[1] ?? ports.postgres;
}

function masterUserSecrets(id: string, region: string, inputs: PropertyMap): PropertyMap[] {
  if (inputs.manageMasterUserPassword !== true) return [];
  const secretArn = arn("secretsmanager", region, `secret:rds!${id.toLowerCase()}`);
  return [{ kmsKeyId: textOf(inputs.masterUserSecretKmsKeyId), secretArn, secretStatus: "active" }];
}

function deletionRefusal(outputs: PropertyMap): string | undefined {
  const instance = `RDS DB Instance (${textOf(outputs.identifier)})`;
  if (outputs.deletionProtection === true) {
    return `deleting ${instance}: InvalidParameterCombination: Cannot delete protected DB Instance, please disable deletion protection and try again.`;
  }
  if (outputs.skipFinalSnapshot === true || outputs.finalSnapshotIdentifier !== undefined) {
    return undefined;
  }
  return `deleting ${instance}: final_snapshot_identifier is required when skip_final_snapshot is false`;
}
