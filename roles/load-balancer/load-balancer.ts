import { defaults } from "../../components/defaults.js";
import { poolPort } from "../../templates/compiler-pool/compiler-pool.js";
import { agentsPort } from "../../templates/puppetserver/puppetserver.js";
import type { CodeDeployment } from "../main/settings.js";
import { certificateConnection } from "../puppet-server.js";
import { secretOutputCommand, type Role } from "../role.js";
import { integer, object } from "../values.js";

const loadBalancerSettings = object({
  /** TCP port of the statistics page. */
  statsPort: integer(1024, 65535, "a TCP port").default(defaults.statsPort),
  /** Seconds a catalog may take to compile. */
  compileTimeout: integer(60, 7200, "a whole number of seconds").default(defaults.compileTimeout),
});

interface SeenSettings {
  loadBalancer: { statsPort: number; compileTimeout: number };
  codeDeployment: CodeDeployment;
}

/** The role's word in settings and outputs. */
export const loadBalancerWord = "load-balancer";

/** HAProxy in front of the compilers. */
export const loadBalancer = {
  title: "the load balancer",
  count: "one",
  words: [loadBalancerWord],
  serviceNames: ["puppetServer", "fileServer"],
  settings: { loadBalancer: loadBalancerSettings.prefault({}) },
  secrets: [],
  faults: ({ loadBalancer: { statsPort } }) =>
    statsPort === agentsPort
      ? [
          `puppet:loadBalancer.statsPort is ${String(agentsPort)}, the port that agents connect to; write a different port.`,
        ]
      : [],
  placement: () => "own",
  elsewhere: [],
  // Not the role's word: running environments have this name in addresses, certificates and states.
  hostNames: () => ["balancer"],
  container: { offset: () => 5, ports: ({ loadBalancer }) => [loadBalancer.statsPort] },
  instance: { type: "c7i.large", dataVolume: undefined },
  onServer: ({ loadBalancer: { statsPort } }) => ({
    packages: ["haproxy"],
    services: { [agentsPort]: "haproxy", [statsPort]: "haproxy" },
    replaces: ["haproxy"],
  }),
  requires: undefined,
  sizing: undefined,
  connections: ({ loadBalancer }) => [
    certificateConnection("loadBalancer"),
    { from: "agents", to: "loadBalancer", port: agentsPort, purpose: "catalogs and files" },
    {
      from: "loadBalancer",
      to: "compiler",
      port: agentsPort,
      purpose: "agent connections and health checks",
    },
    {
      from: "operators",
      to: "loadBalancer",
      port: loadBalancer.statsPort,
      purpose: "statistics and metrics",
    },
    {
      from: "loadBalancer",
      to: "compiler",
      port: poolPort,
      purpose: "whether a compiler takes new agents",
    },
  ],
  logins: () => [],
  outside: () => [],
  args: ({ loadBalancer: { statsPort, compileTimeout } }) => ({ statsPort, compileTimeout }),
  outputs: {
    // HAProxy's statistics page; Prometheus reads /metrics on the same port.
    loadBalancerStatsUrl: "statsUrl",
    // Name for the statistics page.
    loadBalancerStatsUser: "statsUser",
    // Password for the statistics page.
    loadBalancerStatsPassword: "statsPassword",
  },
  summary: ({ loadBalancerStatsUrl, loadBalancerStatsUser }, stack) => [
    [
      "statistics page",
      `${loadBalancerStatsUrl ?? ""} (${loadBalancerStatsUser ?? ""}; password: ${secretOutputCommand("loadBalancerStatsPassword", stack)})`,
    ],
  ],
  example: undefined,
} as const satisfies Role<SeenSettings>;
