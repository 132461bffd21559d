import { compilerNames } from "../../roles/compiler/names.js";
import { oneOf, type Random } from "./random.js";
import type { Trial } from "./trial.js";

/** A kind of change that agents must not notice. */
export interface Change {
  readonly name: string;
  /** Whether the environment allows it now. */
  readonly possible: (trial: Trial) => boolean;
  /** Makes it, and waits until every compiler serves again. */
  readonly make: (trial: Trial, random: Random) => Promise<void>;
}

/** Compilers that there are at least, so that one can be away; and at most, for the machine's sake. */
const fewest = 2;
const most = (trial: Trial) => Math.max(fewest, trial.settings.hosts.compilers.length) + 1;

/** A number in a range; twice the same would be no change, and is too rare to matter. */
const between = (low: number, high: number, random: Random) =>
  low + Math.floor(random() * (high - low));

/** Names as a number where they are its names: then the names of further ones are known in advance. */
async function setCompilers(trial: Trial, names: readonly string[]): Promise<void> {
  trial.compilers = names;
  const counted = compilerNames(names.length).every((name) => names.includes(name));
  await trial.change({ compilers: counted ? names.length : names });
}

/** The first name that no compiler has. */
function free({ compilers }: Trial): string {
  for (let number = 1; ; number += 1) {
    const name = `compiler${String(number)}`;
    if (!compilers.includes(name)) return name;
  }
}

const always = () => true;

/** The kinds of change, one entry for each. */
export const changes: readonly Change[] = [
  {
    name: "heap of the compilers",
    possible: always,
    make: (trial, random) => trial.change({ compiler: { heap: between(800, 1000, random) } }),
  },
  {
    name: "heap, and the deployment is killed",
    possible: always,
    make: (trial, random) =>
      trial.changeTwice(
        { compiler: { heap: between(800, 1000, random) } },
        between(10, 90, random),
      ),
  },
  {
    name: "package reinstalled",
    possible: always,
    make: async (trial, random) => {
      const compiler = oneOf(trial.compilers, random);
      const { packages, services } = trial.distribution;
      const install = `DEBIAN_FRONTEND=noninteractive apt-get install -qq --reinstall ${packages.server}`;
      await trial.whileDrained(compiler, () =>
        trial.on(
          compiler,
          `apt-get update -qq && ${install} && systemctl restart ${services.server}`,
        ),
      );
    },
  },
  {
    name: "restarted while drained",
    possible: always,
    make: async (trial, random) => {
      const compiler = oneOf(trial.compilers, random);
      const { server } = trial.distribution.services;
      await trial.whileDrained(compiler, () => trial.on(compiler, `systemctl restart ${server}`));
    },
  },
  {
    name: "compiler added",
    possible: (trial) => trial.compilers.length < most(trial),
    make: (trial) => setCompilers(trial, [...trial.compilers, free(trial)]),
  },
  {
    name: "compiler removed",
    possible: (trial) => trial.compilers.length > fewest,
    make: async (trial, random) => {
      const gone = oneOf(trial.compilers, random);
      await setCompilers(
        trial,
        trial.compilers.filter((name) => name !== gone),
      );
    },
  },
  {
    name: "compiler replaced",
    possible: always,
    make: async (trial, random) => {
      const gone = oneOf(trial.compilers, random);
      const left = trial.compilers.filter((name) => name !== gone);
      await setCompilers(trial, [...left, free(trial)]);
    },
  },
  {
    name: "balancer's setting",
    possible: always,
    make: (trial, random) =>
      trial.change({ loadBalancer: { compileTimeout: between(800, 1000, random) } }),
  },
  {
    name: "PuppetDB's setting",
    possible: ({ settings }) => settings.puppetdb.host !== "none",
    make: (trial, random) =>
      trial.change({ puppetdb: { reportTtl: `${String(between(10, 100, random))}d` } }),
  },
  {
    name: "code deployed",
    possible: ({ settings: { codeDeployment } }) =>
      codeDeployment.tool !== "none" && Object.keys(codeDeployment.sources).length === 0,
    make: (trial, random) => trial.push(String(random())),
  },
];
