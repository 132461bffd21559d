import { isIP } from "node:net";
import { fieldsIn, listIn, unknown, type Fields, type Value } from "./known.js";
import type { Subject } from "./rule.js";

/** What one rule of a security group allows, as far as it is known. */
export interface Traffic {
  readonly direction: "ingress" | "egress";
  /** Networks at the other end, in CIDR notation. */
  readonly networks: readonly string[];
  readonly protocol: "tcp" | "all" | "other";
  /** First and last port. */
  readonly ports: readonly [number, number];
}

const everyPort = [0, 65535] as const;
/** Networks with millions of hosts: the widest private IPv4 network is a /8, the widest private IPv6 network a /7. */
const shortestPrefix = { 4: 8, 6: 7 } as const;

/** What the security group rules in a resource allow to and from networks, as far as it is known. */
export function trafficOf({ type, props }: Subject): readonly Traffic[] {
  const { ingress, egress } = props;
  switch (type) {
    case "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule":
      return separateRule("ingress", props);
    case "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule":
      return separateRule("egress", props);
    case "aws:ec2/securityGroupRule:SecurityGroupRule":
      return props.type === "ingress" || props.type === "egress"
        ? ruleWithLists(props.type, props)
        : [];
    case "aws:ec2/securityGroup:SecurityGroup":
    case "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup":
      return [
        ...listIn(ingress).flatMap((rule) => ruleWithLists("ingress", fieldsIn(rule))),
        ...listIn(egress).flatMap((rule) => ruleWithLists("egress", fieldsIn(rule))),
      ];
    default:
      return [];
  }
}

/** The networks of some traffic that are wider than any private network, each described without an input's value. */
export function openNetworks({ networks }: Traffic): readonly { text: string; network: string }[] {
  return networks.flatMap((network) => {
    const [address = "", prefix = ""] = network.split("/");
    const version = isIP(address);
    // AWS rejects what is not a network.
    if ((version !== 4 && version !== 6) || !/^\d+$/.test(prefix)) return [];
    const length = Number(prefix);
    if (length >= shortestPrefix[version]) return [];
    const widest = `a network wider than /${shortestPrefix[version]}`;
    const everybody = version === 4 ? "0.0.0.0/0" : "::/0";
    return [{ network, text: length === 0 ? everybody : widest }];
  });
}

/** Whether some traffic can reach a TCP port. */
export function reaches({ protocol, ports: [from, to] }: Traffic, port: number): boolean {
  return protocol !== "other" && from <= port && port <= to;
}

function separateRule(direction: Traffic["direction"], rule: Fields): Traffic[] {
  return traffic(direction, rule, rule.ipProtocol, [rule.cidrIpv4, rule.cidrIpv6]);
}

function ruleWithLists(direction: Traffic["direction"], rule: Fields): Traffic[] {
  const networks = [...listIn(rule.cidrBlocks), ...listIn(rule.ipv6CidrBlocks)];
  return traffic(direction, rule, rule.protocol, networks);
}

function traffic(
  direction: Traffic["direction"],
  { fromPort, toPort }: Fields,
  given: Value,
  networks: readonly Value[],
): Traffic[] {
  const known = networks.filter((network) => typeof network === "string");
  if (known.length === 0 || [given, fromPort, toPort].includes(unknown)) return [];
  const protocol = protocolOf(given);
  return [
    {
      direction,
      networks: known,
      protocol,
      ports: protocol === "all" ? everyPort : portsOf(fromPort, toPort),
    },
  ];
}

/** AWS accepts both names and numbers. */
function protocolOf(given: Value): Traffic["protocol"] {
  switch (typeof given === "string" ? given.toLowerCase() : given) {
    case -1:
    case "-1":
    case "all":
      return "all";
    case 6:
    case "6":
    case "tcp":
      return "tcp";
    default:
      return "other";
  }
}

function portsOf(from: Value, to: Value): Traffic["ports"] {
  // -1 also means every port.
  const number = (value: Value) => (value == null || Number(value) < 0 ? undefined : Number(value));
  return [number(from) ?? everyPort[0], number(to) ?? everyPort[1]];
}
