import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import type { Distribution } from "../distributions/index.js";
import { renderAddRepository } from "../templates/apt/apt.js";
import { renderTemplate } from "../templates/render.js";
import type { Host } from "./host.js";
import type { HostState } from "./host-state.js";
import { rootCommand } from "./root-command.js";

/** What a {@link HostConfiguration} takes. */
export interface HostConfigurationArgs {
  /** The host to configure. */
  host: Host;
  /** Where the host's packages of Puppet come from. */
  distribution: Distribution;
  /** What the host shall be; secrets in it stay secret. */
  state: HostState;
  /** Services that stop when this role leaves a host that stays; all else is left as it is, data above all. */
  services?: readonly string[];
}

/**
 * The services of a role that its host has for as long as it is there: to be stopped only where the host is somebody
 * else's, and stays.
 */
export function unlessMade(host: Host, services: readonly string[]): readonly string[] {
  return host.machine === undefined ? services : [];
}

/** Seconds a run waits for an earlier one on the same host. */
const lockDeadline = 900;

/**
 * Converges one host to its state with `puppet apply`, over one SSH connection: at first, and whenever
 * the state changes; nothing is dialled otherwise. Everything travels on standard input.
 *
 * Fails with the host, the resource and Puppet's own error line; what ran before goes on running.
 */
export class HostConfiguration extends pulumi.ComponentResource {
  constructor(name: string, args: HostConfigurationArgs, opts?: pulumi.ComponentResourceOptions) {
    super("puppet:index:HostConfiguration", name, {}, opts);
    const { host, distribution, services = [] } = args;

    const script = pulumi
      .secret(args.state)
      .apply((state) => renderConvergeScript(name, host.fqdn, distribution, state));
    rootCommand(
      `${name}-run`,
      host,
      // Another machine behind the name has none of this yet.
      { create: "bash -s", stdin: script, triggers: [host.identity] },
      {
        parent: this,
        customTimeouts: { create: "40m", update: "40m" },
      },
    );
    if (services.length > 0) {
      // By itself, so that another machine behind the name does not have its services stopped as the old one's.
      rootCommand(
        `${name}-services`,
        host,
        {
          create: "true",
          delete: `for unit in ${services.join(" ")}; do ! systemctl cat $unit >/dev/null 2>&1 || systemctl disable --now $unit || exit 1; done`,
        },
        // Nothing to stop where the machine goes as well.
        { parent: this, deletedWith: host.machine },
      );
    }
    this.registerOutputs();
  }
}

/**
 * Renders the script that converges a host.
 *
 * @param name what the configuration's files on the host are called
 * @param host the name its messages carry
 * @param distribution the host's distribution
 * @param state resolved host state
 * @returns a Bash script, to be run as root
 */
export function renderConvergeScript(
  name: string,
  host: string,
  distribution: Distribution,
  state: pulumi.Unwrap<HostState>,
): string {
  return renderTemplate(new URL("converge.sh.eta", import.meta.url), {
    name,
    host,
    paths: distribution.paths,
    packages: distribution.packages,
    addRepository: renderAddRepository(distribution.repository),
    deadline: lockDeadline,
    manifest: readFileSync(new URL("converge.pp", import.meta.url), "utf8"),
    reader: readFileSync(new URL("read.rb", import.meta.url), "utf8"),
    // One line, so that no content can end the here-document.
    state: JSON.stringify(state),
  });
}
