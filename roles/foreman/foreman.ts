import { databaseFolders } from "../../templates/postgresql/postgresql.js";
import { smartProxyPort } from "../../templates/smart-proxy/smart-proxy.js";
import type { Webhook } from "../main/settings.js";
import { certificateConnection, outsideOfForemanPackages } from "../puppet-server.js";
import type { Role } from "../role.js";
import { foreman as foremanSettings, foremanFaults, type Foreman } from "./settings.js";

interface SeenSettings {
  foreman: Foreman;
  webhook: Webhook;
}

/** TCP port of Foreman. */
const foremanPort = 443;

/** Foreman on its own host, or an existing Foreman that the servers use. */
export const foreman = {
  title: "Foreman",
  count: "optional",
  words: ["foreman"],
  serviceNames: [],
  settings: { foreman: foremanSettings.prefault({}) },
  secrets: ["foreman.password", "foreman.database.password"],
  faults: ({ foreman, webhook }) => foremanFaults(foreman, webhook),
  placement: ({ foreman }) => foreman.host,
  elsewhere: ["existing", "none"],
  hostNames: ({ foreman }) => (foreman.host === "own" ? ["foreman"] : []),
  container: { offset: () => 7, ports: () => [] },
  instance: {
    type: "m7i.large",
    dataVolume: {
      size: 20,
      least: 10,
      holds: "PostgreSQL of Foreman",
      folders: ({ foreman }) => (foreman.database === undefined ? databaseFolders : []),
    },
  },
  // Foreman's installer looks for itself, and configures Apache.
  onServer: () => ({ packages: [], services: { [foremanPort]: "apache2" }, replaces: [] }),
  // 4 GiB, less what the system needs.
  requires: { memory: 3584, architecture: "amd64" },
  sizing: undefined,
  connections: ({ foreman: { host, smartProxy } }) => {
    const purpose = "classes, facts and reports";
    const own = [
      certificateConnection("foreman"),
      { from: "main", to: "foreman", port: foremanPort, purpose: `${purpose}, and the API` },
      { from: "compiler", to: "foreman", port: foremanPort, purpose },
      {
        from: "operators",
        to: "foreman",
        port: foremanPort,
        purpose: "Foreman web interface and API",
      },
    ];
    const from = host === "own" ? "foreman" : "siteForeman";
    return [
      ...(host === "own" ? own : []),
      ...(host !== "none" && smartProxy
        ? [{ from, to: "main", port: smartProxyPort, purpose: "smart proxy" }]
        : []),
    ];
  },
  logins: () => [],
  outside: ({ foreman }) => [
    ...outsideOfForemanPackages(foreman),
    ...(foreman.database === undefined
      ? []
      : [[foreman.database.port, "Foreman database"] as const]),
  ],
  args: ({ foreman: { host, ...foreman } }) => ({ foreman: host === "none" ? undefined : foreman }),
  outputs: {
    // Foreman; absent if there is none.
    foremanUrl: "foremanUrl",
    // Initial password of the first user of the environment's own Foreman; secret.
    foremanAdminPassword: "foremanAdminPassword",
  },
  summary: ({ foremanUrl }) =>
    foremanUrl === undefined ? [] : [["Foreman", `${foremanUrl} (continue with docs/foreman.md)`]],
  example: { foreman: { host: "own" } },
} as const satisfies Role<SeenSettings>;
