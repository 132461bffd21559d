import * as pulumi from "@pulumi/pulumi";
import type { ForemanClientArgs } from "../foreman/args.js";
import { foremanUrl } from "../foreman/foreman.js";
import type { PuppetDbClientArgs } from "../puppetdb/args.js";
import { puppetdbUrl } from "../puppetdb/puppetdb.js";
import type { PuppetDbSettings, PuppetInfrastructureArgs } from "./args.js";

/** How the Puppet servers connect to PuppetDB: to the environment's first, where it has one. */
export function puppetdbClientOf({
  hosts,
  puppetdb,
}: Pick<PuppetInfrastructureArgs, "hosts"> & { puppetdb: PuppetDbSettings }):
  PuppetDbClientArgs | undefined {
  const serverUrls = [
    ...(hosts.puppetdb === undefined ? [] : [puppetdbUrl(hosts.puppetdb)]),
    ...(puppetdb.serverUrls ?? []),
  ];
  return serverUrls.length === 0 ? undefined : { ...puppetdb, serverUrls };
}

/** How the Puppet servers connect to Foreman: the one on its host, or an existing one. */
export function foremanClientOf({
  hosts,
  foreman,
}: Pick<PuppetInfrastructureArgs, "hosts" | "foreman">): ForemanClientArgs | undefined {
  const { environment, timeout, cacheHours, whenExpired, url, caCertificate } = foreman ?? {};
  const use = { environment, timeout, cacheHours, whenExpired };
  if (hosts.foreman !== undefined) return { ...use, url: foremanUrl(hosts.foreman) };
  if (foreman === undefined) return undefined;
  return { ...use, url: url ?? missing("url"), caCertificate };
}

/** Rejects an existing Foreman without its address or a password. */
export function missing(what: "url" | "password"): never {
  throw new pulumi.InputPropertyError({
    propertyPath: `foreman.${what}`,
    reason: `foreman.${what} and hosts.foreman are both missing; give one of them.`,
  });
}
