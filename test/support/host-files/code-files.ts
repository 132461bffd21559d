import type { CodeSettings } from "../../../components/index.js";
import { distributions, type DistributionName } from "../../../distributions/index.js";
import {
  renderGitSshConfig,
  renderToolConf,
} from "../../../templates/code-deployment/code-deployment.js";
import {
  renderDeployKeys,
  renderRetireDeployKey,
} from "../../../templates/code-deployment/git-access.js";
import { renderSeed } from "../../../templates/control-repository/control-repository.js";
import { compose, contentOf, stateOf, type Composed } from "../infrastructure.js";
import type { Files } from "./files.js";

const units = "/etc/systemd/system";
const folder = "/etc/puppet-code";

/** External control repositories. */
export const sources = {
  control: { remote: "https://git.example.org:8443/Org/control.git" },
  shared: { remote: "git@git.example.com:org/shared.git", prefix: "shared" },
};

/** Code deployment with everything that can be set, and g10k. */
const everything = {
  tool: "g10k",
  sources,
  knownHosts:
    "git.example.com ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFGsT5C1G6VyHm0VTuMJFSFn0v4Z2FyP5kPlqFMn9pXe\n",
  tokenUser: "x-access",
  token: "a-token-of-the-git-server",
  poolSize: 9,
  proxy: "http://proxy.example.test:3128",
  forge: "https://forge.example.test",
  postRun: [["/usr/local/sbin/tell", "that it is done"]],
  behind: "leave",
  gate: "compile",
  canaries: ["web1.example.test"],
} satisfies Partial<CodeSettings>;

/** What a name that stands in no state contains, by the file's name and where it stands in which state. */
type Places = Readonly<Record<string, readonly [state: string, path: string]>>;

const contentsOf = (of: Composed, places: Places): Files =>
  Object.fromEntries(
    Object.entries(places).map(([name, [state, path]]) => [
      name,
      contentOf(stateOf(String(of.find(`${state}-run`).inputs.stdin)), path),
    ]),
  );

const repository = "puppet-control-repository-configuration";
const webhook = "puppet-webhook-configuration";

/** Files of code deployment that differ between distributions. */
export async function codeFilesOf(name: DistributionName): Promise<Files> {
  const { paths, services } = distributions[name];
  const of = await compose(distributions[name], { codeDeployment: { tool: "r10k" } });
  return {
    ...contentsOf(of, {
      "main/puppet-code-deploy": ["main-code", "/usr/local/sbin/puppet-code-deploy"],
      "main/puppet-code-request": ["main-code", "/usr/local/sbin/puppet-code-request"],
      "main/puppet-code-deploy.service": ["main-code", `${units}/puppet-code-deploy.service`],
      "main/puppet-code-used": ["main-code", "/usr/local/sbin/puppet-code-used"],
      "main/puppet-code-used@.service": ["main-code", `${units}/puppet-code-used@.service`],
      "main/puppet-code-used.socket": ["main-code", `${units}/puppet-code-used.socket`],
      "main/r10k.yaml": ["main-code", `${folder}/r10k.yaml`],
      "main/settings.json": ["main-code", `${folder}/settings.json`],
      "main/puppet.conf": ["main-configuration", `${paths.confdir}/puppet.conf`],
      "compiler/puppet-code-sync": ["compiler1-code", "/usr/local/sbin/puppet-code-sync"],
      "compiler/puppet-code-sync.service": ["compiler1-code", `${units}/puppet-code-sync.service`],
      "compiler/settings.json": ["compiler1-code", `${folder}/settings.json`],
      "compiler/puppet-code-flush@.service": [
        "compiler1-code",
        `${units}/puppet-code-flush@.service`,
      ],
      "compiler/puppet-code-flush.socket": ["compiler1-code", `${units}/puppet-code-flush.socket`],
      "compiler/server.conf": [
        "compiler1-code",
        `${units}/${services.server}.service.d/puppet-code.conf`,
      ],
      "control-repository/post-receive": [
        repository,
        "/var/lib/puppet-control/control.git/hooks/post-receive",
      ],
    }),
  };
}

/** Files of code deployment that are the same for every distribution. */
export async function sharedCodeFiles(): Promise<Files> {
  const simple = await compose(distributions.debian, { codeDeployment: { tool: "r10k" } });
  const full = await compose(distributions.debian, { codeDeployment: everything });
  const lib = "/usr/local/lib/puppet-code";
  return {
    "identity.sh": String(simple.find("compiler1-code-identity").inputs.stdin),
    ...contentsOf(simple, {
      "puppet_code.rb": ["compiler1-code", `${lib}/puppet_code.rb`],
      ssh_config: ["main-code", `${folder}/.ssh/config`],
      "main/push.rb": ["main-code", `${lib}/push.rb`],
      "main/authorized_keys": ["main-code", `${folder}/.ssh/authorized_keys`],
      "main/known_hosts": ["main-code", `${folder}/.ssh/known_hosts`],
      "main/puppet-code-deploy.path": ["main-code", `${units}/puppet-code-deploy.path`],
      "main/puppet-code-all.service": ["main-code", `${units}/puppet-code-all.service`],
      "main/puppet-code-all.timer": ["main-code", `${units}/puppet-code-all.timer`],
      "compiler/authorized_keys": ["compiler1-code", `${folder}/.ssh/authorized_keys`],
      "compiler/known_hosts": ["compiler1-code", `${folder}/.ssh/known_hosts`],
      "compiler/puppet-code-sync.timer": ["compiler1-code", `${units}/puppet-code-sync.timer`],
      "webhook/hooks.yaml": [webhook, "/etc/puppet-webhook/hooks.yaml"],
      "webhook/haproxy.cfg": [webhook, "/etc/puppet-webhook/haproxy.cfg"],
      "webhook/puppet-webhook.service": [webhook, `${units}/puppet-webhook.service`],
      "webhook/puppet-webhook-proxy.service": [webhook, `${units}/puppet-webhook-proxy.service`],
      "control-repository/authorized_keys": [
        repository,
        "/var/lib/puppet-control/.ssh/authorized_keys",
      ],
      "control-repository/webhook.json": [repository, "/var/lib/puppet-control/webhook.json"],
    }),
    "deploy-keys.sh": renderDeployKeys({
      host: "main.example.test",
      keys: [
        { name: "shared", keyType: "ed25519" },
        { name: "azure", keyType: "rsa" },
      ],
    }),
    "retire-deploy-key.sh": renderRetireDeployKey("shared", sources.shared.remote),
    git_config: renderGitSshConfig(),
    "control-repository/seed.sh": renderSeed({
      repository: "/var/lib/puppet-control/control.git",
      share: "/usr/local/share/puppet-control-repository",
    }),
    ...contentsOf(full, {
      "everything/g10k.yaml": ["main-code", `${folder}/g10k.yaml`],
      "everything/settings.json": ["main-code", `${folder}/settings.json`],
      "everything/known_hosts": ["main-code", `${folder}/.ssh/known_hosts`],
      "everything/git-credentials": ["main-code", "/var/lib/puppet-code/.git-credentials"],
      "everything/gitconfig": ["main-code", "/var/lib/puppet-code/.gitconfig"],
      "everything/puppet-pool.socket": ["compiler1-configuration", `${units}/puppet-pool.socket`],
      "everything/puppet-pool@.service": [
        "compiler1-configuration",
        `${units}/puppet-pool@.service`,
      ],
      "everything/puppet-warm-up.service": [
        "compiler1-configuration",
        `${units}/puppet-warm-up.service`,
      ],
      "everything/candidate.rb": ["compiler1-code", `${lib}/candidate.rb`],
      "everything/puppet-code-compile": ["compiler1-code", "/usr/local/sbin/puppet-code-compile"],
      "everything/puppet-code-compile.socket": [
        "compiler1-code",
        `${units}/puppet-code-compile.socket`,
      ],
      "everything/puppet-code-compile@.service": [
        "compiler1-code",
        `${units}/puppet-code-compile@.service`,
      ],
      "everything/haproxy.cfg": ["balancer-configuration", "/etc/haproxy/haproxy.cfg"],
    }),
    "everything/r10k.yaml": renderToolConf({
      ...{ ...everything, tool: "r10k", defaultEnvironment: "main" },
      sources: Object.entries(sources).map(([name, source]) => ({ name, ...source })),
    }),
  };
}
