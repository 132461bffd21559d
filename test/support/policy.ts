import { unknownCheckingProxy } from "@pulumi/policy";
import type { Unwrap } from "@pulumi/pulumi";
import { distributions } from "../../distributions/index.js";
import { renderConvergeScript } from "../../hosts/host-configuration.js";
import type { HostState } from "../../hosts/host-state.js";
import { subjectOf, type Subject } from "../../policy/rule.js";

/** What the engine sends for a value that becomes known only during a deployment. */
export const unknownFromEngine = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Guards inputs as the pack's server does. @pulumi/policy 1.21 does not declare it. */
export const guarded = unknownCheckingProxy as (
  props: Readonly<Record<string, unknown>>,
) => Record<string, unknown>;

/** A resource called `example`, as a policy gets it. */
export function example(
  type: string,
  props: Readonly<Record<string, unknown>>,
  protect = false,
): Subject {
  return subjectOf({
    type,
    name: "example",
    props: guarded(props),
    opts: { protect },
  });
}

/** A command that converges a host to a state without Outputs, with the project's own script. */
export function hostExample(state: HostState): Subject {
  return commandExample({
    create: "bash -s",
    stdin: renderConvergeScript(
      "example",
      "host.example.test",
      distributions.debian,
      state as Unwrap<HostState>,
    ),
  });
}

/** A command on a host. */
export function commandExample(props: Readonly<Record<string, unknown>>): Subject {
  return example("command:remote:Command", props);
}

/**
 * The configuration of a stack in AWS that is only as open as it has to be.
 *
 * @param aws additional settings in its `puppet:aws`
 * @param more additional settings of the project, by name
 */
export function awsConfig(
  aws: Readonly<Record<string, unknown>> = {},
  more: Readonly<Record<string, unknown>> = {},
): ReadonlyMap<string, string> {
  const networks = { agentSources: ["10.0.0.0/8"], outbound: ["192.0.2.0/24"] };
  const bastion = { allowedSources: ["192.0.2.7/32"] };
  const settings = { aws: { ...networks, bastion, ...aws }, ...more };
  return new Map([
    ["puppet:domain", "example.test"],
    ["puppet:platform", "aws"],
    ...Object.entries(settings).map(
      ([name, value]) => [`puppet:${name}`, JSON.stringify(value)] as const,
    ),
  ]);
}
