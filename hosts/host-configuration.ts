import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import type { Distribution } from "../distributions/index.js";
import { renderAddRepository } from "../templates/apt/apt.js";
import { renderTemplate } from "../templates/render.js";
import type { Host, HostArgs } from "./host.js";
import type { HostState } from "./host-state.js";
import { marked } from "./restarts.js";
import { rootCommand } from "./root-command.js";
import { shellWord } from "./shell-word.js";

/** Arguments of a {@link HostConfiguration}. */
export interface HostConfigurationArgs {
  /** The host to configure. */
  host: Host;
  /** Where the host's Puppet packages come from. */
  distribution: Distribution;
  /** Desired state of the host; secrets in it stay secret. */
  state: HostState;
  /** Files that exist only while the state is applied, such as a key: content by name, in {@link onceFolder}. */
  once?: Readonly<Record<string, pulumi.Input<string>>>;
  /**
   * Services to stop when this role is removed from a host that stays. What it replaced there is put back; everything
   * else stays, above all data.
   */
  services?: readonly string[];
  /** What a change that restarts a service has to do with others that serve the same; nothing by default. */
  rolls?: Rolls;
}

/** How a host leaves the others that serve the same before a change restarts its service, and comes back after it. */
export interface Rolls {
  /** The service. */
  service: string;
  /** Path of the program in the host's state that does it: `leave`, `join`, and `fail` with the reason. */
  program: string;
  /** Seconds that leaving may take. */
  drainTimeout: number;
  /** Hooks of the command that changes the host, by its name, which let it wait for the others. */
  hooks: (command: string) => pulumi.ResourceHookBinding;
}

/**
 * The services to stop when a role with its own host is removed: those of a host that was not created here and so
 * stays, none of any other.
 */
export function unlessMade(host: Host, services: readonly string[]): readonly string[] {
  return host.machine === undefined ? services : [];
}

/** Folder of the files that exist only during a run; root's, and in memory. */
export const onceFolder = "/run/pulumi-puppet";

/** Where a host has the scripts that end its configurations. */
const leaveFolder = "/var/lib/pulumi-puppet/leave";

/** Shell command that ends all configurations of a host that stays, for root; it needs nothing of the program. */
export const leaveAll = `status=0; for script in ${leaveFolder}/*; do test ! -e "$script" || bash "$script" || status=$?; done; exit $status`;

/** What was {@link HostConfiguration.applied} to each host. */
const appliedTo = new WeakMap<HostArgs, pulumi.Output<string>[]>();

/** A value that changes whenever one of a host's configurations is applied; those that the program has had so far. */
export function appliedOn(host: HostArgs): pulumi.Output<string> {
  return pulumi.all(appliedTo.get(host) ?? []).apply((all) => digest(all));
}

const minutes = (rolls: Rolls | undefined) => Math.ceil((rolls?.drainTimeout ?? 0) / 60);

const digest = (parts: readonly string[]) =>
  createHash("sha256").update(parts.join("\n")).digest("hex");

/** Seconds a run waits for an earlier one on the same host. */
const lockDeadline = 900;

/**
 * Converges one host to its state with `puppet apply`, over one SSH connection: at first, and whenever the state
 * changes; otherwise, no connection is opened. Everything is passed on standard input.
 *
 * Failures name the host and the resource and show Puppet's own error line; what ran before keeps running.
 */
export class HostConfiguration extends pulumi.ComponentResource {
  /** Changes whenever the host is configured; secret. */
  readonly applied: pulumi.Output<string>;
  /** The command that configures the host. */
  readonly run: pulumi.Resource;

  constructor(name: string, args: HostConfigurationArgs, opts?: pulumi.ComponentResourceOptions) {
    super("puppet:index:HostConfiguration", name, {}, opts);
    const { host, distribution, services = [], once = {}, rolls } = args;

    // A server that gets another role may keep the name of its configuration.
    const role = opts?.parent?.constructor.name ?? "";
    const script = pulumi
      .all([pulumi.secret(args.state), pulumi.secret(once)])
      .apply(([state, once]) =>
        renderConvergeScript(name, host.fqdn, distribution, state, once, role, rolls),
      );
    const command = `${name}-run`;
    const run = rootCommand(
      command,
      host,
      // A new machine behind the name has none of this yet.
      { create: "bash -s", stdin: script, triggers: [host.identity] },
      {
        parent: this,
        customTimeouts: { create: "40m", update: `${String(40 + minutes(rolls))}m` },
        ...(rolls === undefined ? {} : { hooks: rolls.hooks(command) }),
      },
    );
    this.run = run;
    this.applied = pulumi.all([script, host.identity, run.id]).apply((all) => digest(all));
    appliedTo.set(host, [...(appliedTo.get(host) ?? []), this.applied]);
    if (services.length > 0 || host.machine === undefined) {
      // A separate command, so that services of a new machine behind the name are not stopped as if it were the old.
      rootCommand(
        `${name}-services`,
        host,
        {
          // It has the same standard input.
          create: `install -D -m 0700 /dev/stdin ${leaveFolder}/${name}`,
          delete: "bash -s",
          stdin: renderPutBack(name, host.fqdn, services, role),
        },
        // There is nothing to stop if the machine is deleted too, nor on a host that refused the configuration.
        { parent: this, dependsOn: run, deletedWith: host.machine ?? host.leaving },
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
 * @param once content by name of files that exist only during the run
 * @param role what tells the configuration from another one of this name that the host may have later
 * @param rolls how it leaves the others that serve the same, and comes back
 * @returns a Bash script, to be run as root
 */
export function renderConvergeScript(
  name: string,
  host: string,
  distribution: Distribution,
  state: pulumi.Unwrap<HostState>,
  once: Readonly<Record<string, string>> = {},
  role = "",
  rolls?: Pick<Rolls, "service" | "program">,
): string {
  return renderTemplate(new URL("converge.sh.eta", import.meta.url), {
    name,
    host,
    paths: distribution.paths,
    packages: distribution.packages,
    addRepository: renderAddRepository(distribution.repository),
    deadline: lockDeadline,
    onceFolder,
    once: Object.entries(once),
    manifest: readFileSync(new URL("converge.pp", import.meta.url), "utf8"),
    reader: readFileSync(new URL("read.rb", import.meta.url), "utf8"),
    diagnosis: ["processes.sh", "diagnosis.sh"]
      .map((file) => readFileSync(new URL(file, import.meta.url), "utf8"))
      .join("\n"),
    keep: readFileSync(new URL("keep.sh", import.meta.url), "utf8"),
    role: shellWord(role),
    rolls,
    goBack: readFileSync(new URL("go-back.sh", import.meta.url), "utf8"),
    replaces: state.flatMap(replacedBy).join("\n"),
    services: state
      .filter(({ type }) => type === "service")
      .map(({ title }) => title)
      .join("\n"),
    ports: state
      .flatMap(({ title, ports = [] }) => ports.map((port) => `${title} ${String(port)}`))
      .join("\n"),
    // One line, so that no content can end the here-document.
    state: JSON.stringify(rolls === undefined ? state : marked(state, rolls.service)),
  });
}

/** The host state in a script that converges a host; undefined if it has none. */
export function stateInScript(script: string): pulumi.Unwrap<HostState> | undefined {
  const line = /<<'STATE'\n(.*)\n/.exec(script)?.[1];
  return line === undefined ? undefined : (JSON.parse(line) as pulumi.Unwrap<HostState>);
}

/** The lines of `listed` in the script: what a resource replaces. */
function replacedBy({
  type,
  title,
  parameters,
  replaces = [],
}: pulumi.Unwrap<HostState>[number]): string[] {
  const paths = type === "file" && parameters.replace !== false ? [title] : replaces;
  return paths.map((path) => `${type} ${title}\t${path}`);
}

/**
 * Renders the script that ends a configuration of a host that stays: it stops services, and puts back what was there
 * before.
 *
 * @param name name of the configuration's files on the host
 * @param host the host's name in messages
 * @param services services to stop, in this order
 * @param role the configuration's, as in {@link renderConvergeScript}: nothing happens if the host has another one now
 * @returns a Bash script, to be run as root
 */
export function renderPutBack(
  name: string,
  host: string,
  services: readonly string[],
  role = "",
): string {
  return renderTemplate(new URL("put-back.sh.eta", import.meta.url), {
    name,
    host,
    role: shellWord(role),
    services: services.join(" "),
    deadline: lockDeadline,
    keep: readFileSync(new URL("keep.sh", import.meta.url), "utf8"),
  });
}
