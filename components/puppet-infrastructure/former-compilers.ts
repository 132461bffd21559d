import type * as pulumi from "@pulumi/pulumi";
import { distributions } from "../../distributions/index.js";
import { appliedOn } from "../../hosts/host-configuration.js";
import type { Host } from "../../hosts/host.js";
import { rootCommand } from "../../hosts/root-command.js";
import * as foremanState from "../foreman/registration-state.js";
import type { LoadBalancer } from "../load-balancer/load-balancer.js";
import type { PuppetDb } from "../puppetdb/puppetdb.js";
import * as puppetdbState from "../puppetdb/state.js";
import type { InfrastructureContext } from "./context.js";
import type { DeployedForeman } from "./foreman.js";

/** Ends the trust in compilers that have left, once the load balancer has no connection to them any more. */
export function dismissFormerCompilers(
  { parent, args: { hosts, distribution } }: InfrastructureContext,
  {
    puppetdb,
    foreman,
    loadBalancer,
  }: {
    puppetdb: PuppetDb | undefined;
    foreman: DeployedForeman | undefined;
    loadBalancer: LoadBalancer;
  },
): void {
  const dismiss = (name: string, host: Host, script: string, dependsOn: pulumi.Resource) => {
    const stdin = appliedOn(host).apply(
      (applied) => `${script}# After each configuration of the host: ${applied}\n`,
    );
    const opts = { parent, dependsOn: [dependsOn, loadBalancer] };
    rootCommand(`${name}-former-compilers`, host, { create: "bash -s", stdin }, opts);
  };
  if (puppetdb !== undefined && hosts.puppetdb !== undefined) {
    const script = puppetdbState.dismissServers(distributions[distribution.name]);
    dismiss(hosts.puppetdb.name, hosts.puppetdb, script, puppetdb);
  }
  if (foreman !== undefined) {
    const script = `${foremanState.dismissServers}\n`;
    dismiss("foreman", hosts.main, script, foreman.registration);
  }
}
