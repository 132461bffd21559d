import { createHash } from "node:crypto";
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { MockResourceArgs } from "@pulumi/pulumi/runtime/mocks.js";
import { PuppetInfrastructure, type PuppetInfrastructureArgs } from "../../components/index.js";
import type { Distribution } from "../../distributions/index.js";
import { stagedPath } from "../../hosts/as-user.js";
import type { Host } from "../../hosts/host.js";
import type { HostState } from "../../hosts/host-state.js";
import { hostKey } from "../../templates/autosign/autosign.js";
import { findIn, recordRequests, settled, type Registration } from "./registrations.js";

/** A resolved host state. */
export type State = pulumi.Unwrap<HostState>;

/** The composed infrastructure as the engine sees it. */
export interface Composed {
  registrations: Registration[];
  /** The only registration with a name and, if several share it, a type. */
  find: (name: string, type?: string) => Registration;
  /** The script a host runs. */
  script: (host: string) => string;
  /** The host state in that script. */
  state: (host: string) => State;
  agentInstall: string;
  agentInstallIsSecret: boolean;
  statsUrl: string;
  webhookUrl: string | undefined;
  /** Its data about Foreman. */
  foreman: {
    url: string | undefined;
    adminPassword: string | undefined;
    isSecret: boolean | undefined;
  };
}

/** PEM as served by a CA. */
export const caPem = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";

/** A recognisable value for a random password, in letters and digits. */
export const passwordOf = (name: string, length = 48) =>
  name.replace(/[^A-Za-z0-9]/g, "").padEnd(length, "0");

/** A public key in OpenSSH's format: 32 bytes after its type, as in any key. */
export function publicKeyOf(name: string): string {
  const fieldOf = (bytes: Buffer) => Buffer.concat([Buffer.of(0, 0, 0, bytes.length), bytes]);
  const key = createHash("sha256").update(name).digest();
  const fields = [fieldOf(Buffer.from("ssh-ed25519")), fieldOf(key)];
  return `ssh-ed25519 ${Buffer.concat(fields).toString("base64")}`;
}

const infrastructureKey = passwordOf("puppet-authority-hosts-key");

/** Which of the infrastructure's secrets a text contains. */
export const secretsIn = (text: string) =>
  Object.entries({
    agentKey: passwordOf("puppet-authority-agent-key"),
    infrastructureKey,
    ...Object.fromEntries(
      ["compiler1", "puppetdb", "hdm", "foreman"].map((host) => [
        `${host}Key`,
        hostKey(infrastructureKey, `${host}.example.test`),
      ]),
    ),
    statsPassword: passwordOf("balancer-stats-password", 24),
    writePassword: passwordOf("puppetdb-write-password", 32),
    readPassword: passwordOf("puppetdb-read-password", 32),
    webhookSecret: passwordOf("puppet-webhook-secret"),
    hdmAdminPassword: passwordOf("hdm-admin-password", 32),
    hdmSecretKeyBase: passwordOf("hdm-secret-key-base", 128),
    foremanAdminPassword: passwordOf("foreman-admin-password", 32),
    foremanDatabasePassword: passwordOf("foreman-database-password", 32),
    foremanOauthKey: passwordOf("foreman-oauth-key", 32),
    foremanOauthSecret: passwordOf("foreman-oauth-secret", 32),
  })
    .filter(([, secret]) => text.includes(secret))
    .map(([name]) => name);

/** The type and title of each resource, in order; what its folder's owner writes, reads or removes is one file. */
export const titlesOf = (state: State) =>
  state.flatMap(({ type, title }) => {
    if (title.startsWith(stagedPath("/")) || /^read \S+ for /.test(title)) return [];
    const [, path] = /^(?:no )?(\/\S+) of \S+$/.exec(title) ?? [];
    return [path === undefined ? `${type} ${title}` : `file ${path}`];
  });

/** The only resource with a title. */
export function resourceOf(state: State, title: string): State[number] {
  const [only, ...others] = state.filter((resource) => resource.title === title);
  if (only === undefined || others.length > 0) throw new Error(`not one resource ${title}`);
  return only;
}

/** Content of a file, also of one that its folder's owner writes. */
export const contentOf = (state: State, path: string) =>
  String(
    resourceOf(state, state.some(({ title }) => title === path) ? path : stagedPath(path))
      .parameters.content,
  );

/** The file that another one is a copy of. */
export function sourceOf(state: State, path: string): string {
  const reads = state.map(({ title }) => /^read (\S+) for (\S+)$/.exec(title));
  return (
    reads.find((read) => read?.[2] === path)?.[1] ??
    String(resourceOf(state, path).parameters.source)
  );
}

/** Address of the machine with a name. */
export const addressOf = (name: string) =>
  `10.0.0.${String((name.codePointAt(name.length - 1) ?? 0) % 200)}`;

/** A machine that was created elsewhere. */
export function hostOf(name: string, changes: Partial<Host> = {}): Host {
  const fqdn = `${name}.example.test`;
  return {
    name,
    fqdn,
    address: addressOf(name),
    cores: 4,
    memory: 8192,
    identity: pulumi.output(`machine-of-${name}`),
    connection: {
      host: fqdn,
      privateKey: pulumi.secret(`login-to-${name}`),
      hostKey: publicKeyOf(fqdn),
    },
    forwarded: { "8404": "127.0.0.1:18404" },
    ...changes,
  };
}

/** Composes an infrastructure, and returns its registrations once all are settled. */
export async function compose(
  distribution: Distribution,
  changes: Partial<
    Omit<PuppetInfrastructureArgs, "hosts" | "puppetdb" | "postgresql" | "codeDeployment">
  > & {
    compilers?: readonly string[];
    main?: Partial<Host>;
    /** Host of PuppetDB; `none` for none. */
    puppetdbHost?: "puppetdb" | "main" | "none";
    puppetdb?: Partial<PuppetInfrastructureArgs["puppetdb"]>;
    postgresql?: Partial<PuppetInfrastructureArgs["postgresql"]>;
    /** Whether Foreman has its own host. */
    foremanHost?: boolean;
    /** Code deployment; none by default, so that other tests need not list its resources. */
    codeDeployment?: Partial<PuppetInfrastructureArgs["codeDeployment"]>;
  } = {},
): Promise<Composed> {
  const {
    compilers = ["compiler1", "compiler2"],
    main = {},
    puppetdbHost = "puppetdb",
    puppetdb = {},
    postgresql = {},
    foremanHost = false,
    codeDeployment = {},
    ...args
  } = changes;
  const registrations: Registration[] = [];
  const restore = recordRequests(registrations);
  await pulumi.runtime.setMocks({ newResource, call: ({ inputs }) => inputs as object }, "p", "s");

  const machine = new command.local.Command("machine", { create: "true" });
  const mainHost = hostOf("main", { machine, ...main });
  const infrastructure = new PuppetInfrastructure("puppet", {
    hosts: {
      main: mainHost,
      puppetdb: { puppetdb: hostOf("puppetdb"), main: mainHost, none: undefined }[puppetdbHost],
      foreman: foremanHost ? hostOf("foreman") : undefined,
      loadBalancer: hostOf("balancer"),
      compilers: compilers.map((name) => hostOf(name)),
      hdm: args.hdm && hostOf("hdm"),
    },
    distribution: distribution.name,
    puppetServer: "puppet.example.test",
    caServer: "puppetca.example.test",
    fileServer: "puppetfiles.example.test",
    caName: "Puppet CA",
    statsPort: 8404,
    compileTimeout: 900,
    plannedCompilers: ["compiler8.example.test"],
    puppetdb: {
      serverUrls: [],
      softWriteFailure: true,
      requestTimeout: 10,
      nodeTtl: "7d",
      nodePurgeTtl: "14d",
      reportTtl: "14d",
      ...puppetdb,
    },
    webhookPort: 9000,
    codeDeployment: {
      tool: "none",
      sources: {},
      knownHosts: "",
      tokenUser: "git",
      poolSize: 4,
      generateTypes: true,
      defaultEnvironment: "production",
      gate: "syntax",
      canaries: [],
      postRun: [],
      behind: "serve",
      ...codeDeployment,
    },
    postgresql: {
      port: 5432,
      database: "puppetdb",
      user: "puppetdb",
      readUser: "puppetdb_read",
      backupTime: "02:30",
      backupDays: 14,
      ...postgresql,
    },
    ...args,
  });
  const agentInstall = await settled(infrastructure.agentInstall);
  const statsUrl = await settled(infrastructure.statsUrl);
  const agentInstallIsSecret = await pulumi.isSecret(infrastructure.agentInstall);
  const { foremanUrl, foremanAdminPassword } = infrastructure;
  const foreman = {
    url: foremanUrl,
    adminPassword: foremanAdminPassword && (await settled(foremanAdminPassword)),
    isSecret: foremanAdminPassword && (await pulumi.isSecret(foremanAdminPassword)),
  };
  await pulumi.runtime.disconnect();
  restore();

  const find = (name: string, type?: string) => findIn(registrations, name, type);
  const script = (host: string) => String(find(`${host}-configuration-run`).inputs.stdin);
  return {
    registrations,
    find,
    script,
    state: (host) => stateOf(script(host)),
    agentInstall,
    agentInstallIsSecret,
    statsUrl,
    webhookUrl: infrastructure.webhookUrl,
    foreman,
  };
}

/** The host state in a converge script. */
export function stateOf(script: string): State {
  const [, json = ""] = /<<'STATE'\n(.*)\nSTATE\n/.exec(script) ?? [];
  return JSON.parse(json) as State;
}

/** The csr_attributes.yaml that a host has while a converge script runs. */
export function csrAttributesIn(script: string): string {
  const [, content = ""] =
    /cat >'\/run\/pulumi-puppet\/csr_attributes.yaml'\) <<'ONCE'\n([^]*?)\nONCE\n/.exec(script) ??
    [];
  return content;
}

/** A provider's answer. */
export function newResource({ type, name, inputs }: MockResourceArgs): {
  id: string;
  state: Record<string, unknown>;
} {
  const given = inputs as Record<string, unknown>;
  const outputs: Record<string, unknown> =
    type === "random:index/randomPassword:RandomPassword"
      ? { result: passwordOf(name, Number(given.length)) }
      : name.endsWith("-ca-certificate-read")
        ? { stdout: caPem }
        : name.endsWith("-code-identity")
          ? { stdout: `${publicKeyOf(name)} puppet-code@host\n` }
          : name.endsWith("-code-keys")
            ? { stdout: `shared ${publicKeyOf(name)} puppet-code-shared@host\n` }
            : name.endsWith("-certificate")
              ? { stdout: "the time of the enrolment" }
              : {};
  return { id: `${name}-id`, state: { ...given, ...outputs } };
}
