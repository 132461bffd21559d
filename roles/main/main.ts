import { puppetdbMemory } from "../../components/puppetdb/sizing.js";
import { serverSizing } from "../../components/puppet-server/sizing.js";
import { controlHome, controlUser } from "../../templates/control-repository/control-repository.js";
import { agentsPort, ownershipFolder } from "../../templates/puppetserver/puppetserver.js";
import {
  eyaml,
  eyamlFaults,
  serverGems,
  serverGemsFaults,
  type Eyaml,
  type ServerGems,
} from "../code-needs.js";
import type { Foreman } from "../foreman/settings.js";
import type { Puppetdb } from "../puppetdb/settings.js";
import {
  outsideOfForemanPackages,
  outsideOfServers,
  reports,
  sizing,
  type Reports,
  type ServerSizing,
} from "../puppet-server.js";
import { portOf, type OutsidePorts, type Role } from "../role.js";
import {
  codeDeployment,
  codeFaults,
  webhook,
  webhookFaults,
  type CodeDeployment,
  type Webhook,
} from "./settings.js";

interface SeenSettings {
  mainServer: ServerSizing;
  codeDeployment: CodeDeployment;
  webhook: Webhook;
  puppetdb: Puppetdb;
  foreman: Foreman;
  eyaml: Eyaml;
  serverGems: ServerGems;
  reports: Reports;
}

/** Name of the main server's host, on platforms that create hosts. */
export const mainName = "main";

/** The main server: it has the CA, and it deploys code. */
export const main = {
  title: "the main server",
  count: "one",
  words: ["main", "ca"],
  serviceNames: ["caServer"],
  settings: {
    mainServer: sizing.prefault({}),
    codeDeployment: codeDeployment.prefault({}),
    webhook: webhook.prefault({}),
    // Compilers have them too.
    eyaml: eyaml.prefault({}),
    serverGems: serverGems.prefault({}),
    reports: reports.prefault({}),
  },
  secrets: [
    ...["codeDeployment.token", "codeDeployment.credentials.*.token"],
    ...["webhook.privateKey", "eyaml.privateKey"],
  ],
  faults: ({ codeDeployment, webhook, eyaml, serverGems }) => [
    ...codeFaults(codeDeployment),
    ...webhookFaults(webhook, codeDeployment),
    ...eyamlFaults(eyaml),
    ...serverGemsFaults(serverGems),
  ],
  placement: () => "own",
  elsewhere: [],
  hostNames: () => [mainName],
  container: { offset: () => 10, ports: () => [] },
  instance: {
    type: "m7i.large",
    dataVolume: {
      size: 10,
      least: 4,
      holds: "CA",
      folders: (_, { paths }) => [paths.cadir, paths.ssldir, ownershipFolder],
    },
  },
  onServer: ({ codeDeployment }, { packages, services }) => ({
    packages: [packages.server],
    services: { [agentsPort]: services.server },
    replaces: hasControlRepository(codeDeployment) ? ["ca", "code"] : ["ca"],
  }),
  requires: undefined,
  sizing: {
    section: "mainServer",
    fit: ({ mainServer, puppetdb }, { memory, ...host }) => {
      const left = memory - (puppetdb.host === "main" ? puppetdbMemory(memory, true) : 0);
      return serverSizing({ ...host, memory: left }, mainServer);
    },
  },
  connections: ({ codeDeployment, webhook }) => [
    {
      from: "agents",
      to: "main",
      port: agentsPort,
      purpose: "certificates and the CRL",
    },
    ...(codeDeployment.tool === "none"
      ? []
      : [{ from: "gitServers", to: "main", port: webhook.port, purpose: "pushes" }]),
  ],
  // The environment's own control repository is on the same host.
  logins: ({ codeDeployment }) =>
    hasControlRepository(codeDeployment)
      ? [{ from: "main", to: "main", user: controlUser, home: controlHome }]
      : [],
  outside: ({ codeDeployment, puppetdb, foreman, serverGems }) => [
    ...outsideOfCode(codeDeployment),
    ...outsideOfServers({ puppetdb, foreman, serverGems }),
    // The smart proxy's packages come from there.
    ...(foreman.smartProxy ? outsideOfForemanPackages(foreman) : []),
  ],
  args: ({
    mainServer,
    codeDeployment,
    webhook,
    eyaml: { privateKey, publicKey },
    serverGems,
    reports,
  }) => ({
    mainServer,
    codeDeployment,
    webhookPort: webhook.port,
    webhookCertificate: webhook.certificate,
    webhookPrivateKey: webhook.privateKey,
    ...(privateKey === undefined || publicKey === undefined
      ? {}
      : { eyaml: { privateKey, publicKey } }),
    serverGems,
    reports,
  }),
  outputs: {
    // The CA's certificates, which verify the servers' own.
    caCertificate: "caCertificate",
    // URL to which Git servers report pushes; absent if no code is deployed.
    webhookUrl: "webhookUrl",
    // Key for the signatures of the webhook's requests, and GitLab's token; secret.
    webhookSecret: "webhookSecret",
    // Public key that needs read access to the control repositories on the Git servers.
    codeDeployKey: "codeDeployKey",
    // Public keys that are for some repositories only, by name; absent if there is none.
    codeDeployKeys: "codeDeployKeys",
  },
  summary: ({ webhookUrl }, stack, { codeDeployment }) =>
    webhookUrl === undefined
      ? []
      : [
          ["webhook", `${webhookUrl} (for Git servers)`],
          ["code", sourceOf(codeDeployment, stack)],
        ],
  example: undefined,
} as const satisfies Role<SeenSettings>;

/** Whether the environment has a control repository of its own, with sample code. */
function hasControlRepository({ tool, sources }: CodeDeployment): boolean {
  return tool !== "none" && Object.keys(sources).length === 0;
}

/** Where code comes from. */
function sourceOf({ sources }: CodeDeployment, stack: string): string {
  const remotes = Object.values(sources).map(({ remote }) => remote);
  return remotes.length > 0
    ? `from ${remotes.join(", ")}`
    : `npm run push${stack === "local" ? "" : ` -- control-repository ${stack}`}`;
}

/** Git servers and the Forge. */
function outsideOfCode(settings: CodeDeployment): OutsidePorts {
  const { tool, sources, credentials, proxy, noProxy, forge } = settings;
  if (tool === "none") return [];
  const reached = (url: string) => {
    const [, host = ""] = /^https?:\/\/([^/:]+)/.exec(url) ?? [];
    const direct = noProxy.some(
      (name) => host === name || host.endsWith(`.${name.replace(/^\./, "")}`),
    );
    // The proxy is only for HTTP; SSH does not use it.
    return portOf(host === "" || direct ? url : (proxy ?? url));
  };
  return [
    ...Object.values(sources).map(({ remote }) => [reached(remote), "code"] as const),
    ...Object.values(credentials).map(({ url }) => [reached(url), "code"] as const),
    [reached(forge ?? "https://forgeapi.puppet.com"), "modules"],
  ];
}
