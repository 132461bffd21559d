import { isIPv4, isIPv6 } from "node:net";
import * as z from "zod";
import { dotted } from "../roles/values.js";

const anyAddress =
  "an IPv4 address such as 10.1.0.10, or an IPv6 address such as fd00::10 without brackets";
const sshTarget = "an address or DNS name that SSH can reach from here";

/** Address at which the other servers reach one. */
export const serverAddress = z.string(anyAddress).transform((text, context) => {
  const remedy =
    remedyOf(text) ??
    (isIPv6(text) && isReserved(text) ? unreachable : undefined) ??
    (isIPv4(text) && isReservedIpv4(text) ? unreachableIpv4 : undefined);
  if (remedy === undefined && isIPv4(text)) return text;
  if (remedy === undefined && isIPv6(text)) return shortest(text);
  context.issues.push({ code: "custom", message: remedy ?? anyAddress, input: text });
  return z.NEVER;
});

/** Address or name to which SSH connects from the machine that runs Pulumi, or from the jump host. */
export const sshAddress = z.string(sshTarget).transform((text, context) => {
  const remedy = remedyOf(text);
  if (remedy === undefined && dotted(253).test(text)) return text;
  if (remedy === undefined && isIPv6(text)) return shortest(text);
  context.issues.push({ code: "custom", message: remedy ?? sshTarget, input: text });
  return z.NEVER;
});

const unreachable = "an IPv6 address at which other servers reach this one, such as fd00::10";

const unreachableIpv4 = "an IPv4 address at which other servers reach this one, such as 10.1.0.10";

/** Whether no other machine can connect to an IPv4 address: this host, the loopback, multicast and above. */
const isReservedIpv4 = (ipv4: string) => {
  const first = Number(ipv4.split(".")[0]);
  return first === 0 || first === 127 || first >= 224;
};

/** The form of RFC 5952, which every program prints: addresses are compared as texts. */
const shortest = (ipv6: string) => new URL(`http://[${ipv6}]`).hostname.slice(1, -1);

/** Whether no other machine can connect to an IPv6 address: the loopback, other reserved ones, multicast. */
const isReserved = (ipv6: string) => /^(::|ff..:)/.test(shortest(ipv6));

/** What to write instead of an IPv6 address in a form that not every program accepts; undefined for all other texts. */
function remedyOf(text: string): string | undefined {
  const [, bare = ""] = /^\[(.*)\]$/.exec(text) ?? [];
  if (isIPv6(bare)) return `the address without brackets, ${bare}`;
  if (!isIPv6(text)) return undefined;
  if (text.includes("%") || /^fe[89ab].:/.test(shortest(text))) {
    return "an IPv6 address that needs no zone such as %eth0, which differs between machines; for example fd00::10";
  }
  return /^::ffff:[^:]+:[^:]+$/.test(shortest(text))
    ? "the IPv4 address itself, such as 10.1.0.10"
    : undefined;
}
