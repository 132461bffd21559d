import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import type { Distribution } from "../distributions/index.js";
import { renderAddRepository } from "../templates/apt/apt.js";
import { renderTemplate } from "../templates/render.js";
import type { Host } from "./host.js";
import type { HostState } from "./host-state.js";
import { rootCommand } from "./root-command.js";

/** Arguments of a {@link HostConfiguration}. */
export interface HostConfigurationArgs {
  /** The host to configure. */
  host: Host;
  /** Where the host's Puppet packages come from. */
  distribution: Distribution;
  /** Desired state of the host; secrets in it stay secret. */
  state: HostState;
  /** Services to stop when this role is removed from a host that stays; everything else is kept, above all data. */
  services?: readonly string[];
}

/**
 * The services to stop when a role with its own host is removed: those of a host that was not created here and so
 * stays, none of any other.
 */
export function unlessMade(host: Host, services: readonly string[]): readonly string[] {
  return host.machine === undefined ? services : [];
}

/** Seconds a run waits for an earlier one on the same host. */
const lockDeadline = 900;

/**
 * Converges one host to its state with `puppet apply`, over one SSH connection: at first, and whenever the state
 * changes; otherwise, no connection is opened. Everything is passed on standard input.
 *
 * Failures name the host and the resource and show Puppet's own error line; what ran before keeps running.
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
      // A new machine behind the name has none of this yet.
      { create: "bash -s", stdin: script, triggers: [host.identity] },
      {
        parent: this,
        customTimeouts: { create: "40m", update: "40m" },
      },
    );
    if (services.length > 0) {
      // A separate command, so that services of a new machine behind the name are not stopped as if it were the old.
      rootCommand(
        `${name}-services`,
        host,
        {
          create: "true",
          delete: `for unit in ${services.join(" ")}; do ! systemctl cat $unit >/dev/null 2>&1 || systemctl disable --now $unit || exit 1; done`,
        },
        // There is nothing to stop if the machine is deleted too.
        { parent: this, deletedWith: host.machine },
      );
    }
    this.registerOutputs();
  }
}

/**
 * Renders the script that converges a host.
 *
 * @param name name of the configuration's files on the host
 * @param host the host's name in messages
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
