import * as aws from "@pulumi/aws";
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { distributions } from "../../../../../distributions/index.js";
import { renderConvergeScript } from "../../../../../hosts/host-configuration.js";
import { fileOf, type HostState } from "../../../../../hosts/host-state.js";
import { renderHaproxyConf } from "../../../../../templates/haproxy/haproxy.js";

/** What the settings of the examples' stack open: agents may connect from anywhere. */
const everybody = "0.0.0.0/0";

/** One example for each rule, with its name, and some that violate no rule. */
export const examples: Readonly<Record<string, () => void>> = {
  "no-public-ssh": () => ingress(22),
  "no-open-networks": () => ingress(8404),
  "encrypted-volumes": () => volume({ encrypted: false }, { protect: true }),
  imdsv2: () => instance("optional"),
  "protected-data": () => volume({ encrypted: true }, {}),
  "haproxy-tcp": () => host(haproxy("http")),
  "autosign-never-naive": () => host(puppetConf("true")),
  good: () => {
    ingress(8140);
    volume({ encrypted: true }, { protect: true });
    instance("required");
    host([...haproxy("tcp"), ...puppetConf("/etc/puppet/policy")]);
  },
  unknown: () => {
    const later = new random.RandomPassword("later", { length: 16 }).result;
    new command.local.Command("example", { create: "true", stdin: later });
    new command.local.Command("later-command", { create: later });
  },
};

function ingress(port: number): void {
  new aws.vpc.SecurityGroupIngressRule("example", {
    securityGroupId: "sg-0123456789abcdef0",
    ipProtocol: "tcp",
    fromPort: port,
    toPort: port,
    cidrIpv4: everybody,
  });
}

function volume(args: Pick<aws.ebs.VolumeArgs, "encrypted">, opts: pulumi.ResourceOptions): void {
  new aws.ebs.Volume(
    "example",
    { ...args, availabilityZone: "eu-central-1a", size: 8, tags: { Data: "code" } },
    opts,
  );
}

function instance(httpTokens: string): void {
  new aws.ec2.Instance("example", {
    ami: "ami-0123456789abcdef0",
    instanceType: "t3.small",
    rootBlockDevice: { encrypted: true },
    metadataOptions: { httpTokens, httpPutResponseHopLimit: 1 },
  });
}

/** A host's own script, which is secret as in a deployment. */
function host(state: pulumi.Unwrap<HostState>): void {
  const script = renderConvergeScript("example", "example.test", distributions.debian, state);
  new command.local.Command("example", { create: "bash -s", stdin: pulumi.secret(script) });
}

function haproxy(mode: string): pulumi.Unwrap<HostState> {
  const content = renderHaproxyConf({
    serverName: "puppet.example.test",
    caFile: "/etc/haproxy/puppet-ca.pem",
    crlFile: "/etc/haproxy/puppet-crl.pem",
    compileTimeout: 900,
    ipv6: false,
    members: [{ name: "compiler1", address: "10.0.0.1" }],
    stats: {
      port: 8404,
      certificate: "/etc/haproxy/tls/host.pem",
      user: "admin",
      password: "the-statistics-password",
    },
  }).replace("mode tcp", `mode ${mode}`);
  return [fileOf("/etc/haproxy/haproxy.cfg", content)] as pulumi.Unwrap<HostState>;
}

function puppetConf(autosign: string): pulumi.Unwrap<HostState> {
  return [
    fileOf("/etc/puppet/policy", "#!/bin/sh\nexit 1\n", { mode: "0755" }),
    fileOf("/etc/puppet/puppet.conf", `[server]\nautosign = ${autosign}\n`),
  ] as pulumi.Unwrap<HostState>;
}
