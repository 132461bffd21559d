import { agentsPort } from "../templates/puppetserver/puppetserver.js";
import { proxiesIn, type Proxy } from "./haproxy-conf.js";
import { hostChangesOf, type HostFile } from "./host-state.js";
import type { Rule } from "./rule.js";

/** Agents and servers identify each other by certificate, which is impossible if TLS is terminated on the way. */
export const haproxyTcp: Rule = {
  name: "haproxy-tcp",
  description: "The load balancer passes agents' TLS through unchanged.",
  violations: (subject) =>
    hostChangesOf(subject)
      // Proxies other than the load balancer's do not bind the agents' port, and terminate TLS by design.
      .files.filter(({ path }) => path.endsWith(".cfg"))
      .flatMap((file) => faultsOf(file).map((fault) => `${subject.name}: ${fault}`)),
};

function faultsOf({ path, content }: HostFile): string[] {
  const proxies = proxiesIn(content);
  const doors = proxies.filter(({ binds }) => binds.some(bindsAgentPort));
  const targets = doors.flatMap(({ backends }) => backends);
  // A name that HAProxy computes can be that of any backend.
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
          `${titled(proxy)} terminates TLS on port ${agentsPort}; remove ssl and its options from the bind line.`,
      ),
  ];
}

/** Addresses come first, separated by commas; each ends with a port or a range. */
function bindsAgentPort([addresses = ""]: readonly string[]): boolean {
  return addresses.split(",").some((address) => {
    const [, from, to = from] = /:(\d+)(?:-(\d+))?$/.exec(address) ?? [];
    return from !== undefined && Number(from) <= agentsPort && agentsPort <= Number(to);
  });
}
