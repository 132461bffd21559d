import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Connection, Party } from "../connections.js";
import { tagsOf, type Tags } from "./naming.js";

/** Arguments of a {@link Firewall}. */
export interface FirewallArgs {
  vpcId: pulumi.Input<string>;
  /** Who talks to whom. */
  connections: readonly Connection[];
  /** Networks of the parties without a security group. */
  networks: Readonly<Partial<Record<Party, readonly string[]>>>;
  tags: Tags;
}

/** A security group for each party without networks, with exactly the rules in the table. */
export class Firewall extends pulumi.ComponentResource {
  /** The security groups, by party. */
  readonly groups: Readonly<Partial<Record<Party, pulumi.Output<string>>>>;

  constructor(name: string, args: FirewallArgs, opts?: pulumi.ComponentResourceOptions) {
    super("puppet:index:Firewall", name, {}, opts);
    const { connections, networks, tags } = args;
    const parties = new Set(connections.flatMap(({ from, to }) => [from, to]));
    const inside = [...parties].filter((party) => networks[party] === undefined);
    this.groups = Object.fromEntries(
      inside.map((party) => [
        party,
        new aws.ec2.SecurityGroup(
          `${name}-${party}`,
          {
            vpcId: args.vpcId,
            description: `Puppet: ${party}`,
            tags: tagsOf(tags, `${name}-${party}`),
          },
          { parent: this },
        ).id,
      ]),
    );
    for (const { from, to, port, purpose } of connections) {
      const common = {
        ipProtocol: "tcp",
        fromPort: port,
        toPort: port,
        description: `${from} to ${to}: ${purpose}`,
      };
      for (const [suffix, source] of this.endsOf(from, networks)) {
        const group = this.groups[to];
        if (group === undefined) continue;
        const rule = `${name}-${to}-${String(port)}-from-${from}${suffix}`;
        new aws.vpc.SecurityGroupIngressRule(
          rule,
          { ...common, ...source, securityGroupId: group, tags: tagsOf(tags, rule) },
          { parent: this },
        );
      }
      for (const [suffix, target] of this.endsOf(to, networks)) {
        const group = this.groups[from];
        if (group === undefined) continue;
        const rule = `${name}-${from}-to-${to}-${String(port)}${suffix}`;
        new aws.vpc.SecurityGroupEgressRule(
          rule,
          { ...common, ...target, securityGroupId: group, tags: tagsOf(tags, rule) },
          { parent: this },
        );
      }
    }
    this.registerOutputs();
  }

  /** The other end of a rule: a security group, or each of a party's networks; with a suffix for the rule's name. */
  private endsOf(
    party: Party,
    networks: FirewallArgs["networks"],
  ): [string, { cidrIpv4: string } | { referencedSecurityGroupId: pulumi.Output<string> }][] {
    const group = this.groups[party];
    if (group !== undefined) return [["", { referencedSecurityGroupId: group }]];
    return (networks[party] ?? []).map((cidrIpv4) => [`-${cidrIpv4}`, { cidrIpv4 }]);
  }
}
