import { agentsPort } from "../templates/puppetserver/puppetserver.js";
import { proxiesIn, type Proxy } from "./haproxy-conf.js";
import { hostChangesOf, type HostFile } from "./host-state.js";
import type { Rule } from "./rule.js";

/** Agents and servers know each other by their certificates, which TLS that ends on the way would cut off. */
export const haproxyTcp: Rule = {
  name: "haproxy-tcp",
  description: "A load balancer passes agents' TLS through as it is.",
  violations: (subject) =>
    hostChangesOf(subject)
      // Other proxies than the balancer's do not bind the agents' port, and end TLS as they shall.
      .files.filter(({ path }) => path.endsWith(".cfg"))
      .flatMap((file) => faultsOf(file).map((fault) => `${subject.name}: ${fault}`)),
};

function faultsOf({ path, content }: HostFile): string[] {
  const proxies = proxiesIn(content);
  const doors = proxies.filter(({ binds }) => binds.some(bindsAgentPort));
  const targets = doors.flatMap(({ backends }) => backends);
  // A name that HAProxy computes can be any backend's.
  const computed = targets.some((name) => name.includes("%["));
  const passed = proxies.filter(
    (proxy) =>
      doors.includes(proxy) ||
      (proxy.kind !== "frontend" && (computed || targets.includes(proxy.name))),
  );
  const titled = (proxy: Proxy) => `${proxy.kind} ${proxy.name} in ${path}`;
  return [
    ...passed
      .filter(({ mode }) => mode !== "tcp")
      .map((proxy) => `${titled(proxy)} reads agents' traffic; write mode tcp.`),
    ...doors
      .filter(({ binds }) => binds.some((bind) => bindsAgentPort(bind) && bind.includes("ssl")))
      .map(
        (proxy) =>
          `${titled(proxy)} ends TLS on port ${agentsPort}; write its bind without ssl and what goes with it.`,
      ),
  ];
}

/** Addresses stand first, with commas between them; each ends in a port or a range. */
function bindsAgentPort([addresses = ""]: readonly string[]): boolean {
  return addresses.split(",").some((address) => {
    const [, from, to = from] = /:(\d+)(?:-(\d+))?$/.exec(address) ?? [];
    return from !== undefined && Number(from) <= agentsPort && agentsPort <= Number(to);
  });
}
