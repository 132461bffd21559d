import type { AuthorityArgs } from "../certificates/args.js";
import { HdmImage } from "../hdm/hdm-image.js";
import { Hdm } from "../hdm/hdm.js";
import type { PuppetDb } from "../puppetdb/puppetdb.js";
import type { DeployedCode } from "./code.js";
import type { InfrastructureContext } from "./context.js";

/** HDM's image, where HDM has a host. */
export function deployHdmImage({
  parent,
  distribution,
  hdm,
}: InfrastructureContext): HdmImage | undefined {
  return (
    hdm &&
    new HdmImage(
      `${hdm.host.name}-image`,
      { ...hdm.settings, host: hdm.host, distribution },
      { parent },
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
