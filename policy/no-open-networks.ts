import type { Rule } from "./rule.js";
import { openNetworks, reaches, trafficOf, type Traffic } from "./security-group-rules.js";
import type { Opening } from "./stack-settings.js";

/** Something is open to everybody only if the stack's settings say so explicitly. */
export const noOpenNetworks: Rule = {
  name: "no-open-networks",
  description:
    "No security group is open to the Internet, or to a large part of it, unless the stack's settings say so.",
  violations: (subject, openings) =>
    trafficOf(subject).flatMap((traffic) =>
      openNetworks(traffic)
        .filter(({ network }) => !isOpened(traffic, network, openings))
        .map(({ text }) => {
          const what =
            traffic.direction === "ingress"
              ? `lets ${text} reach ${portsIn(traffic)}`
              : `may reach ${portsIn(traffic)} in ${text}`;
          return `${subject.name} ${what}; ${remedy(traffic, openings)}.`;
        }),
    ),
};

/** Whether the settings open all ports of the traffic to the network. */
function isOpened(traffic: Traffic, network: string, openings: readonly Opening[]): boolean {
  if (traffic.protocol !== "tcp") return false;
  const [from, to] = traffic.ports;
  const opened = openings
    .filter(
      ({ direction, networks }) => direction === traffic.direction && networks.includes(network),
    )
    .map(({ port }) => port);
  return Array.from({ length: to - from + 1 }, (_, index) => from + index).every((port) =>
    opened.includes(port),
  );
}

function portsIn({ protocol, ports: [from, to] }: Traffic): string {
  if (protocol !== "tcp") return protocol === "all" ? "everything" : "protocols other than TCP";
  return from === to ? `port ${from}` : `ports ${from} to ${to}`;
}

function remedy(traffic: Traffic, openings: readonly Opening[]): string {
  const narrow = "write only the networks that are needed";
  const [from, to] = traffic.ports;
  const setting = openings.find(
    ({ direction, port }) => direction === traffic.direction && reaches(traffic, port),
  )?.setting;
  if (setting === undefined) return narrow;
  return traffic.protocol === "tcp" && from === to
    ? `${narrow}, or add this one to ${setting}`
    : `${narrow}, and a rule for each port`;
}
