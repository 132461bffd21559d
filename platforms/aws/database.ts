import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { AwsSettings } from "../../settings/aws.js";
import { tagsOf, type Tags } from "./naming.js";

/** Arguments of a {@link ManagedDatabase}. */
export interface ManagedDatabaseArgs extends NonNullable<AwsSettings["database"]> {
  subnetIds: readonly pulumi.Input<string>[];
  securityGroupId: pulumi.Input<string>;
  /** Days a backup is kept. */
  backupDays: number;
  tags: Tags;
}

/** The user that creates PuppetDB's database and roles in it. */
const administrator = "administrator";
/** Maximum number of days that RDS keeps its own backups. */
const longestRetention = 35;

/** PostgreSQL as a service: RDS, encrypted, TLS only, and kept when the stack is destroyed. */
export class ManagedDatabase extends pulumi.ComponentResource {
  /** The server as an argument of PuppetDB's component. */
  readonly postgresql: {
    server: pulumi.Output<string>;
    port: number;
    caCertificate: string;
    administrator: { user: string; password: pulumi.Output<string> };
  };

  constructor(name: string, args: ManagedDatabaseArgs, opts?: pulumi.ComponentResourceOptions) {
    super("puppet:index:ManagedDatabase", name, {}, opts);
    const tags = tagsOf(args.tags, name);
    const subnets = new aws.rds.SubnetGroup(
      name,
      { subnetIds: [...args.subnetIds], tags },
      { parent: this },
    );
    const parameters = new aws.rds.ParameterGroup(
      name,
      {
        family: `postgres${args.version}`,
        parameters: [{ name: "rds.force_ssl", value: "1" }],
        tags,
      },
      { parent: this },
    );
    const password = new random.RandomPassword(
      `${name}-password`,
      { length: 32, special: false },
      { parent: this },
    ).result;
    const suffix = new random.RandomId(`${name}-final`, { byteLength: 4 }, { parent: this }).hex;
    const instance = new aws.rds.Instance(
      name,
      {
        engine: "postgres",
        engineVersion: args.version,
        autoMinorVersionUpgrade: true,
        instanceClass: args.instanceClass,
        allocatedStorage: args.storage,
        storageType: "gp3",
        storageEncrypted: true,
        multiAz: args.multiAz,
        username: administrator,
        password,
        dbSubnetGroupName: subnets.name,
        parameterGroupName: parameters.name,
        vpcSecurityGroupIds: [args.securityGroupId],
        publiclyAccessible: false,
        backupRetentionPeriod: Math.min(args.backupDays, longestRetention),
        copyTagsToSnapshot: true,
        deletionProtection: true,
        // A different one for every database that is ever created.
        finalSnapshotIdentifier: pulumi.interpolate`${name}-final-${suffix}`,
        tags,
      },
      { parent: this, protect: true },
    );
    this.postgresql = {
      server: instance.address,
      port: 5432,
      caCertificate: args.caCertificate,
      administrator: { user: administrator, password },
    };
    this.registerOutputs();
  }
}
