import * as pulumi from "@pulumi/pulumi";
import { distributions, DistributionName, type Distribution } from "../distributions/index.js";
import { defaults } from "./defaults.js";

/**
 * Arguments with their defaults; an undefined argument counts as omitted.
 *
 * @param values defaults of some arguments
 */
export function withDefaults<Args extends object, Key extends keyof Args>(
  args: Args,
  values: Required<Pick<Args, Key>>,
): Args & Required<Pick<Args, Key>> {
  const defined = Object.entries(args).filter(([, value]) => value !== undefined);
  return { ...values, ...Object.fromEntries(defined) } as Args & Required<Pick<Args, Key>>;
}

/** Arguments with the distribution itself instead of its name. */
export type WithDistribution<Args extends { distribution?: DistributionName }> = Omit<
  Args,
  "distribution"
> & { distribution: Distribution };

/** Looks up the distribution that arguments name. */
export function withDistribution<Args extends { distribution?: DistributionName }>(
  args: Args,
): WithDistribution<Args> {
  const name = args.distribution ?? defaults.distribution;
  return {
    ...args,
    distribution: distributions[oneOf("distribution", name, DistributionName)],
  };
}

/** Rejects a word that TypeScript would have rejected: other languages and configurations can pass any string. */
export function oneOf<Word extends string>(
  propertyPath: string,
  word: Word,
  words: Readonly<Record<string, Word>>,
): Word {
  const known = Object.values(words);
  if (known.includes(word)) return word;
  throw new pulumi.InputPropertyError({
    propertyPath,
    reason: `${propertyPath} is ${JSON.stringify(word)}; write one of ${known.join(", ")}.`,
  });
}
