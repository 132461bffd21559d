import type { AuthorityArgs } from "../certificates/args.js";
import { HdmImage } from "../hdm/hdm-image.js";
import { Hdm } from "../hdm/hdm.js";
import type { MainServer } from "../main-server/main-server.js";
import type { PuppetDb } from "../puppetdb/puppetdb.js";
import type { DeployedCode } from "./code.js";
import type { InfrastructureContext } from "./context.js";

/** HDM's image, where HDM has a host. */
export function deployHdmImage(
  { parent, distribution, hdm }: InfrastructureContext,
  { main }: { main: MainServer },
): HdmImage | undefined {
  return (
    hdm &&
    new HdmImage(
      `${hdm.host.name}-image`,
      { ...hdm.settings, host: hdm.host, distribution },
      // Nothing happens on any other host if the main server has a CA of another stack.
      { parent, dependsOn: main },
    )
  );
}

/** HDM, where it has a host. */
export function deployHdm(
  { parent, args, hdm }: InfrastructureContext,
  {
    certificates,
    puppetdb,
    code,
  }: {
    certificates: AuthorityArgs;
    puppetdb: PuppetDb | undefined;
    code: DeployedCode | undefined;
  },
): Hdm | undefined {
  if (hdm === undefined || puppetdb === undefined) return undefined;
  return new Hdm(
    hdm.host.name,
    {
      ...certificates,
      ...hdm.settings,
      host: hdm.host,
      caServer: args.caServer,
      queryUrl: puppetdb.queryUrl,
    },
    // HDM reads both from its first start.
    { parent, dependsOn: [puppetdb, ...(code?.copies ?? [])] },
  );
}
