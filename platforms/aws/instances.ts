import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Host } from "../../hosts/host.js";
import { whenReady } from "../../hosts/readiness.js";
import { sshKeys, withoutComment, type KeyPair } from "../ssh-keys.js";
import { instanceHardware, instanceSize } from "../../settings/instance-types.js";
import { tagsOf, type Tags } from "./naming.js";
import { renderUserData } from "./user-data.js";

/** The user in Debian's images, who can become root. */
const sshUser = "admin";
/** How often the first SSH connection is tried; this takes about eight minutes. */
const dialAttempts = 100;
/** How long a name may take to be known, in seconds: records are made at the same time, and "unknown" is cached. */
const namesDeadline = 900;

/** What the instances of one environment have in common. */
export interface FleetArgs {
  domain: string;
  /** Private subnets for servers, one in each Availability Zone. */
  subnetIds: readonly pulumi.Input<string>[];
  /** Availability Zone of each subnet. */
  zones: readonly pulumi.Input<string>[];
  /** Private hosted zone of the domain. */
  zoneId: pulumi.Input<string>;
  /** Names that every instance must be able to resolve. */
  names: readonly string[];
  /** A host with a public address for SSH to go through; without it, Session Manager is used. */
  bastion: BastionArgs | undefined;
  /** Key with which Pulumi logs in. */
  login: pulumi.Output<KeyPair>;
  tags: Tags;
}

/** The bastion. */
export interface BastionArgs {
  type: string;
  /** A public subnet. */
  subnetId: pulumi.Input<string>;
  securityGroupId: pulumi.Input<string>;
}

/** How SSH goes through the bastion. */
interface Gateway {
  host: pulumi.Output<string>;
  hostKey: pulumi.Output<string>;
}

/** One instance. */
export interface InstanceArgs {
  /** Short name. */
  name: string;
  type: string;
  /** Size of the root volume in GiB. */
  rootVolume: number;
  /** Image; by default the newest Debian 13 when the instance is created. */
  image?: string | undefined;
  /** Index of its Availability Zone. */
  zone: number;
  securityGroupId: pulumi.Input<string>;
  /**
   * Whether others do the same work: for another type, a new instance then takes its place, and serves before it goes.
   * AWS would stop the instance meanwhile. False by default.
   */
  oneOfMany?: boolean;
  /** A protected volume for data that must outlive the instance: size in GiB, what it holds, and the folders on it. */
  data?: { size: number; holds: string; folders: readonly string[] };
}

/** Instances that are reachable only as the table of connections says: no public address, IMDSv2, encrypted volumes. */
export class Fleet extends pulumi.ComponentResource {
  private readonly keyName: pulumi.Output<string>;
  private readonly profile: pulumi.Output<string>;
  private readonly region: pulumi.Output<string>;
  private readonly gateway: Gateway | undefined;

  constructor(
    name: string,
    private readonly args: FleetArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("puppet:index:Fleet", name, {}, opts);
    const { tags } = args;
    this.region = aws.getRegionOutput({}, { parent: this }).region;
    this.keyName = new aws.ec2.KeyPair(
      name,
      {
        publicKey: pulumi.unsecret(args.login).apply((login) => login.public.trim()),
        tags: tagsOf(tags, name),
      },
      { parent: this },
    ).keyName;
    const role = new aws.iam.Role(
      name,
      {
        assumeRolePolicy: aws.iam.assumeRolePolicyForPrincipal({ Service: "ec2.amazonaws.com" }),
        tags: tagsOf(tags, name),
      },
      { parent: this },
    );
    new aws.iam.RolePolicyAttachment(
      name,
      {
        role: role.name,
        policyArn: "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore",
      },
      { parent: this },
    );
    this.profile = new aws.iam.InstanceProfile(
      name,
      { role: role.name, tags: tagsOf(tags, name) },
      { parent: this },
    ).name;
    this.gateway = args.bastion && this.bastion(args.bastion);
    this.registerOutputs();
  }

  /** Creates a server. */
  host(args: InstanceArgs): Host {
    const { domain, zoneId } = this.args;
    const { name } = args;
    const fqdn = `${name}.${domain}`;
    const { instance, hostKey } = this.instance(
      args,
      fqdn,
      this.args.subnetIds[args.zone] ?? "",
      this.args.bastion === undefined,
    );
    new aws.route53.Record(
      name,
      { zoneId, name: fqdn, type: "A", ttl: 60, records: [instance.privateIp] },
      { parent: this, deleteBeforeReplace: true },
    );
    const volume = args.data && this.dataVolume(name, args.data, instance, args.zone);
    const hardware = instanceHardware(args.type);
    const host: Host = {
      name,
      fqdn,
      address: instance.privateIp,
      ...hardware,
      identity: instance.id,
      machine: instance,
      connection: this.connection(instance, hostKey),
      sudo: true,
      ...(this.args.bastion === undefined ? { proxyCommand: this.session(instance) } : {}),
    };
    const requirements = pulumi.output(volume).apply((data) => ({
      ...{ names: this.args.names, namesDeadline, ...hardware, data },
      // Made here, with the image's configuration of sshd.
      logins: [],
    }));
    return whenReady(host, requirements, this);
  }

  /** The only host with a public address: SSH goes through it, and nothing else runs on it. */
  private bastion({ type, subnetId, securityGroupId }: BastionArgs): Gateway {
    const name = "bastion";
    const { instance, hostKey } = this.instance(
      { name, type, rootVolume: 8, zone: 0, securityGroupId },
      `${name}.${this.args.domain}`,
      subnetId,
      false,
    );
    const address = new aws.ec2.Eip(
      name,
      { domain: "vpc", instance: instance.id, tags: tagsOf(this.args.tags, name) },
      { parent: this },
    );
    return { host: address.publicIp, hostKey };
  }

  private instance(
    args: InstanceArgs,
    fqdn: string,
    subnetId: pulumi.Input<string>,
    sessionManager: boolean,
  ): { instance: aws.ec2.Instance; hostKey: pulumi.Output<string> } {
    const { name } = args;
    const architecture = instanceSize(args.type)?.architecture ?? "amd64";
    const keys = sshKeys(`${name}-ssh-key`, ["host"], this).apply(({ host }) => host);
    const userData = pulumi.all([keys, this.region]).apply(([hostKey, region]) =>
      renderUserData({
        fqdn,
        hostKey,
        sessionManager: sessionManager ? { region, architecture } : undefined,
      }),
    );
    const instance = new aws.ec2.Instance(
      name,
      {
        ami: args.image ?? this.newestImage(architecture),
        instanceType: args.type,
        subnetId,
        vpcSecurityGroupIds: [args.securityGroupId],
        associatePublicIpAddress: false,
        keyName: this.keyName,
        iamInstanceProfile: this.profile,
        metadataOptions: {
          httpEndpoint: "enabled",
          httpTokens: "required",
          httpPutResponseHopLimit: 1,
        },
        rootBlockDevice: {
          volumeType: "gp3",
          volumeSize: args.rootVolume,
          encrypted: true,
          tags: tagsOf(this.args.tags, name),
        },
        userData,
        tags: tagsOf(this.args.tags, fqdn),
      },
      {
        parent: this,
        // A newer image is only for new instances: this one is in use. So is user data, which is read at the first boot
        // alone; AWS would stop an instance to change it.
        ignoreChanges: ["userData", ...(args.image === undefined ? ["ami"] : [])],
        replaceOnChanges: args.oneOfMany === true ? ["instanceType"] : [],
      },
    );
    return {
      instance,
      hostKey: pulumi.unsecret(keys).apply((pair) => withoutComment(pair.public)),
    };
  }

  /** The newest image, from Debian's own public parameter. */
  private newestImage(architecture: string): pulumi.Output<string> {
    const name = `/aws/service/debian/release/13/latest/${architecture}`;
    return pulumi.unsecret(aws.ssm.getParameterOutput({ name }, { parent: this }).value);
  }

  private dataVolume(
    host: string,
    { size, holds, folders }: NonNullable<InstanceArgs["data"]>,
    instance: aws.ec2.Instance,
    zone: number,
  ): pulumi.Output<{ serial: string; folders: readonly string[] }> {
    const name = `${host}-data`;
    const volume = new aws.ebs.Volume(
      name,
      {
        availabilityZone: this.args.zones[zone] ?? "",
        size,
        type: "gp3",
        encrypted: true,
        tags: { ...tagsOf(this.args.tags, name), Data: holds },
      },
      { parent: this, protect: true },
    );
    const attachment = new aws.ec2.VolumeAttachment(
      name,
      {
        instanceId: instance.id,
        volumeId: volume.id,
        deviceName: "/dev/sdf",
        // Never detached from a running service.
        stopInstanceBeforeDetaching: true,
      },
      { parent: this, deleteBeforeReplace: true },
    );
    return attachment.volumeId.apply((id) => ({ serial: id.replace("-", ""), folders }));
  }

  private connection(
    instance: aws.ec2.Instance,
    hostKey: pulumi.Output<string>,
  ): Host["connection"] {
    const { login } = this.args;
    return pulumi
      .all([instance.privateIp, hostKey, login, this.gateway?.host, this.gateway?.hostKey])
      .apply(([host, hostKey, login, bastionHost, bastionKey]) => {
        const common = { user: sshUser, privateKey: login.private, dialErrorLimit: dialAttempts };
        return {
          ...common,
          host,
          hostKey,
          ...(bastionHost === undefined || bastionKey === undefined
            ? {}
            : { proxy: { ...common, host: bastionHost, hostKey: bastionKey } }),
        };
      });
  }

  /** The program whose standard input and output are connected to the instance's SSH port. */
  private session(instance: aws.ec2.Instance): pulumi.Output<string> {
    return pulumi.interpolate`aws ssm start-session --region ${this.region} --target ${instance.id} --document-name AWS-StartSSHSession --parameters portNumber=%p`;
  }
}
