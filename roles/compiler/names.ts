import * as z from "zod";
import { hostName } from "../values.js";

/** Containers share one machine and a network of 256 addresses. */
export const mostContainers = 50;
const mostCompilers = 1000;
/** The default that every stack gets from Pulumi.yaml. */
export const defaultCompilers = 2;
const remedy = `a number of compilers from 1 to ${String(mostCompilers)}, or a list of 1 to ${String(mostCompilers)} host names`;

/** How many compilers, called compiler1, compiler2 …, or their host names. */
export const compilers = z
  .union(
    [
      z.int().min(1, remedy).max(mostCompilers, remedy),
      z.array(hostName).min(1, remedy).max(mostCompilers, remedy),
    ],
    remedy,
  )
  .default(defaultCompilers);

const numbered = (count: number) =>
  Array.from({ length: count }, (_, index) => `compiler${String(index + 1)}`);

/** Names of the compilers' hosts for a value of the setting. */
export function compilerNames(compilers: number | readonly string[]): readonly string[] {
  return typeof compilers === "number" ? numbered(compilers) : compilers;
}

/** Names that compilers may get later, in addition to the current ones: those for a larger number. */
export function plannedCompilerNames(compilers: number | readonly string[]): readonly string[] {
  if (typeof compilers !== "number") return [];
  // As many as there can be containers, so that small environments do not need a thousand names.
  return numbered(compilers > mostContainers ? mostCompilers : mostContainers).slice(compilers);
}
