import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

/** An instance with a volume, a name and a database, and what they need. */

const config = new pulumi.Config();

const zones = aws.getAvailabilityZonesOutput({ state: "available" });
const zone = zones.names.apply(([first = ""]) => first);
const image = aws.ssm.getParameterOutput({
  name: `/aws/service/${config.get("image") ?? "debian"}/latest`,
});

const vpc = new aws.ec2.Vpc("vpc", { cidrBlock: "10.20.0.0/16", enableDnsHostnames: true });
const subnet = new aws.ec2.Subnet("subnet", {
  vpcId: vpc.id,
  cidrBlock: "10.20.3.0/24",
  availabilityZone: zone,
});
const gateway = new aws.ec2.InternetGateway("gateway", { vpcId: vpc.id });
const routes = new aws.ec2.RouteTable("routes", { vpcId: vpc.id });
new aws.ec2.Route("out", {
  routeTableId: routes.id,
  destinationCidrBlock: "0.0.0.0/0",
  gatewayId: gateway.id,
});
new aws.ec2.RouteTableAssociation("routes", { routeTableId: routes.id, subnetId: subnet.id });

const group = new aws.ec2.SecurityGroup("group", { vpcId: vpc.id });
new aws.vpc.SecurityGroupIngressRule("puppet", {
  securityGroupId: group.id,
  ipProtocol: "tcp",
  fromPort: 8140,
  toPort: 8140,
  cidrIpv4: vpc.cidrBlock,
});

const role = new aws.iam.Role("role", {
  assumeRolePolicy: { Version: "2012-10-17", Statement: [] },
});
const profile = new aws.iam.InstanceProfile("profile", { role });

const machine = new aws.ec2.Instance("machine", {
  ami: image.insecureValue,
  instanceType: config.get("instanceType") ?? "m7i.large",
  subnetId: subnet.id,
  vpcSecurityGroupIds: [group.id],
  iamInstanceProfile: profile.name,
  userData: config.requireSecret("userData"),
  metadataOptions: { httpTokens: "required" },
  rootBlockDevice: { volumeSize: 20, encrypted: true },
  tags: { Name: "machine" },
  ...config.getObject<aws.ec2.InstanceArgs>("machine"),
});
const volume = new aws.ebs.Volume("volume", { availabilityZone: zone, size: 50 });
new aws.ec2.VolumeAttachment("volume", {
  deviceName: "/dev/sdf",
  instanceId: machine.id,
  volumeId: volume.id,
});

// In a different region.
const elsewhere = new aws.Provider("elsewhere", { region: "us-west-2" });
new aws.ec2.Eip("elsewhere", {}, { provider: elsewhere });

const domain = new aws.route53.Zone("domain", { name: "example.test" });
new aws.route53.Record("machine", {
  zoneId: domain.zoneId,
  name: "machine",
  type: "A",
  ttl: 60,
  records: [machine.privateIp],
});

const database = new aws.rds.Instance("database", {
  instanceClass: "db.t4g.medium",
  engine: "postgres",
  allocatedStorage: 20,
  username: "puppetdb",
  password: config.requireSecret("password"),
  skipFinalSnapshot: true,
});

if (config.getBoolean("unknownType") === true) new aws.s3.Bucket("bucket");

export const endpoint = database.endpoint;
export const imageValue = image.value;
