import type * as z from "zod";
import { defaults } from "../components/defaults.js";
import { codeFolder, codeUser } from "../templates/code-deployment/code-deployment.js";
import { agentsPort } from "../templates/puppetserver/puppetserver.js";
import { outsideOfGems, type ServerGems } from "./code-needs.js";
import type { Foreman } from "./foreman/settings.js";
import type { Puppetdb } from "./puppetdb/settings.js";
import { portOf, type OutsidePorts, type SshLogin } from "./role.js";
import { duration, integer, object } from "./values.js";

const memoryAndWorkers = {
  /** JRubies: catalogs compiled at the same time. */
  jrubies: integer(1, 64, "a whole number of JRubies").optional(),
  /** JVM heap in MiB. */
  heap: integer(512, 65536, "a whole number of MiB").optional(),
  /** JVM code cache in MiB. */
  codeCache: integer(96, 2048, "a whole number of MiB").optional(),
};

/** Sizing of a Puppet Server; missing values are computed from its host. */
export const sizing = object(memoryAndWorkers);

/** Sizing of a compiler. */
export const compilerSizing = object({
  ...memoryAndWorkers,
  /** Requests that wait for a JRuby before agents are told to come back later. */
  maxQueuedRequests: integer(0, 150, "a whole number of requests").optional(),
  /** Seconds after which they come back at the latest. */
  maxRetryDelay: integer(1, 1800, "a whole number of seconds").optional(),
});

/** How long each Puppet server keeps reports that nobody takes. */
export const reports = object({
  /** MiB for each of PuppetDB and Foreman. */
  maxSize: integer(16, 1_048_576, "a whole number of MiB").default(defaults.reports.maxSize),
  /** Time after which they are dropped. */
  maxAge: duration.default(defaults.reports.maxAge),
});

export type Reports = z.output<typeof reports>;
export type ServerSizing = z.output<typeof sizing>;
export type CompilerSizing = z.output<typeof compilerSizing>;

/** What every Puppet Server connects to outside: existing PuppetDBs, an existing Foreman, and where gems come from. */
export function outsideOfServers({
  puppetdb,
  foreman,
  serverGems,
}: {
  puppetdb: Puppetdb;
  foreman: Foreman;
  serverGems: ServerGems;
}): OutsidePorts {
  return [
    ...outsideOfGems(serverGems),
    ...puppetdb.serverUrls.map((url) => [portOf(url), "additional PuppetDBs"] as const),
    ...(foreman.url === undefined ? [] : [[portOf(foreman.url), "Foreman"] as const]),
  ];
}

/** Where the packages of Foreman and its smart proxy come from, if not from Foreman's own repository. */
export function outsideOfForemanPackages({ packages }: Foreman): OutsidePorts {
  return packages === undefined ? [] : [[portOf(packages.url), "Foreman packages"]];
}

/** Connection of a host that gets its certificate from the main server. */
export const certificateConnection = (from: string) =>
  ({
    from,
    to: "main",
    port: agentsPort,
    purpose: "certificates and the CRL",
  }) as const;

/** Logins of a host that gets deployed code: it fetches from the main server, which notifies it. */
export const codeLogins = (role: string): SshLogin[] =>
  [
    { from: role, to: "main" },
    { from: "main", to: role },
  ].map((ends) => ({ ...ends, user: codeUser, home: codeFolder }));
