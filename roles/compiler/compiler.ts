import { serverSizing } from "../../components/puppet-server/sizing.js";
import type { Foreman } from "../foreman/settings.js";
import type { CodeDeployment } from "../main/settings.js";
import {
  certificateConnection,
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
  codeDeployment: CodeDeployment;
  puppetdb: Puppetdb;
  foreman: Foreman;
}

/** Puppet Servers without a CA, which compile the agents' catalogs. */
export const compiler = {
  title: "compilers",
  count: "many",
  words: ["compiler"],
  serviceNames: [],
  settings: { compilers, compiler: sizing.prefault({}) },
  secrets: [],
  faults: () => [],
  placement: () => "own",
  elsewhere: [],
  hostNames: ({ compilers }) => compilerNames(compilers),
  container: { offset: compilerOffset, ports: () => [] },
  instance: { type: "c7i.xlarge", dataVolume: undefined },
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
  outside: outsideOfServers,
  args: ({ compiler }) => ({ compiler }),
  outputs: {
    // The compilers: name, FQDN, address.
    compilers: "compilers",
  },
  summary: () => [],
  example: undefined,
} as const satisfies Role<SeenSettings>;
