import type { ResourceValidationArgs } from "@pulumi/policy";
import { fieldsOf, type Fields } from "./known.js";
import type { Opening } from "./stack-settings.js";

/** One rule of the pack; a violation fails a preview or a deployment. */
export interface Rule {
  readonly name: string;
  readonly description: string;
  /**
   * Checks one resource.
   *
   * @param subject the resource
   * @param openings the networks to which the stack's settings open ports
   * @returns a sentence for each violation: the resource, what is wrong and what to write; it contains no input's
   *   value, which may be a secret
   */
  readonly violations: (subject: Subject, openings: readonly Opening[]) => readonly string[];
}

/** A resource to check. */
export interface Subject {
  /** Type token, such as `aws:ec2/instance:Instance`. */
  readonly type: string;
  readonly name: string;
  /** Inputs; {@link fieldsOf} describes unknown ones. */
  readonly props: Fields;
  /** Whether the engine refuses to delete it. */
  readonly protect: boolean;
}

/** Takes what rules need from a policy's arguments. */
export function subjectOf(
  args: Pick<ResourceValidationArgs, "type" | "name" | "props"> & {
    readonly opts: Pick<ResourceValidationArgs["opts"], "protect">;
  },
): Subject {
  const { type, name, props, opts } = args;
  return { type, name, props: fieldsOf(props), protect: opts.protect };
}
