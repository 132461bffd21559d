import { unknownCheckingProxy } from "@pulumi/policy";
import type { Unwrap } from "@pulumi/pulumi";
import { distributions } from "../distributions/index.js";
import { renderConvergeScript } from "../hosts/host-configuration.js";
import type { HostState } from "../hosts/host-state.js";
import { subjectOf, type Subject } from "./rule.js";

/** What the engine sends in place of a value that only a deployment will tell. */
export const unknownFromEngine = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Guards inputs as the pack's server does. Its declaration is missing in @pulumi/policy 1.21. */
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
