import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as pulumi from "@pulumi/pulumi";
import type { HostArgs } from "../../hosts/host.js";
import { commandAs, fileAs } from "../../hosts/as-user.js";
import {
  absenceOf,
  directoryOf,
  execOf,
  fileOf,
  packageOf,
  systemUserOf,
  type HostState,
} from "../../hosts/host-state.js";
import {
  renderAuthorizedKeys,
  type Source,
} from "../../templates/code-deployment/code-deployment.js";
import { repositoryOf } from "../../templates/code-deployment/git-url.js";
import {
  controlHome,
  controlUser,
  renderHookSettings,
  renderPostReceive,
  renderSeed,
} from "../../templates/control-repository/control-repository.js";
import type { WithDistribution } from "../arguments.js";
import type { ControlRepositoryArgs } from "./args.js";
import { isSeeded, noOwnEnvironments, repository } from "./own-environments.js";

const files = fileURLToPath(new URL("../../templates/control-repository/files", import.meta.url));

/** The repository as a source of code deployment. */
export function controlSource(main: HostArgs): Source {
  return { name: "control", remote: `ssh://${controlUser}@${main.fqdn}${controlHome}/control.git` };
}

/** The repository, its initial content, and its hook. */
export function controlRepositoryState(args: WithDistribution<ControlRepositoryArgs>): HostState {
  const { main, webhook } = args;
  const { paths } = args.distribution;
  const share = "/usr/local/share/puppet-control-repository";
  const settings = `${controlHome}/webhook.json`;
  const shipped = readdirSync(files, { recursive: true, withFileTypes: true });
  const pathOf = (entry: (typeof shipped)[number]) =>
    join(share, entry.parentPath.slice(files.length), entry.name);
  return [
    ...noOwnEnvironments(args.distribution),
    packageOf("git"),
    packageOf("openssh-client"),
    systemUserOf(controlUser, { home: controlHome, shell: "/usr/bin/git-shell" }),
    directoryOf(controlHome),
    directoryOf(`${controlHome}/.ssh`),
    fileOf(
      `${controlHome}/.ssh/authorized_keys`,
      main.publicKey.apply((key) => renderAuthorizedKeys(`git-upload-pack '${repository}'`, [key])),
    ),
    directoryOf(share),
    ...shipped.filter((entry) => entry.isDirectory()).map((entry) => directoryOf(pathOf(entry))),
    ...shipped
      .filter((entry) => entry.isFile())
      .map((entry) =>
        fileOf(pathOf(entry), readFileSync(join(entry.parentPath, entry.name), "utf8"), {
          mode: entry.parentPath.endsWith("/scripts") ? "0755" : "0644",
        }),
      ),
    directoryOf(repository, { owner: controlUser, group: controlUser }),
    execOf(
      "make the control repository",
      ["sh", "-c", commandAs(controlUser, renderSeed({ repository, share }))],
      {
        unless: isSeeded,
      },
    ),
    // Where an earlier version kept the certificates that verified the webhook's.
    absenceOf(`${controlHome}/ca.pem`),
    fileOf(
      settings,
      pulumi
        .secret(webhook.secret)
        .apply((secret) => renderHookSettings({ url: webhook.url, secret })),
      { group: controlUser, mode: "0640", sensitive: true },
    ),
    ...fileAs(
      controlUser,
      `${repository}/hooks/post-receive`,
      renderPostReceive({
        ruby: paths.ruby,
        settings,
        repository: repositoryOf(controlSource(main.host).remote),
      }),
      { mode: "0755" },
    ),
  ];
}
