import * as pulumi from "@pulumi/pulumi";
import { hostOf } from "../hosts.js";

/** A component from a plugin: the program knows its token, inputs and outputs, but none of its code. */
class Foreign extends pulumi.ComponentResource {
  declare readonly members: pulumi.Output<unknown>;
  declare readonly statsUrl: pulumi.Output<string>;
  declare readonly statsPassword: pulumi.Output<string>;

  constructor(
    type: string,
    name: string,
    args: pulumi.Inputs,
    outputs: readonly string[],
    dependsOn: pulumi.Resource[] = [],
  ) {
    const unset = Object.fromEntries(outputs.map((output) => [output, undefined]));
    super(`puppet:index:${type}`, name, { ...args, ...unset }, { dependsOn }, true);
  }
}

const distribution = new pulumi.Config().require("distribution");

const caCertificate = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";

const pool = new Foreign(
  "CompilerPool",
  "pool",
  {
    hosts: [hostOf("compiler1", 1), hostOf("compiler2", 2)],
    mainHost: hostOf("main", 3),
    caServer: "puppetca.example.test",
    caCertificate,
    infrastructureKey: pulumi.secret("the-infrastructure-key"),
    subjectAltNames: ["puppet.example.test", "puppet"],
    distribution,
  },
  ["members"],
);
const balancer = new Foreign(
  "LoadBalancer",
  "balancer",
  {
    host: hostOf("balancer", 4),
    mainHost: hostOf("main", 3),
    caServer: "puppetca.example.test",
    infrastructureKey: pulumi.secret("the-infrastructure-key"),
    puppetServer: "puppet.example.test",
    caCertificate,
    // An output of a component, known once that is created.
    members: pool.members,
    distribution,
  },
  ["statsUrl", "statsPassword"],
  [pool],
);
const whole = new Foreign(
  "PuppetInfrastructure",
  "puppet",
  {
    hosts: {
      main: hostOf("head", 5),
      loadBalancer: hostOf("gate", 6),
      compilers: [hostOf("compiler3", 7)],
    },
  },
  ["statsUrl", "statsPassword"],
);

export const members = pool.members;
export const statsUrls = [balancer.statsUrl, whole.statsUrl];
export const password = whole.statsPassword;
