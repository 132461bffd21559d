import { beforeAll, describe, expect, it } from "vitest";
import { certificateFor } from "../../support/unit/certificates.js";
import { distributions } from "../../../distributions/index.js";
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
  type State,
} from "../../support/infrastructure.js";

const { debian } = distributions;
const secret = passwordOf("puppet-webhook-secret");
const share = "/usr/local/share/puppet-control-repository";

const stateIn = (of: Composed, name: string) =>
  stateOf(String(of.find(`${name}-run`).inputs.stdin));

let composed: Composed;
let leaving: Composed;
let none: Composed;
let elsewhere: Composed;
let repository: State;
let webhook: State;
beforeAll(async () => {
  composed = await compose(debian, { codeDeployment: { tool: "r10k" }, webhookPort: 9100 });
  leaving = await compose(debian, { codeDeployment: { tool: "g10k", behind: "leave" } });
  none = await compose(debian, { codeDeployment: { tool: "none", behind: "leave" } });
  const sources = { control: { remote: "https://git.example.org/control.git" } };
  elsewhere = await compose(debian, { codeDeployment: { tool: "r10k", sources } });
  repository = stateIn(composed, "puppet-control-repository-configuration");
  webhook = stateIn(composed, "puppet-webhook-configuration");
});

/** Comes before anything that a site with code of its own would notice. */
const ownEnvironments = [
  "file /usr/local/sbin/puppet-own-environments",
  "exec no environment is the site's own",
];

describe("the control repository", () => {
  it("is created from files that are installed before it, for a user who can only push", () => {
    expect(titlesOf(repository)).toEqual([
      ...ownEnvironments,
      ...["package git", "package openssh-client", "exec user puppet-control"],
      "file /var/lib/puppet-control",
      "file /var/lib/puppet-control/.ssh",
      "file /var/lib/puppet-control/.ssh/authorized_keys",
      `file ${share}`,
      ...[
        ...["data", "manifests", "scripts", "site-modules", "data/nodes"],
        ...["site-modules/profile", "site-modules/role"],
        ...["site-modules/profile/manifests", "site-modules/role/manifests"],
        ...["Puppetfile", "README.md", "environment.conf", "hiera.yaml", "data/common.yaml"],
        ...["manifests/site.pp", "scripts/config_version.sh"],
        ...["data/nodes/agent1.example.test.yaml", "site-modules/profile/manifests/motd.pp"],
        "site-modules/role/manifests/base.pp",
      ].map((path) => `file ${share}/${path}`),
      "file /var/lib/puppet-control/control.git",
      "exec make the control repository",
      "file /var/lib/puppet-control/ca.pem",
      "file /var/lib/puppet-control/webhook.json",
      "file /var/lib/puppet-control/control.git/hooks/post-receive",
    ]);
    const { command } = resourceOf(repository, "user puppet-control").parameters;
    expect(command).toEqual(expect.arrayContaining(["--shell", "/usr/bin/git-shell"]));
  });

  it("has folders before what is in them, and one file that can be run", () => {
    const made = repository.filter(({ title }) => title.startsWith(`${share}/`));
    for (const [index, { title }] of made.entries()) {
      const parent = title.slice(0, title.lastIndexOf("/"));
      const before = made.slice(0, index).map((other) => other.title);
      expect([share, ...before], title).toContain(parent);
    }
    const runnable = made.filter(
      ({ parameters: { ensure, mode } }) => ensure === "file" && mode === "0755",
    );
    expect(runnable.map(({ title }) => title)).toEqual([`${share}/scripts/config_version.sh`]);
  });

  it("can be read with the key of the user that deploys, and no other", () => {
    expect(
      contentOf(repository, "/var/lib/puppet-control/.ssh/authorized_keys").split("\n").slice(1),
    ).toEqual([
      `restrict,command="git-upload-pack '/var/lib/puppet-control/control.git'" ${publicKeyOf("main-code-identity")} puppet-code@host`,
      "",
    ]);
  });

  it("is what is deployed where the settings name no source", () => {
    const path = "/etc/puppet-code/settings.json";
    const settings: unknown = JSON.parse(contentOf(stateIn(composed, "main-code"), path));
    const remote = "ssh://puppet-control@main.example.test/var/lib/puppet-control/control.git";
    expect(settings).toMatchObject({ sources: [{ name: "control", remote }] });
  });

  it("notifies the webhook of pushes, with a secret that only its user can read", () => {
    const settings = resourceOf(repository, "/var/lib/puppet-control/webhook.json");
    expect(settings).toMatchObject({
      parameters: { group: "puppet-control", mode: "0640" },
      sensitive: true,
    });
    expect(JSON.parse(String(settings.parameters.content))).toEqual({
      // On the same host, whose requests are signed too.
      url: "http://127.0.0.1:9101/hooks/control",
      secret,
    });
    const holding = repository.filter((one) => secretsIn(JSON.stringify(one)).length > 0);
    expect(holding).toEqual([settings]);
  });

  it("is not created where the code is in external repositories", async () => {
    const { registrations, state } = await compose(debian, {
      codeDeployment: { tool: "r10k", sources: { a: { remote: "https://git.example.org/c" } } },
    });
    const names = registrations.map(({ name }) => name);
    expect(names.filter((name) => name.includes("control-repository"))).toEqual([]);
    expect(names).toContain("puppet-webhook");
    expect(state("main").length).toBeGreaterThan(0);
  });
});

describe("the webhook", () => {
  it("is set up in this order: user, hooks, service, and TLS in front of it", () => {
    const unit = (name: string) => [
      `file /etc/systemd/system/${name}`,
      `exec systemd reads ${name}`,
      `file /etc/systemd/system/${name}.d`,
      `file /etc/systemd/system/${name}.d/restart.conf`,
      `exec systemd reads ${name}.d/restart.conf`,
      `service ${name}`,
    ];
    expect(titlesOf(webhook)).toEqual([
      ...["package webhook", "package haproxy", "exec user puppet-webhook"],
      "file /etc/puppet-webhook",
      "file /etc/puppet-webhook/hooks.yaml",
      ...unit("puppet-webhook.service"),
      "file /etc/puppet-webhook/tls",
      "file /usr/local/sbin/puppet-webhook-certificate",
      "exec the webhook's certificate",
      "file /etc/puppet-webhook/haproxy.cfg",
      ...unit("puppet-webhook-proxy.service"),
    ]);
  });

  it("has its secret in one file, which only its user can read", () => {
    const hooks = resourceOf(webhook, "/etc/puppet-webhook/hooks.yaml");
    expect(hooks).toMatchObject({
      parameters: { owner: "root", group: "puppet-webhook", mode: "0640" },
      sensitive: true,
    });
    expect(secretsIn(String(hooks.parameters.content))).toEqual(["webhookSecret"]);
    expect(webhook.filter((one) => secretsIn(JSON.stringify(one)).length > 0)).toEqual([hooks]);
  });

  it("listens on its port for all, and on the next one for HAProxy alone", () => {
    const conf = contentOf(webhook, "/etc/puppet-webhook/haproxy.cfg");
    expect(conf).toMatch(
      /^ {4}bind :9100 ssl crt \/etc\/puppet-webhook\/tls\/host\.pem alpn http\/1\.1$/m,
    );
    expect(conf).toMatch(/^ {4}server webhook 127\.0\.0\.1:9101 maxconn 16$/m);
    const unit = contentOf(webhook, "/etc/systemd/system/puppet-webhook.service");
    expect(unit).toMatch(/^ExecStart=.* -ip 127\.0\.0\.1 -port 9101$/m);
  });

  it("has a certificate of its own, whose name is reserved: nothing reads the host's key, which administers the CA", () => {
    expect(JSON.stringify(webhook)).not.toContain("private_keys/main");
    const script = contentOf(webhook, "/usr/local/sbin/puppet-webhook-certificate");
    expect(script).toContain("certname=webhook.main.example.test\nfqdn=main.example.test\n");
    expect(resourceOf(webhook, "the webhook's certificate").parameters).toMatchObject({
      unless: "/usr/local/sbin/puppet-webhook-certificate --check",
      notify: "Service[puppet-webhook-proxy.service]",
    });
    const rules = contentOf(composed.state("main"), "/etc/puppet/autosign/rules.json");
    expect(rules).toContain('"webhook.main.example.test"');
  });

  it.each([
    [
      "its first name without a wildcard",
      ["*.example.org", "hooks.example.org"],
      "hooks.example.org",
    ],
    [
      "the main server's name, if it is for that",
      ["hooks.example.org", "*.example.test"],
      "main.example.test",
    ],
  ] as const)("has the certificate of the settings, and in its URL %s", async (_, names, host) => {
    const { certificate, privateKey } = certificateFor(...names);
    const given = await compose(debian, {
      codeDeployment: { tool: "r10k" },
      webhookCertificate: certificate,
      webhookPrivateKey: privateKey,
    });
    const state = stateIn(given, "puppet-webhook-configuration");
    expect(contentOf(state, "/etc/puppet-webhook/tls/host.pem")).toBe(certificate);
    expect(resourceOf(state, "/etc/puppet-webhook/tls/host.pem.key")).toMatchObject({
      parameters: { content: privateKey, owner: "root", group: "root", mode: "0600" },
      sensitive: true,
    });
    expect(titlesOf(state)).not.toContain("exec the webhook's certificate");
    expect(given.webhookUrl).toBe(`https://${host}:9000/hooks/code`);
  });

  it("refuses a certificate under whose names no Git server could connect", async () => {
    const { certificate, privateKey } = certificateFor("*.example.org");
    const refused = compose(debian, {
      codeDeployment: { tool: "r10k" },
      webhookCertificate: certificate,
      webhookPrivateKey: privateKey,
    });
    await expect(refused).rejects.toThrow(
      "certificate has no name without a wildcard, nor is it for main.example.test; write one that the Git servers can connect to.",
    );
  });

  it("has TLS from a HAProxy of its own, which drops root's permissions after it has read the key", () => {
    const unit = (name: string) => contentOf(webhook, `/etc/systemd/system/${name}.service`);
    expect(unit("puppet-webhook")).toMatch(/^User=puppet-webhook$/m);
    expect(unit("puppet-webhook-proxy")).toMatch(/^CapabilityBoundingSet=CAP_SETUID CAP_SETGID /m);
    const conf = contentOf(webhook, "/etc/puppet-webhook/haproxy.cfg");
    expect(conf).toMatch(/^ {4}user haproxy\n {4}group haproxy$/m);
  });

  it("gains no permissions, and restarts when a file that it reads changes", () => {
    for (const [service, file] of [
      ["puppet-webhook.service", "/etc/puppet-webhook/hooks.yaml"],
      ["puppet-webhook-proxy.service", "/etc/puppet-webhook/haproxy.cfg"],
    ]) {
      const unit = contentOf(webhook, `/etc/systemd/system/${String(service)}`);
      expect(unit).toMatch(/^NoNewPrivileges=yes$/m);
      expect(resourceOf(webhook, String(file)).parameters.notify).toBe(
        `Service[${String(service)}]`,
      );
    }
  });
});

describe("all states of code deployment", () => {
  const names = ["main-code", "compiler1-code", "compiler2-code"];
  const states = () => [...names.map((name) => stateIn(leaving, name)), repository, webhook];

  it("have every resource once", () => {
    for (const titles of states().map(titlesOf)) expect(new Set(titles).size).toBe(titles.length);
  });

  it("notify only services and commands that they list, and list them later", () => {
    const kinds: Readonly<Record<string, string>> = { service: "Service", exec: "Exec" };
    for (const state of states()) {
      for (const [index, { title, parameters }] of state.entries()) {
        const later = state
          .slice(index + 1)
          .map((other) => `${kinds[other.type] ?? ""}[${other.title}]`);
        const references = [parameters.notify ?? []].flat();
        expect(later, title).toEqual(expect.arrayContaining(references));
      }
    }
  });
});

describe("other consequences of code deployment", () => {
  const puppetConf = (of: Composed, host: string) =>
    contentOf(of.state(host), "/etc/puppet/puppet.conf").split("\n");
  const hosts = ["main", "compiler1", "compiler2"];

  it.each(hosts)("%s reads environments once, and only then", (host) => {
    const added: unknown[] = [
      expect.stringMatching(/^# .* read once/),
      "environment_timeout = unlimited",
      expect.stringMatching(/^# .* links to releases/),
      "versioned_environment_dirs = true",
    ];
    const without = puppetConf(none, host);
    const at = without.findIndex((line) => line.startsWith("codedir = ")) + 1;
    expect(at).toBeGreaterThan(0);
    expect(puppetConf(composed, host)).toEqual([
      ...without.slice(0, at),
      ...added,
      ...without.slice(at),
    ]);
  });

  it.each(hosts)("%s may reload its own environments, and nobody else's", (host) => {
    const rules = (of: Composed) =>
      contentOf(of.state(host), "/usr/local/share/puppet-authorization.conf").split("\n");
    const added = rules(composed).filter((rule) => !rules(none).includes(rule));
    expect(added.map((rule) => JSON.parse(rule.trim().replace(/,$/, "")) as unknown)).toEqual([
      expect.objectContaining({
        "match-request": {
          path: "/puppet-admin-api/v1/environment-cache",
          type: "path",
          method: ["delete"],
        },
        allow: `${host}.example.test`,
      }),
    ]);
    const code = host === "main" ? ownEnvironments : [];
    expect(titlesOf(composed.state(host))).toEqual(
      titlesOf(none.state(host)).flatMap((title) =>
        title === "exec the CA is this stack's" ? [title, ...code] : [title],
      ),
    );
  });

  it("environments of a site's own are looked for only where code comes from the control repository", () => {
    expect(titlesOf(elsewhere.state("main"))).toEqual(titlesOf(none.state("main")));
  });

  it("the load balancer asks compilers whether they take agents, whatever deploys code", () => {
    const conf = (of: Composed) => contentOf(of.state("balancer"), "/etc/haproxy/haproxy.cfg");
    expect(conf(composed)).toBe(conf(none));
    expect(conf(leaving)).toBe(conf(none));
    expect(conf(leaving)).toMatch(
      /^ {4}default-server .* agent-check agent-port 8139 agent-inter/m,
    );
    expect(conf(leaving)).toMatch(
      /^ {4}use_backend drained_compilers if \{ nbsrv\(compilers\) eq 0 \} \{ nbsrv\(drained_compilers\) gt 0 \}$/m,
    );
    // The second backend has the same servers, without this check.
    const [, first = "", second = ""] = conf(leaving).split(/^backend .*$/m);
    const servers = (text: string) => text.match(/^ {4}server .*$/gm);
    expect(servers(second)).toEqual(servers(first));
    expect(servers(second)).toHaveLength(2);
    expect(second).not.toContain("agent-");
  });

  it("none of it exists without a tool", () => {
    const ours = ({ registrations }: Composed) =>
      registrations.filter(({ name }) => /-code\b|webhook|control-repository/.test(name));
    expect(ours(none)).toEqual([]);
    expect(ours(composed).length).toBeGreaterThan(10);
    // An earlier version had one of its units on every compiler that left its pool.
    const earlier = /puppet-code-pool\.socket/g;
    for (const host of [...hosts, "balancer"]) {
      expect(none.script(host).replaceAll(earlier, ""), host).not.toMatch(
        /puppet-code|environment-cache|unlimited/,
      );
    }
    const inputs = none.registrations.map(({ inputs }) => JSON.stringify(inputs)).join("");
    expect(inputs.replaceAll(earlier, "")).not.toContain("puppet-code");
  });
});
