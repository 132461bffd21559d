import * as pulumi from "@pulumi/pulumi";
import { PuppetInfrastructure } from "../../components/index.js";
import { makeHosts } from "../../platforms/existing/make-hosts.js";
import { parseSettings } from "../../platforms/platforms.js";
import { infrastructureArguments } from "../../settings/infrastructure-arguments.js";
import { image } from "./host-files/hdm-files.js";
import { newResource, publicKeyOf, stateOf, type State } from "./infrastructure.js";
import { findIn, recordRequests, settled, type Registration } from "./registrations.js";

/** A site of existing servers as the engine sees it. */
export interface Site {
  /** The only registration with a name. */
  find: (name: string) => Registration;
  /** The host state of a configuration. */
  state: (name: string) => State;
  statsUrl: string;
  registrations: readonly Registration[];
}

/** A server at an address of IPv6. */
const server = (name: string, role: string, address: string, domain?: string) => ({
  ...{ name, role, address, ...(domain === undefined ? {} : { domain }) },
  ...{ hostKey: publicKeyOf(name), cores: 2, memory: 4096 },
});

/** A site with all roles, with addresses of IPv6 in one network, in three domains. */
export const site = {
  domain: "example.com",
  platform: "existing",
  codeDeployment: { behind: "leave" },
  foreman: {
    host: "existing",
    url: "https://foreman.example.com",
    password: "the-password-of-foreman",
  },
  hdm: { host: "own", image },
  existing: {
    privateKey: "-----BEGIN PRIVATE KEY-----\nthe-login\n-----END PRIVATE KEY-----\n",
    jumpHost: { address: "2001:db8::99", hostKey: publicKeyOf("jump") },
    servers: [
      server("puppet1", "main", "2001:db8::1"),
      server("lb1", "load-balancer", "2001:DB8:0:0::2"),
      server("pdb1", "puppetdb", "2001:db8::3", "data.example.org"),
      server("c1", "compiler", "2001:db8::4", "eu.example.com"),
      server("c2", "compiler", "2001:db8::5"),
      server("h1", "hdm", "2001:db8::6", "data.example.org"),
    ],
  },
};

/** Composes a site. */
export async function composeSite(values: Readonly<Record<string, unknown>>): Promise<Site> {
  const settings = parseSettings(values);
  const registrations: Registration[] = [];
  const restore = recordRequests(registrations);
  await pulumi.runtime.setMocks({ newResource, call: ({ inputs }) => inputs as object }, "p", "s");
  const infrastructure = new PuppetInfrastructure(
    "puppet",
    infrastructureArguments(settings, makeHosts(settings)),
  );
  await settled(infrastructure.agentInstall);
  const statsUrl = await settled(infrastructure.statsUrl);
  await pulumi.runtime.disconnect();
  restore();
  const find = (name: string) => findIn(registrations, name);
  return {
    registrations,
    find,
    state: (name) => stateOf(String(find(`${name}-run`).inputs.stdin)),
    statsUrl,
  };
}
