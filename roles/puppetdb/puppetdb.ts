import { defaults } from "../../components/defaults.js";
import { puppetdbMemory, puppetdbSizing } from "../../components/puppetdb/sizing.js";
import { backupFolder, databaseFolders } from "../../templates/postgresql/postgresql.js";
import { puppetdbPort, readerPort } from "../../templates/puppetdb/puppetdb.js";
import { certificateConnection } from "../puppet-server.js";
import type { Helpers, Role } from "../role.js";
import {
  postgresql,
  postgresqlFaults,
  puppetdb as puppetdbSettings,
  type Postgresql,
  type Puppetdb,
} from "./settings.js";

interface SeenSettings {
  puppetdb: Puppetdb;
  postgresql: Postgresql;
}

/** Whether PostgreSQL runs on PuppetDB's host. */
const isDatabaseLocal = ({ postgresql }: SeenSettings, helpers: Helpers) =>
  postgresql.server === undefined && !helpers.database;

/** PuppetDB with its PostgreSQL, on its own host or on the main server. */
export const puppetdb = {
  title: "PuppetDB",
  count: "optional",
  words: ["puppetdb", "postgresql"],
  serviceNames: [],
  settings: { puppetdb: puppetdbSettings.prefault({}), postgresql: postgresql.prefault({}) },
  secrets: ["postgresql.password", "postgresql.readPassword"],
  faults: ({ puppetdb, postgresql }) => postgresqlFaults(puppetdb, postgresql),
  placement: ({ puppetdb }) => puppetdb.host,
  elsewhere: ["main", "none"],
  hostNames: ({ puppetdb }) => (puppetdb.host === "own" ? ["puppetdb"] : []),
  container: { offset: () => 6, ports: () => [] },
  instance: {
    type: "m7i.large",
    dataVolume: {
      size: 100,
      least: 10,
      holds: "PostgreSQL",
      folders: (settings, _, helpers) =>
        isDatabaseLocal(settings, helpers) ? [...databaseFolders, backupFolder] : [],
    },
  },
  onServer: ({ postgresql: { server } }, { packages, services }) => {
    const local = server === undefined;
    return {
      packages: [...packages.puppetdb, "haproxy", ...(local ? ["postgresql"] : [])],
      services: {
        ...{ [puppetdbPort]: services.puppetdb, [readerPort]: "haproxy" },
        ...(local ? { [defaults.postgresql.port]: "postgresql" } : {}),
      },
      replaces: ["haproxy", ...(local ? (["postgresql"] as const) : [])],
    };
  },
  requires: undefined,
  sizing: {
    section: "puppetdb",
    fit: (settings, { memory, ...host }, helpers) =>
      puppetdbSizing(
        { ...host, memory: puppetdbMemory(memory, settings.puppetdb.host === "main") },
        settings.puppetdb,
        isDatabaseLocal(settings, helpers),
      ),
  },
  connections: ({ puppetdb: { host } }, helpers) => {
    if (host === "none") return [];
    const to = host === "own" ? "puppetdb" : "main";
    const purpose = "facts, catalogs and reports";
    return [
      ...(host === "own"
        ? [
            certificateConnection("puppetdb"),
            { from: "main", to: "puppetdb", port: puppetdbPort, purpose },
          ]
        : []),
      { from: "compiler", to, port: puppetdbPort, purpose },
      { from: "operators", to, port: readerPort, purpose: "queries from people and tools" },
      ...(helpers.database
        ? [{ from: to, to: "database", port: 5432, purpose: "PuppetDB database" }]
        : []),
    ];
  },
  logins: () => [],
  outside: ({ postgresql: { server, port } }) =>
    server === undefined ? [] : [[port, "PuppetDB database"]],
  args: ({ puppetdb: { host, ...puppetdb }, postgresql }) => ({ puppetdb, postgresql }),
  outputs: {
    // PuppetDB for Puppet servers; absent if there is none.
    puppetdbUrl: "puppetdbUrl",
    // PuppetDB for people and tools, with a certificate from `npm run puppetdb-access`.
    puppetdbQueryUrl: "puppetdbQueryUrl",
  },
  summary: ({ puppetdbUrl, puppetdbQueryUrl }, stack) =>
    puppetdbUrl === undefined
      ? []
      : [
          ["PuppetDB", `${puppetdbUrl} (for Puppet servers)`],
          [
            "",
            `${puppetdbQueryUrl ?? ""} (for people: npm run puppetdb-access -- YOUR-NAME${stack === "local" ? "" : ` ${stack}`})`,
          ],
        ],
  example: undefined,
} as const satisfies Role<SeenSettings>;
