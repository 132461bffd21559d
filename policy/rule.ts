import type { ResourceValidationArgs } from "@pulumi/policy";
import { fieldsOf, type Fields } from "./known.js";
import type { Opening } from "./stack-settings.js";

/** One rule of the pack; breaking it fails a preview and a deployment. */
export interface Rule {
  readonly name: string;
  readonly description: string;
  /**
   * Judges one resource.
   *
   * @param subject the resource
   * @param openings the networks that the stack's settings open ports to
   * @returns a sentence for each violation: the resource, what is wrong and what to write; no value of an input is
   *   in it, since it may be a secret
   */
  readonly violations: (subject: Subject, openings: readonly Opening[]) => readonly string[];
}

/** A resource that is to be judged. */
export interface Subject {
  /** Type token, such as `aws:ec2/instance:Instance`. */
  readonly type: string;
  readonly name: string;
  /** Inputs; {@link fieldsOf} says how unknown ones look. */
  readonly props: Fields;
  /** Whether the engine refuses to delete it. */
  readonly protect: boolean;
}

/** Takes from a policy's arguments what rules look at. */
export function subjectOf(
  args: Pick<ResourceValidationArgs, "type" | "name" | "props"> & {
    readonly opts: Pick<ResourceValidationArgs["opts"], "protect">;
  },
): Subject {
  const { type, name, props, opts } = args;
  return { type, name, props: fieldsOf(props), protect: opts.protect };
}
