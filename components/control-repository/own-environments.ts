import type { Distribution } from "../../distributions/index.js";
import { execOf, fileOf, type HostState } from "../../hosts/host-state.js";
import { shellWord } from "../../hosts/shell-word.js";
import { codeDataFolder } from "../../templates/code-deployment/code-deployment.js";
import {
  controlHome,
  renderOwnEnvironments,
} from "../../templates/control-repository/control-repository.js";
import { firstManifest } from "../puppet-server/state.js";

/** The control repository. */
export const repository = `${controlHome}/control.git`;

/** Whether the control repository has its branches. */
export const isSeeded = `test -s ${repository}/refs/heads/production -o -s ${repository}/packed-refs`;

/** The folder with a main server's environments, and the script that fails if any of them is the site's own. */
export function ownEnvironments({ paths }: Distribution): { folder: string; script: string } {
  const folder = `${paths.codedir}/environments`;
  const published = `${codeDataFolder}/published`;
  return {
    folder,
    script: renderOwnEnvironments({ environments: folder, published, firstManifest }),
  };
}

/**
 * Host state that comes before everything else on a main server that is to have the control repository: it fails if the
 * site has environments of its own there, as compilers would give its agents the sample code instead. Once the
 * repository exists, they are not looked for.
 */
export function noOwnEnvironments(distribution: Distribution): HostState {
  const { folder, script } = ownEnvironments(distribution);
  const program = "/usr/local/sbin/puppet-own-environments";
  // As the owner of the environments: a link of theirs could lead anywhere.
  const check = `test ! -d ${folder} || { cd / && runuser --user "$(stat --format %U ${folder})" -- ${program}; }`;
  return [
    fileOf(program, script, { mode: "0755" }),
    execOf("no environment is the site's own", ["sh", "-c", check], {
      unless: `sh -c ${shellWord(`${isSeeded} || ${check}`)}`,
    }),
  ];
}
