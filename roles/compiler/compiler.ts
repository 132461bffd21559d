import * as z from "zod";
import { defaults } from "../../components/defaults.js";
import { serverSizing } from "../../components/puppet-server/sizing.js";
import { poolPort } from "../../templates/compiler-pool/compiler-pool.js";
import { agentsPort } from "../../templates/puppetserver/puppetserver.js";
import type { ServerGems } from "../code-needs.js";
import type { Foreman } from "../foreman/settings.js";
import type { CodeDeployment } from "../main/settings.js";
import {
  certificateConnection,
  codeLogins,
  compilerSizing,
  outsideOfServers,
  type CompilerSizing,
} from "../puppet-server.js";
import type { Puppetdb } from "../puppetdb/settings.js";
import type { Role } from "../role.js";
import { integer, object } from "../values.js";
import { compilerOffset } from "./address.js";
import { compilerNames, compilers } from "./names.js";

interface SeenSettings {
  compilers: number | string[];
  compiler: CompilerSizing;
  rollout: { maxUnavailable: number; drainTimeout: number };
  fileBucket: boolean;
  codeDeployment: CodeDeployment;
  puppetdb: Puppetdb;
  foreman: Foreman;
  serverGems: ServerGems;
}

/** What a compiler does, in the output `hosts`. */
export const compilerWord = "compiler";

/** Puppet Servers without a CA, which compile the agents' catalogs. */
export const compiler = {
  title: "compilers",
  count: "many",
  words: [compilerWord],
  serviceNames: [],
  settings: {
    compilers,
    compiler: compilerSizing.prefault({}),
    /** How changes that restart Puppet Server reach the compilers. */
    rollout: object({
      maxUnavailable: integer(1, 200, "a whole number of compilers").default(
        defaults.rollout.maxUnavailable,
      ),
      drainTimeout: integer(10, 7200, "a whole number of seconds").default(
        defaults.rollout.drainTimeout,
      ),
    }).prefault({}),
    /** Whether agents may store files on compilers and read them, for `puppet filebucket`. */
    fileBucket: z.boolean("true or false").default(defaults.fileBucket),
  },
  secrets: [],
  faults: ({ rollout: { maxUnavailable }, ...settings }) => {
    const { length } = compilerNames(settings.compilers);
    return length > 1 && maxUnavailable >= length
      ? [
          `puppet:rollout.maxUnavailable is ${String(maxUnavailable)}, but there are ${String(length)} compilers; write at most ${String(length - 1)}, so that agents always find one.`,
        ]
      : [];
  },
  placement: () => "own",
  elsewhere: [],
  hostNames: ({ compilers }) => compilerNames(compilers),
  container: { offset: compilerOffset, ports: () => [] },
  instance: { type: "c7i.xlarge", dataVolume: undefined },
  onServer: (_, { packages, services }) => ({
    packages: [packages.server],
    services: { [agentsPort]: services.server, [poolPort]: "puppet-pool" },
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
  args: ({ compiler, rollout, fileBucket }) => ({ compiler, rollout, fileBucket }),
  outputs: {
    // The compilers: name, FQDN, address.
    compilers: "compilers",
  },
  summary: () => [],
  example: undefined,
} as const satisfies Role<SeenSettings>;
