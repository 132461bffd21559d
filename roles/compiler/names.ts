import * as z from "zod";
import { hostName } from "../values.js";

/** Containers share one machine, and a network of 256 addresses. */
export const mostContainers = 50;
const mostCompilers = 1000;
/** As in Pulumi.yaml, from where every stack has it. */
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

/** Names of the compilers' hosts, by the setting. */
export function compilerNames(compilers: number | readonly string[]): readonly string[] {
  return typeof compilers === "number" ? numbered(compilers) : compilers;
}

/** Names that compilers may have later, besides those there are: those a greater number would give. */
export function plannedCompilerNames(compilers: number | readonly string[]): readonly string[] {
  if (typeof compilers !== "number") return [];
  // As many as containers can be, so that small environments do not know a thousand names.
  return numbered(compilers > mostContainers ? mostCompilers : mostContainers).slice(compilers);
}
