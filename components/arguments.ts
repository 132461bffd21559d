import * as pulumi from "@pulumi/pulumi";
import { distributions, DistributionName, type Distribution } from "../distributions/index.js";
import { defaults } from "./defaults.js";

/**
 * Arguments with their defaults; what is given as undefined counts as left out.
 *
 * @param given the arguments
 * @param values defaults of some of them
 */
export function withDefaults<Given extends object, Key extends keyof Given>(
  given: Given,
  values: Required<Pick<Given, Key>>,
): Given & Required<Pick<Given, Key>> {
  const defined = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...values, ...Object.fromEntries(defined) } as Given & Required<Pick<Given, Key>>;
}

/** Arguments with what their distribution's name stands for. */
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

/** Refuses a word that TypeScript would have refused, as other languages and configurations may give any. */
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
