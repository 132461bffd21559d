import * as pulumi from "@pulumi/pulumi";
import { distributions } from "../../distributions/index.js";
import { appliedOn } from "../../hosts/host-configuration.js";
import type { HostArgs } from "../../hosts/host.js";
import { rootCommand } from "../../hosts/root-command.js";
import { enrolProgram } from "../../templates/autosign/autosign.js";
import {
  renderPoolVerification,
  renderPuppetdbVerification,
} from "../../templates/verification/verification.js";
import { serverCertificate } from "../certificates/files.js";
import type { CompilerPool } from "../compiler/compiler-pool.js";
import type { LoadBalancer } from "../load-balancer/load-balancer.js";
import { caFile, crlFile } from "../load-balancer/state.js";
import type { MainServer } from "../main-server/main-server.js";
import { puppetdbUrl, type PuppetDb } from "../puppetdb/puppetdb.js";
import type { InfrastructureContext } from "./context.js";

/**
 * The end of a deployment that configured a host: a request to each compiler and to PuppetDB, verified as agents and
 * Puppet servers verify them. So a deployment that succeeds leaves no certificate that they refuse.
 */
export function verifyServices(
  context: InfrastructureContext,
  {
    main,
    puppetdb,
    compilers,
    loadBalancer,
  }: {
    main: MainServer;
    puppetdb: PuppetDb | undefined;
    compilers: CompilerPool;
    loadBalancer: LoadBalancer;
  },
): void {
  const { name, parent, args } = context;
  const { hosts } = args;
  const pool = pulumi
    .output(compilers.members)
    .apply((members) => pulumi.all(members))
    .apply((members) =>
      renderPoolVerification({ serverName: args.puppetServer, caFile, crlFile, members }),
    );
  rootCommand(
    `${name}-pool-serves`,
    hosts.loadBalancer,
    { create: "bash -s", stdin: after([hosts.loadBalancer, ...hosts.compilers], pool) },
    { parent, dependsOn: [loadBalancer, compilers] },
  );
  verifyPuppetDb(context, { main, puppetdb });
  rootCommand(
    `${hosts.main.name}-certificate-settled`,
    hosts.main,
    {
      create: `${enrolProgram} --settle ${hosts.main.fqdn}`,
      // Where its certificate was replaced, everything on its host has been given the new one by now.
      stdin: after([hosts.main], ""),
    },
    { parent, dependsOn: [main, loadBalancer, compilers, ...(puppetdb ? [puppetdb] : [])] },
  );
}

/** The request to PuppetDB, where it has a host. */
function verifyPuppetDb(
  { name, parent, args }: InfrastructureContext,
  { main, puppetdb }: { main: MainServer; puppetdb: PuppetDb | undefined },
): void {
  const { hosts } = args;
  if (hosts.puppetdb === undefined || puppetdb === undefined) return;
  const distribution = distributions[args.distribution.name];
  const { owner, ...files } = serverCertificate(distribution, hosts.main.fqdn);
  const script = renderPuppetdbVerification({
    ...files,
    fqdn: hosts.main.fqdn,
    url: puppetdbUrl(hosts.puppetdb),
    crl: `${distribution.paths.cadir}/ca_crl.pem`,
    user: owner,
  });
  rootCommand(
    `${name}-puppetdb-serves`,
    hosts.main,
    { create: "bash -s", stdin: after([hosts.main, hosts.puppetdb], script) },
    { parent, dependsOn: [main, puppetdb] },
  );
}

/** A script that runs again after each configuration of the hosts. */
function after(hosts: readonly HostArgs[], script: pulumi.Input<string>): pulumi.Output<string> {
  return pulumi
    .all([script, ...hosts.map(appliedOn)])
    .apply(([script, ...applied]) => `${script}# ${applied.join(" ")}\n`);
}
