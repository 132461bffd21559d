import * as z from "zod";
import { defaults } from "../../components/defaults.js";
import { serverSizing } from "../../components/puppet-server/sizing.js";
import { agentsPort } from "../../templates/puppetserver/puppetserver.js";
import type { ServerGems } from "../code-needs.js";
import type { Foreman } from "../foreman/settings.js";
import type { CodeDeployment } from "../main/settings.js";
import {
  certificateConnection,
  codeLogins,
  outsideOfServers,
  sizing,
  type ServerSizing,
} from "../puppet-server.js";
import type { Puppetdb } from "../puppetdb/settings.js";
import type { Role } from "../role.js";
import { compilerOffset } from "./address.js";
import { compilerNames, compilers } from "./names.js";

interface SeenSettings {
  compilers: number | string[];
  compiler: ServerSizing;
  fileBucket: boolean;
  codeDeployment: CodeDeployment;
  puppetdb: Puppetdb;
  foreman: Foreman;
  serverGems: ServerGems;
}

/** Puppet Servers without a CA, which compile the agents' catalogs. */
export const compiler = {
  title: "compilers",
  count: "many",
  words: ["compiler"],
  serviceNames: [],
  settings: {
    compilers,
    compiler: sizing.prefault({}),
    /** Whether agents may store files on compilers and read them, for `puppet filebucket`. */
    fileBucket: z.boolean("true or false").default(defaults.fileBucket),
  },
  secrets: [],
  faults: () => [],
  placement: () => "own",
  elsewhere: [],
  hostNames: ({ compilers }) => compilerNames(compilers),
  container: { offset: compilerOffset, ports: () => [] },
  instance: { type: "c7i.xlarge", dataVolume: undefined },
  onServer: (_, { packages, services }) => ({
    packages: [packages.server],
    services: { [agentsPort]: services.server },
    replaces: [],
  }),
  requires: undefined,
  sizing: { section: "compiler", fit: ({ compiler }, host) => serverSizing(host, compiler) },
  connections: ({ codeDeployment }) => [
    certificateConnection("compiler"),
    ...(codeDeployment.tool === "none"
      ? []
      : [
          { from: "main", to: "compiler", port: 22, purpose: "deploy notifications" },
          { from: "compiler", to: "main", port: 22, purpose: "deployed code" },
        ]),
  ],
  logins: ({ codeDeployment: { tool } }) => (tool === "none" ? [] : codeLogins("compiler")),
  outside: outsideOfServers,
  args: ({ compiler, fileBucket }) => ({ compiler, fileBucket }),
  outputs: {
    // The compilers: name, FQDN, address.
    compilers: "compilers",
  },
  summary: () => [],
  example: undefined,
} as const satisfies Role<SeenSettings>;
