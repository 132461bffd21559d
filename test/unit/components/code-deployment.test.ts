import { beforeAll, describe, expect, it } from "vitest";
import { stagedPath } from "../../../hosts/as-user.js";
import { distributions } from "../../../distributions/index.js";
import { renderMainLibrary } from "../../../templates/code-deployment/code-deployment.js";
import {
  compose,
  contentOf,
  passwordOf,
  publicKeyOf,
  resourceOf,
  secretsIn,
  stateOf,
  titlesOf,
  type Composed,
} from "../../support/infrastructure.js";

const { debian } = distributions;
const secret = passwordOf("puppet-webhook-secret");
const token = "a-token-of-the-git-server";
const folder = "/etc/puppet-code";
const repositoryName = "puppet-control-repository-configuration";
const webhookName = "puppet-webhook-configuration";

/** One host state of an infrastructure. */
const stateIn = (of: Composed, name: string) =>
  stateOf(String(of.find(`${name}-run`).inputs.stdin));
const urnOf = (of: Composed, name: string) => of.find(`${name}-run`).urn;

let composed: Composed;
/** With external sources, over HTTPS and SSH, and g10k. */
let given: Composed;
let leaving: Composed;
beforeAll(async () => {
  composed = await compose(debian, { codeDeployment: { tool: "r10k" } });
  given = await compose(debian, {
    codeDeployment: {
      tool: "g10k",
      sources: {
        one: { remote: "https://git.example.org:8443/org/control.git" },
        two: { remote: "https://git.example.org:8443/org/other.git", prefix: "two" },
        three: { remote: "git@git.example.com:org/control.git", prefix: "three" },
      },
      knownHosts: "git.example.com ssh-ed25519 AAAAgit\n",
      tokenUser: "x-access",
      token: `${token}/@:%`,
    },
  });
  leaving = await compose(debian, { codeDeployment: { tool: "r10k", behind: "leave" } });
});

/** What all servers have in common, which comes first. */
const served = [
  ...["package rsync", "package curl", "package openssh-client"],
  "file /var/lib/puppet-code",
  "file /var/lib/puppet-code/published",
  "exec let puppet-code deploy environments",
  "file /usr/local/lib/puppet-code",
  "file /usr/local/lib/puppet-code/puppet_code.rb",
  "file /etc/puppet-code/.ssh/config",
  "file /etc/systemd/system/puppet-code-flush@.service",
  "exec systemd reads puppet-code-flush@.service",
  "file /etc/systemd/system/puppet-code-flush.socket",
  "exec systemd reads puppet-code-flush.socket",
  "service puppet-code-flush.socket",
  "file /etc/puppet-code/.ssh/authorized_keys",
  "file /etc/puppet-code/.ssh/known_hosts",
];
const unit = (name: string) => [
  `file /etc/systemd/system/${name}`,
  `exec systemd reads ${name.replace(/^.*system\//, "")}`,
];
const compilers = [
  ...served.slice(0, -2),
  "file /var/lib/puppet-pool/code",
  ...served.slice(-2),
  "file /etc/puppet-code/settings.json",
  "file /usr/local/sbin/puppet-code-sync",
  ...unit("puppet-code-sync.service"),
  "exec take the code for the first time",
  "file /etc/systemd/system/puppetserver.service.d",
  ...unit("puppetserver.service.d/puppet-code.conf"),
  ...unit("puppet-code-sync.timer"),
  "service puppet-code-sync.timer",
  "exec turn puppet-code-compile.socket off",
];

describe("the main server", () => {
  it("deploys once its tool, keys and scripts are installed, and every hour after that", () => {
    expect(titlesOf(stateIn(composed, "main-code"))).toEqual([
      ...["package git", "package r10k", "package python3"],
      ...served,
      "file /var/lib/puppet-code/.git-credentials",
      "file /var/lib/puppet-code/.gitconfig",
      "exec no keys of repositories",
      "file /var/lib/puppet-code/staging",
      "file /var/lib/puppet-code/mirrors",
      "file /etc/puppet-code/g10k.yaml",
      "file /etc/puppet-code/r10k.yaml",
      "file /etc/puppet-code/settings.json",
      "file /var/lib/puppet-code-request",
      "file /var/lib/puppet-code-request/new",
      "file /var/lib/puppet-code-request/result",
      ...Object.keys(renderMainLibrary()).map((name) => `file /usr/local/lib/puppet-code/${name}`),
      "file /usr/local/sbin/puppet-code-used",
      ...unit("puppet-code-used@.service"),
      ...unit("puppet-code-used.socket"),
      "service puppet-code-used.socket",
      "file /usr/local/sbin/puppet-code-deploy",
      "file /usr/local/sbin/puppet-code-request",
      ...unit("puppet-code-deploy.service"),
      ...unit("puppet-code-deploy.path"),
      "exec move the requests out of the code",
      "service puppet-code-deploy.path",
      "exec deploy the code",
      "exec some code could not be deployed",
      ...unit("puppet-code-all.service"),
      ...unit("puppet-code-all.timer"),
      "service puppet-code-all.timer",
    ]);
  });

  it("lets each compiler read published code with its own key, and nothing else", () => {
    const [, ...lines] = contentOf(
      stateIn(composed, "main-code"),
      `${folder}/.ssh/authorized_keys`,
    ).split("\n");
    expect(lines).toEqual([
      ...["compiler1", "compiler2"].map(
        (name) =>
          `restrict,command="/usr/bin/rrsync -ro /var/lib/puppet-code/published" ${publicKeyOf(`${name}-code-identity`)} puppet-code@host`,
      ),
      "",
    ]);
  });

  it("knows the host keys of all servers, and of the Git servers in the settings", () => {
    const hosts = (of: Composed) =>
      contentOf(stateIn(of, "main-code"), `${folder}/.ssh/known_hosts`).split("\n").slice(1);
    const own = ["main", "compiler1", "compiler2"]
      .map((name) => `${name}.example.test`)
      .map((fqdn) => `${fqdn} ${publicKeyOf(fqdn)}`);
    expect(hosts(composed)).toEqual([...own, ""]);
    expect(hosts(given)).toEqual([...own, "git.example.com ssh-ed25519 AAAAgit", ""]);
  });

  it.each([
    ["r10k", "g10k"],
    ["g10k", "r10k"],
  ] as const)("has %s's file and none of %s's, whichever it had before", (tool, other) => {
    const state = stateIn(tool === "r10k" ? composed : given, "main-code");
    expect(titlesOf(state)).toContain(`package ${tool}`);
    expect(titlesOf(state)).not.toContain(`package ${other}`);
    expect(contentOf(state, `${folder}/${tool}.yaml`)).toContain("\nsources:\n");
    expect(resourceOf(state, `${folder}/${other}.yaml`).parameters).toEqual({ ensure: "absent" });
    const { parameters } = resourceOf(state, "deploy the code");
    // So a different tool deploys once, whatever the previous one has done.
    expect(parameters.unless).toBe(`test ${folder}/deployed -nt ${folder}/${tool}.yaml`);
  });

  it("has a token in Git's credential store, once for each server, and in no other file", () => {
    const state = stateIn(given, "main-code");
    const file = "/var/lib/puppet-code/.git-credentials";
    const store = resourceOf(state, stagedPath(file));
    expect(store).toMatchObject({
      parameters: {
        content: `https://x-access:${token}%2F%40%3A%25@git.example.org:8443\n`,
        ...{ owner: "root", group: "root", mode: "0600" },
      },
      sensitive: true,
    });
    expect(String(resourceOf(state, `${file} of puppet-code`).parameters.command)).toContain(
      "chmod 0600",
    );
    expect(contentOf(state, "/var/lib/puppet-code/.gitconfig")).toBe(
      "[credential]\n\thelper = store\n",
    );
    const holding = state.filter((one) => JSON.stringify(one).includes(token));
    expect(holding.map(({ title }) => title)).toEqual([store.title]);
  });

  it("has no credential store without a token, even if there was one before", () => {
    for (const name of [".git-credentials", ".gitconfig"]) {
      const { parameters } = resourceOf(
        stateIn(composed, "main-code"),
        `no /var/lib/puppet-code/${name} of puppet-code`,
      );
      expect(String(parameters.command)).toContain(`rm --force /var/lib/puppet-code/${name}`);
    }
  });
});

describe("credentials of some repositories", () => {
  let own: Composed;
  let state: ReturnType<typeof stateIn>;
  const teamToken = "a-token-of-the-team";
  beforeAll(async () => {
    own = await compose(debian, {
      codeDeployment: {
        tool: "r10k",
        sources: {
          one: { remote: "https://git.example.org:8443/org/control.git" },
          two: { remote: "git@git.example.com:org/shared.git", prefix: "two" },
        },
        token,
        proxy: "http://proxy.example.com:3128",
        noProxy: ["git.example.org", ".example.com"],
        credentials: {
          team: { url: "https://git.example.org:8443/Team/", token: teamToken, tokenUser: "bot" },
          shared: { url: "git@git.example.com:org/shared.git" },
          azure: { url: "git@ssh.dev.azure.com:v3/org", keyType: "rsa" },
        },
      },
    });
    state = stateIn(own, "main-code");
  });

  it("are one key each, made on the main server before it deploys", () => {
    const script = String(own.find("main-code-keys").inputs.stdin);
    expect(script).toContain("\nmake shared ed25519\nmake azure rsa\n\n");
    expect(own.find("main-code-keys").dependencies).toContain(own.find("main-code-identity").urn);
    expect(own.find("puppet-code").dependencies).toContain(own.find("main-code-keys").urn);
    const settings = JSON.parse(contentOf(state, `${folder}/settings.json`)) as object;
    expect(settings).toMatchObject({
      variables: {
        ...{
          https_proxy: "http://proxy.example.com:3128",
          no_proxy: "git.example.org,.example.com",
        },
        ...{ GIT_SSH_COMMAND: "/usr/local/lib/puppet-code/git-ssh", GIT_SSH_VARIANT: "ssh" },
      },
      deployKeys: [
        { name: "shared", host: "git.example.com", port: 22, path: "org/shared" },
        { name: "azure", host: "ssh.dev.azure.com", port: 22, path: "v3/org" },
      ],
      sources: [{ name: "one" }, { name: "two", credential: "shared" }],
    });
    expect(contentOf(state, `${folder}/.ssh/git_config`)).not.toContain("IdentityFile");
  });

  it("are one token each, beside that of the servers, and Git names the repository", () => {
    const file = "/var/lib/puppet-code/.git-credentials";
    expect(resourceOf(state, stagedPath(file))).toMatchObject({
      parameters: {
        content: `https://bot:${teamToken}@git.example.org:8443/team\nhttps://git:${token}@git.example.org:8443\n`,
        mode: "0600",
      },
      sensitive: true,
    });
    expect(contentOf(state, "/var/lib/puppet-code/.gitconfig")).toBe(
      "[credential]\n\thelper = /usr/local/lib/puppet-code/git-credential\n\tuseHttpPath = true\n",
    );
    for (const { name, inputs, secrets } of own.registrations) {
      const open = Object.entries(inputs).filter(([input]) => !secrets.includes(input));
      expect(JSON.stringify(open), name).not.toContain(teamToken);
    }
  });

  it("leave a stack without them as it was", () => {
    expect(composed.registrations.map(({ name }) => name)).not.toContain("main-code-keys");
    for (const name of ["git-ssh", "git-credential", "git_access.rb"]) {
      expect(titlesOf(stateIn(given, "main-code"))).not.toContain(
        `file /usr/local/lib/puppet-code/${name}`,
      );
    }
  });
});

describe("a compiler", () => {
  it("fetches the code before it joins the pool, and keeps it up to date", () => {
    for (const name of ["compiler1", "compiler2"]) {
      expect(titlesOf(stateIn(composed, `${name}-code`))).toEqual(compilers);
    }
  });

  it("reports outdated code only where it leaves the pool for that", () => {
    const leaves = (of: Composed) =>
      JSON.parse(contentOf(stateIn(of, "compiler1-code"), `${folder}/settings.json`)) as object;
    expect(leaves(leaving)).toMatchObject({ leaves: true });
    expect(leaves(composed)).toMatchObject({ leaves: false });
  });

  it("compiles catalogs from unpublished code only where canaries are wanted, and main asks compilers only", async () => {
    const gate = { tool: "r10k", gate: "compile" } as const;
    const made = await compose(debian, { codeDeployment: gate, hdm: { image: "hdm:1" } });
    expect(titlesOf(stateIn(made, "compiler2-code"))).toEqual([
      ...compilers.slice(0, -1),
      "file /usr/local/lib/puppet-code/candidate.rb",
      "file /usr/local/sbin/puppet-code-compile",
      ...unit("puppet-code-compile@.service"),
      ...unit("puppet-code-compile.socket"),
      "service puppet-code-compile.socket",
    ]);
    const settingsOf = (composed: Composed) =>
      JSON.parse(contentOf(stateIn(composed, "main-code"), `${folder}/settings.json`)) as object;
    const compilerNames = ["compiler1", "compiler2"].map((name) => ({
      name,
      fqdn: `${name}.example.test`,
    }));
    expect(settingsOf(made)).toHaveProperty("canaries", {
      nodes: ["canary.example.test"],
      compilers: compilerNames,
    });
    expect(settingsOf(composed)).not.toHaveProperty("canaries");
    const named = await compose(debian, {
      codeDeployment: { ...gate, canaries: ["web1.example.test"] },
    });
    expect(settingsOf(named)).toHaveProperty("canaries.nodes", ["web1.example.test"]);
  });

  it("lets the main server's key trigger a fetch, and knows only the main server", () => {
    const state = stateIn(composed, "compiler2-code");
    const linesOf = (name: string) =>
      contentOf(state, `${folder}/.ssh/${name}`).split("\n").slice(1);
    expect(linesOf("authorized_keys")).toEqual([
      `restrict,command="/usr/local/sbin/puppet-code-sync" ${publicKeyOf("main-code-identity")} puppet-code@host`,
      "",
    ]);
    expect(linesOf("known_hosts")).toEqual([
      `main.example.test ${publicKeyOf("main.example.test")}`,
      "",
    ]);
  });

  it("does not change when another one is added", async () => {
    const three = await compose(debian, {
      codeDeployment: { tool: "r10k" },
      compilers: ["compiler1", "compiler2", "compiler3"],
    });
    const stdin = (of: Composed, name: string) => of.find(`${name}-run`).inputs.stdin;
    const others = ["compiler1", "compiler2"].flatMap((name) => [
      `${name}-code`,
      `${name}-configuration`,
    ]);
    for (const name of [...others, repositoryName, webhookName]) {
      expect(stdin(three, name), name).toBe(stdin(composed, name));
    }
    // The main server accepts its key, knows its host key, and notifies it.
    const before = stateIn(composed, "main-code");
    const changed = stateIn(three, "main-code").filter(
      (one, index) => JSON.stringify(one) !== JSON.stringify(before[index]),
    );
    expect(changed.map(({ title }) => title)).toEqual(
      [".ssh/authorized_keys", ".ssh/known_hosts", "settings.json"].map(
        (name) => `${folder}/${name}`,
      ),
    );
  });
});

describe("dependencies", () => {
  it("have compilers fetch their code once the main server has deployed", () => {
    for (const name of ["compiler1-code", "compiler2-code"]) {
      expect(composed.find(name).dependencies).toContain(urnOf(composed, "main-code"));
    }
  });

  it("add a compiler to the pool once it has the code", () => {
    const { dependencies } = composed.find("balancer");
    const names = ["main-code", "compiler1-code", "compiler2-code"];
    expect(dependencies).toEqual(
      expect.arrayContaining(names.map((name) => urnOf(composed, name))),
    );
  });

  it("have the webhook listen once its command is installed", () => {
    expect(composed.find("puppet-webhook").dependencies).toContain(urnOf(composed, "main-code"));
  });

  it("have code deployed from the control repository once that exists", () => {
    expect(composed.find("puppet-code").dependencies).toContain(urnOf(composed, repositoryName));
  });

  it("have each server generate its key once it serves", () => {
    expect(composed.find("main-code-identity").dependencies).toContain(
      composed.find("main-configuration-run").urn,
    );
    expect(composed.find("compiler2-code-identity").dependencies).toContain(
      composed.find("compiler2-configuration-run").urn,
    );
  });
});

describe("secrets", () => {
  it("are in secret inputs only, on standard input, and in no command line", () => {
    for (const of of [composed, given]) {
      for (const { name, inputs, secrets } of of.registrations) {
        const { create, update, delete: remove } = inputs;
        const open = Object.entries(inputs).filter(([input]) => !secrets.includes(input));
        for (const text of [JSON.stringify(open), JSON.stringify([create, update, remove])]) {
          expect(secretsIn(text), name).toEqual([]);
          expect(text, name).not.toContain(token);
        }
      }
    }
    const holding = (of: Composed, text: string) =>
      of.registrations.filter(({ inputs }) => JSON.stringify(inputs).includes(text));
    expect(
      holding(composed, secret)
        .map(({ name }) => name)
        .sort(),
    ).toEqual([`${repositoryName}-run`, `${webhookName}-run`]);
    expect(holding(given, token).map(({ name }) => name)).toEqual(["main-code-run"]);
  });
});
