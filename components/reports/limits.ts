import * as pulumi from "@pulumi/pulumi";
import { withDefaults } from "../arguments.js";
import { defaults } from "../defaults.js";
import type { ReportsArgs } from "./args.js";

/**
 * Limits of what waits for PuppetDB, and of what waits for Foreman, on each Puppet server.
 *
 * @throws InputPropertyError if a limit is none
 */
export function limitsOf(args: ReportsArgs): { maxBytes: number; maxSeconds: number } {
  const { maxSize, maxAge } = withDefaults(args, defaults.reports);
  return { maxBytes: size(maxSize) * 1024 * 1024, maxSeconds: seconds(maxAge) };
}

function size(maxSize: number): number {
  if (Number.isInteger(maxSize) && maxSize > 0) return maxSize;
  throw wrong("reports.maxSize", maxSize, "a whole number of MiB, such as 1024");
}

function seconds(maxAge: string): number {
  const [, number, unit] = /^([1-9]\d{0,4})([dhm])$/.exec(maxAge) ?? [];
  if (number !== undefined && unit !== undefined) {
    return Number(number) * { d: 86_400, h: 3600, m: 60 }[unit as "d" | "h" | "m"];
  }
  throw wrong("reports.maxAge", maxAge, "a duration, such as 7d, 36h or 90m");
}

const wrong = (propertyPath: string, value: unknown, remedy: string) =>
  new pulumi.InputPropertyError({
    propertyPath,
    reason: `${propertyPath} is ${JSON.stringify(value)}; write ${remedy}.`,
  });
