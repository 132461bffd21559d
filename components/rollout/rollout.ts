import * as pulumi from "@pulumi/pulumi";
import { stateInScript } from "../../hosts/host-configuration.js";
import { mayRestart } from "../../hosts/restarts.js";
import { nobodyElse } from "../../templates/compiler-pool/compiler-pool.js";

/**
 * Has hosts that serve together change in turns: a change that restarts their service waits until fewer than
 * `maxUnavailable` of the others are out of service for one. Whatever restarts nothing, and a host that is new, waits for
 * nobody. After a change that failed no other begins, and the rest go on with what they have.
 *
 * The engine asks before each update, so only hosts that do change take a turn, and no state grows with their number.
 */
export class Rollout {
  private readonly rolled = new Set<string>();
  private readonly changing = new Set<string>();
  private readonly waiting: (() => void)[] = [];
  private failed: string | undefined;

  /**
   * @param maxUnavailable hosts that may be out of service at the same time
   * @param hosts number of hosts that serve together
   */
  constructor(
    private readonly maxUnavailable: number,
    private readonly hosts: number,
  ) {}

  /**
   * The hooks of the command that configures a host.
   *
   * @param command its name
   */
  hooks(host: string, command: string): pulumi.ResourceHookBinding {
    // The mocks of unit tests have no hooks.
    if (!("registerResourceHook" in (pulumi.runtime.getMonitor() ?? {}))) return {};
    const changes = async (inputs: Record<string, unknown> | undefined) => {
      const stdin = await known(inputs?.stdin);
      return stdin === undefined ? undefined : stateInScript(stdin);
    };
    const before = new pulumi.ResourceHook(
      `${command}-turn`,
      async ({ oldInputs, newInputs }) => {
        if (!mayRestart(await changes(oldInputs), await changes(newInputs))) return;
        this.rolled.add(host);
        if (!pulumi.runtime.isDryRun()) await this.turn(host);
      },
      { onDryRun: true },
    );
    const after = new pulumi.ResourceHook(`${command}-turn-ends`, () => {
      this.end(host);
    });
    const onError = new pulumi.ErrorHook(`${command}-turn-fails`, ({ errors }) => {
      this.fail(host, errors);
      return false;
    });
    return { beforeUpdate: [before], afterUpdate: [after], onError: [onError] };
  }

  /**
   * Has the preview say which hosts will change in turns.
   *
   * @param commands the commands that configure the hosts
   * @param parent what the message is about
   */
  announce(commands: readonly pulumi.Resource[], parent: pulumi.Resource): void {
    if (!pulumi.runtime.isDryRun()) return;
    pulumi.all(commands.map(({ urn }) => urn)).apply(async () => {
      if (this.rolled.size > 0) await pulumi.log.info(this.sentence(), parent);
    });
  }

  private sentence(): string {
    const names = [...this.rolled].sort();
    const rolls = `rolls ${String(names.length)} ${names.length === 1 ? "compiler" : "compilers"}`;
    const turns =
      this.maxUnavailable === 1 ? "one at a time" : `${String(this.maxUnavailable)} at a time`;
    const gap =
      this.maxUnavailable < this.hosts ? "" : "; no other one serves meanwhile, so agent runs fail";
    return `${rolls} ${turns}: ${names.join(", ")}${gap}`;
  }

  /**
   * Waits until a host may leave the others.
   *
   * @throws Error if the change of another one has failed
   */
  async turn(host: string): Promise<void> {
    while (this.failed === undefined && this.changing.size >= this.maxUnavailable) {
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
    if (this.failed !== undefined) {
      throw new Error(
        `${host} was not changed, and serves with what it has: the change of ${this.failed} failed.`,
      );
    }
    this.changing.add(host);
  }

  /** Ends a host's turn, if it had one. */
  end(host: string): void {
    this.changing.delete(host);
    for (const wake of this.waiting.splice(0)) wake();
  }

  /**
   * Ends a host's turn with a failure: nobody else begins, unless the host only waited for another one, whose change may be
   * what repairs it.
   */
  fail(host: string, errors: readonly string[]): void {
    if (!errors.some((error) => error.includes(nobodyElse))) this.failed ??= host;
    this.end(host);
  }
}

/** A value of a resource's inputs as a text, if it is one and known. */
async function known(value: unknown): Promise<string | undefined> {
  const output = pulumi.output(value) as pulumi.Output<unknown> & { isKnown: Promise<boolean> };
  if (!(await output.isKnown)) return undefined;
  const resolved = await new Promise<unknown>((resolve) => output.apply(resolve));
  return typeof resolved === "string" ? resolved : undefined;
}

/** The rollout of hosts that serve together. */
const rollouts = new WeakMap<object, Rollout>();

/** Has hosts change in turns. */
export function rollTogether(hosts: readonly object[], rollout: Rollout): void {
  for (const host of hosts) rollouts.set(host, rollout);
}

/** The rollout that a host takes part in; undefined for a host that serves alone. */
export const rolloutOf = (host: object): Rollout | undefined => rollouts.get(host);
