import type { PackagedGems } from "../../distributions/distribution.js";
import { renderTemplate } from "../render.js";

/** A gem of Puppet Server's Ruby, and where gems come from. */
export interface GemSource {
  /** URL of the gem mirror; the default source of the command `gem` without it. */
  source?: string | undefined;
  /** URL of a proxy; none, or the one in the environment, without it. */
  proxy?: string | undefined;
}

/** The parts of `NAME` or `NAME:VERSION`. */
export function gemOf(word: string): { name: string; version: string | undefined } {
  const [name = "", version] = word.split(":");
  return { name, version };
}

/**
 * Renders the Ruby script that installs what Puppet Server's Ruby lacks of some gems. It runs as Puppet Server's user;
 * `--check` only says whether all are there.
 *
 * @param values.install the gems, as `NAME` or `NAME:VERSION`
 */
export function renderGems(
  values: GemSource & {
    install: readonly string[];
    ruby: string;
    puppetserver: string;
    serverGems: string;
    packagedServerGems: readonly string[];
  },
): string {
  const { install, source, proxy, ...paths } = values;
  return renderTemplate(new URL("gems.rb.eta", import.meta.url), {
    ...paths,
    gems: install.map(gemOf),
    options: [
      ...(source === undefined ? [] : ["--clear-sources", "--source", source]),
      ...(proxy === undefined ? [] : ["--http-proxy", proxy]),
    ],
    from: source ?? "the default source",
  });
}

/**
 * Renders the shell script that lets Puppet Server find gems of a package; `--check` only says whether it does.
 *
 * @param values.to folder of the gems that packages bring for Puppet Server
 */
export function renderPackagedGems(values: Omit<PackagedGems, "package"> & { to: string }): string {
  return renderTemplate(new URL("packaged-gems.sh.eta", import.meta.url), values);
}
