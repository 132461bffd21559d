import * as pulumi from "@pulumi/pulumi";
import type { Distribution } from "../../distributions/index.js";
import { absenceAs, fileAs } from "../../hosts/as-user.js";
import { execOf, fileOf, type HostState } from "../../hosts/host-state.js";
import {
  codeDataFolder,
  codeUser,
  renderGitSshConfig,
} from "../../templates/code-deployment/code-deployment.js";
import {
  gitSshConfig,
  keysFolder,
  renderGitAccess,
  renderGitAccessLibrary,
  renderGitConfig,
  renderTokens,
} from "../../templates/code-deployment/git-access.js";
import { placeOf } from "../../templates/code-deployment/git-url.js";
import type { CodeDeploymentWithDefaults } from "./args.js";
import { libraryFolder } from "./shared-state.js";

const store = `${codeDataFolder}/.git-credentials`;
const gitconfig = `${codeDataFolder}/.gitconfig`;

/** How Git gets into repositories: with tokens that are on no command line and in no URL, and with further keys. */
export function gitAccess(distribution: Distribution, args: CodeDeploymentWithDefaults): HostState {
  const { sources, token, tokenUser, credentials } = args;
  const some = Object.values(credentials);
  // For all repositories of these servers that have none of their own.
  const servers =
    token === undefined
      ? []
      : sources.flatMap(({ remote }) => /^https:\/\/([^/@]+)/.exec(remote)?.[1] ?? []);
  const own = some.flatMap(({ url, token, tokenUser: user = tokenUser }) =>
    token === undefined ? [] : [{ url, user, token }],
  );
  const tokens = [
    ...own,
    ...[...new Set(servers)].map((host) => ({
      url: `https://${host}`,
      user: tokenUser,
      token: token ?? "",
    })),
  ];
  const keys = some.filter(({ url }) => placeOf(url)?.scheme === "ssh");
  return [
    ...(tokens.length === 0
      ? [store, gitconfig].map((path) => absenceAs(codeUser, path))
      : [
          ...fileAs(codeUser, store, pulumi.output(tokens).apply(renderTokens), {
            mode: "0600",
            sensitive: true,
          }),
          // Git's own store would give a token to one repository only, or to all of a server.
          ...fileAs(
            codeUser,
            gitconfig,
            own.length === 0 ? `[credential]\n\thelper = store\n` : renderGitConfig(),
          ),
        ]),
    ...(some.length === 0
      ? []
      : [
          fileOf(`${libraryFolder}/git_access.rb`, renderGitAccessLibrary()),
          ...Object.entries(renderGitAccess(distribution.paths)).map(([path, content]) =>
            fileOf(path, content, { mode: "0755" }),
          ),
        ]),
    ...(keys.length === 0
      ? [
          execOf("no keys of repositories", ["rm", "-rf", keysFolder], {
            unless: `test ! -e ${keysFolder}`,
          }),
        ]
      : [fileOf(gitSshConfig, renderGitSshConfig())]),
  ];
}
