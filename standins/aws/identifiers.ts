import { createHash } from "node:crypto";
import type { Value } from "../framework/values.js";
import { accountId } from "./provider.js";

/** Hexadecimal digits that depend only on the parts. */
export function digest(...parts: readonly string[]): string {
  return createHash("sha256").update(parts.join("\0")).digest("hex");
}

/** A number below `limit` that depends only on the parts. */
export function numberBelow(limit: number, ...parts: readonly string[]): number {
  return parseInt(digest(...parts).slice(0, 12), 16) % limit;
}

/** Identifiers in the format of EC2: `i-0…`. */
export function ec2Id(prefix: string): (seed: string) => string {
  return (seed) => `${prefix}-0${seed.slice(0, 16)}`;
}

/** The ARN of a resource. */
export function arn(service: string, region: string, resource: string): string {
  return `arn:aws:${service}:${region}:${accountId}:${resource}`;
}

/** Text that is the same for equal values, regardless of the order of their properties. */
export function canonical(value: Value): string {
  return JSON.stringify(value, (_name, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
