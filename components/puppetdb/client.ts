import type { Distribution } from "../../distributions/index.js";
import { absenceOf, fileOf, packageOf, type HostState } from "../../hosts/host-state.js";
import { renderClientConf } from "../../templates/puppetdb/puppetdb.js";
import { renderHttpClientConf } from "../../templates/puppetserver/puppetserver.js";
import { withDefaults } from "../arguments.js";
import { defaults } from "../defaults.js";
import type { PuppetDbClientArgs } from "./args.js";

/** Has a Puppet Server store facts, catalogs and reports in PuppetDB; without a client, removes its configuration. */
export function puppetdbClient(
  { packages, paths, services }: Distribution,
  client: PuppetDbClientArgs | undefined,
): HostState {
  const notify = `Service[${services.server}]`;
  const conf = `${paths.confdir}/puppetdb.conf`;
  const httpClient = `${paths.serverConfdir}/http-client.conf`;
  if (client === undefined) {
    return [conf, httpClient].map((path) => absenceOf(path, { notify }));
  }
  const values = withDefaults(client, defaults.puppetdbClient);
  return [
    packageOf(packages.puppetdbTermini),
    fileOf(conf, renderClientConf(values), { notify }),
    fileOf(httpClient, renderHttpClientConf(values), { notify }),
  ];
}
