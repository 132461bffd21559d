import * as pulumi from "@pulumi/pulumi";
import {
  directoryOf,
  execOf,
  fileOf,
  serviceOf,
  turnedOff,
  unitOf,
  type HostState,
} from "../../hosts/host-state.js";
import {
  answerProgram,
  poolFolder,
  poolProgram,
  poolUnits,
  renderAnswer,
  renderPool,
  renderWarmUp,
  warmUpProgram,
} from "../../templates/compiler-pool/compiler-pool.js";
import type { Distribution } from "../../distributions/index.js";
import type { WithDistribution } from "../arguments.js";
import type { ServerSizing } from "../../templates/puppetserver/puppetserver.js";
import type { CompilerArgs } from "./args.js";

/** Unit that answers a load balancer. */
export const answerSocket = "puppet-pool.socket";
/** Unit that has Puppet Server compile catalogs whenever it has started. */
export const warmUpService = "puppet-warm-up.service";

/** What an earlier version answered load balancers with, on the same port. */
const earlierSocket = "puppet-code-pool.socket";

/** The programs with which a compiler leaves its pool and comes back warm; they come before the first start of the server. */
export function poolPrograms(
  { host, distribution, puppetdb, knownAddresses = [] }: WithDistribution<CompilerArgs>,
  { sizing, drainTimeout }: { sizing: ServerSizing; drainTimeout: number },
): HostState {
  const { paths, services, users } = distribution;
  const warmUp = renderWarmUp({
    ...paths,
    fqdn: host.fqdn,
    puppetdbUrls: puppetdb?.serverUrls ?? [],
    jrubies: sizing.jrubies,
  });
  const pool = pulumi.all([...knownAddresses]).apply((balancers) =>
    renderPool({
      ...{ ruby: paths.ruby, server: services.server, user: users.puppet },
      ...{ balancers, drainTimeout },
    }),
  );
  return [
    directoryOf(poolFolder),
    fileOf(warmUpProgram, warmUp, { mode: "0755" }),
    fileOf(poolProgram, pool, { mode: "0755" }),
    fileOf(answerProgram, renderAnswer(), { mode: "0755" }),
    ...unitOf(warmUpService, poolUnits.warmUp({ server: services.server, user: users.puppet })),
    // Enabled before the server starts, so that its first start is followed by one.
    execOf(`enable ${warmUpService}`, ["systemctl", "enable", warmUpService], {
      unless: `systemctl is-enabled --quiet ${warmUpService}`,
    }),
  ];
}

/** What tells a load balancer whether the compiler takes new agents; it comes after the running server. */
export function poolAnswer({ users }: Distribution): HostState {
  const folders = "/etc/tmpfiles.d/puppet-pool.conf";
  const make = "make the folders of the pool";
  return [
    fileOf(folders, poolUnits.folders({ user: users.puppet }), { notify: `Exec[${make}]` }),
    execOf(make, ["systemd-tmpfiles", "--create", folders], {
      unless: "test -d /run/puppet-pool/told",
    }),
    serviceOf(warmUpService),
    ...turnedOff(earlierSocket),
    ...unitOf("puppet-pool@.service", poolUnits.service({ user: users.puppet })),
    ...unitOf(answerSocket, poolUnits.socket(), { notify: `Service[${answerSocket}]` }),
    serviceOf(answerSocket),
  ];
}
