import * as z from "zod";
import { CodeGate, CodeTool, OldCode } from "../../components/choices.js";
import { defaults } from "../../components/defaults.js";
import { agentsPort } from "../../templates/puppetserver/puppetserver.js";
import { puppetdbPort, readerPort } from "../../templates/puppetdb/puppetdb.js";
import { pairFaults } from "../certificate.js";
import { certificates, integer, label, object, port, privateKey, text, url } from "../values.js";
import {
  credentialFaults,
  credentials,
  gitToken,
  gitTokenUser,
  shortName,
  unpinnedFaults,
} from "./credentials.js";

const remote = text(
  new RegExp(
    `^(https://[a-z0-9.-]+(:${port})?/[^\\s@?#]+|ssh://[a-z0-9_-]+@[a-z0-9.-]+(:${port})?/\\S+|[a-z0-9_-]+@[a-z0-9.-]+:[^\\s:]+)$`,
  ),
  "a Git URL without a password, such as git@git.example.com:org/control.git or https://git.example.com/org/control.git",
);

/** A line of known_hosts: empty, a comment, or one or more names, the key's type and the key. */
const knownHost =
  "(#[ -~]*|(@[a-z-]+[ \\t]+)?[!-~]+[ \\t]+(ssh|ecdsa|sk)-[a-z0-9@.-]+[ \\t]+[A-Za-z0-9+/]+=*([ \\t][ -~]*)?)?";

/** Ports of Puppet Server, PuppetDB and PostgreSQL, which may all be on the main server. */
const takenPorts = [5432, 8080, puppetdbPort, readerPort, agentsPort];

/** Settings of code deployment. */
export const codeDeployment = object({
  /** What deploys code from Git; with none, you deploy the environments yourself. */
  tool: z.enum(CodeTool, "r10k, g10k or none").default(defaults.codeDeployment.tool),
  /**
   * Control repositories by name: their branches are the environments. Without any, the main server has a small
   * repository of its own, which you push to.
   */
  sources: z
    .record(
      shortName,
      object({
        /** URL of the repository. */
        remote,
        /** Prefix of its environments' names: PREFIX_BRANCH. */
        prefix: text(
          /^[a-z][a-z0-9_]{0,30}$/,
          "at most 31 lower-case letters, digits and underscores",
        ).optional(),
      }).meta({
        // What r10k has, and people look for here.
        instead: {
          basedir:
            "which has no use here, as every server has all environments in one folder; remove it, and write prefix to tell the environments of two sources apart",
        },
      }),
      "an object that maps names to repositories",
    )
    .default({}),
  /** Lines of known_hosts for Git servers with SSH URLs, as ssh-keyscan prints them, names in plaintext; check them. */
  knownHosts: text(
    new RegExp(`^${knownHost}(\\r?\\n${knownHost})*$`),
    "lines of a known_hosts file, each with a name, a type such as ssh-ed25519, and a key",
  ).default(defaults.codeDeployment.knownHosts),
  /** User name for the token. */
  tokenUser: gitTokenUser.default(defaults.codeDeployment.tokenUser),
  /** Token for repositories with HTTPS URLs. */
  token: gitToken.optional(),
  /** Keys and tokens of some repositories. */
  credentials,
  /** Modules fetched at the same time. */
  poolSize: integer(1, 64, "a whole number of modules").default(defaults.codeDeployment.poolSize),
  /** Proxy for HTTPS to Git and the Forge. */
  proxy: url("http", "http://proxy.example.com:3128").optional(),
  /** Hosts that are reached without the proxy. */
  noProxy: z
    .array(
      text(
        new RegExp(`^\\.?(${label}\\.)*${label}$`),
        "the name of a host, or of a domain with a dot before it, such as git.example.com or .example.com",
      ),
      "a list of hosts, such as [git.example.com]",
    )
    .default([]),
  /** Mirror of the Forge. */
  forge: url("https?", "https://forge.example.com").optional(),
  /** Whether puppet generate types is run for each environment. */
  generateTypes: z.boolean("true or false").default(defaults.codeDeployment.generateTypes),
  /** The environment that serves as production, for agents that name none. */
  defaultEnvironment: text(
    /^[A-Za-z0-9_]{1,64}$/,
    "the name of an environment: at most 64 letters, digits and underscores",
  ).default(defaults.codeDeployment.defaultEnvironment),
  /** What is checked before code is published: whether catalogs compile, whether Puppet can read it, or nothing. */
  gate: z.enum(CodeGate, "compile, syntax or none").default(defaults.codeDeployment.gate),
  /** Certificate names of the nodes whose catalogs must compile; with none, one that is made up. */
  canaries: z
    .array(
      text(/^[a-z0-9][a-z0-9._-]{0,254}$/, "a certificate name, such as web1.example.com"),
      "a list of certificate names",
    )
    .default(defaults.codeDeployment.canaries),
  /** Commands to run on the main server after a deploy: lists of a program and its arguments. */
  postRun: z
    .array(
      z
        .array(z.string("strings"), "a list of a program and its arguments")
        .refine(
          ([program]) => program?.startsWith("/") === true,
          "a list that begins with the absolute path of a program",
        ),
      "a list of commands, each a list of a program and its arguments",
    )
    .default([]),
  /** What a compiler with known outdated code does: keep serving, or leave the pool until it has the latest code. */
  behind: z.enum(OldCode, "serve or leave").default(defaults.codeDeployment.behind),
});

/** Settings of the webhook. */
export const webhook = object({
  /** TCP port on the main server; the next port is used too, on the loopback address only. */
  port: integer(1024, 65534, "an unused TCP port of the main server")
    .refine(
      (port) => ![port, port + 1].some((one) => takenPorts.includes(one)),
      `a TCP port that the main server does not use: not ${takenPorts.join(", ")} or the port before any of these`,
    )
    .default(defaults.webhookPort),
  /** Its HTTPS certificate, with the chain that signed it; by default it has one of the environment's CA. */
  certificate: certificates.optional(),
  /** The certificate's private key. */
  privateKey: privateKey.optional(),
});

export type CodeDeployment = z.output<typeof codeDeployment>;
export type Webhook = z.output<typeof webhook>;

/** Settings that do not fit together. */
export function codeFaults(settings: CodeDeployment): string[] {
  const { tool, sources, knownHosts, token, credentials, proxy, noProxy } = settings;
  const { gate, canaries } = settings;
  const remotes = Object.entries(sources);
  const sentences: string[] = [];
  const used = { sources, credentials };
  for (const [setting, value] of Object.entries(used)) {
    if (tool === "none" && Object.keys(value).length > 0) {
      sentences.push(
        `puppet:codeDeployment.${setting} is set, but puppet:codeDeployment.tool is "none"; set puppet:codeDeployment.tool to r10k or g10k, or remove the ${setting}.`,
      );
    }
  }
  if (gate !== CodeGate.Compile && canaries.length > 0) {
    sentences.push(
      `puppet:codeDeployment.canaries is set, but puppet:codeDeployment.gate is "${gate}"; set puppet:codeDeployment.gate to compile, or remove the canaries.`,
    );
  }
  sentences.push(
    ...unpinnedFaults(
      [
        ...remotes.map(([name, { remote }]) => [`sources.${name}.remote`, remote] as const),
        ...Object.entries(credentials).map(
          ([name, { url }]) => [`credentials.${name}.url`, url] as const,
        ),
      ],
      knownHosts,
    ),
    ...credentialFaults(credentials),
  );
  if (noProxy.length > 0 && proxy === undefined) {
    sentences.push(
      "puppet:codeDeployment.noProxy is set, but puppet:codeDeployment.proxy is not; remove it, or write the proxy.",
    );
  }
  if (token !== undefined && !remotes.some(([, { remote }]) => remote.startsWith("https:"))) {
    sentences.push(
      "puppet:codeDeployment.token is set, but no source has an HTTPS URL; remove it, or use an HTTPS URL.",
    );
  }
  const prefixes = remotes.map(([, { prefix = "" }]) => prefix);
  if (new Set(prefixes).size < prefixes.length) {
    sentences.push(
      "puppet:codeDeployment.sources has two sources with the same prefix, so their branches would be the same environments; write a different prefix for each.",
    );
  }
  return sentences;
}

/** Settings of the webhook's certificate that do not fit together, or that nothing would use. */
export function webhookFaults(webhook: Webhook, { tool }: CodeDeployment): string[] {
  const sentences = pairFaults("webhook", webhook);
  if (tool === "none" && webhook.certificate !== undefined) {
    sentences.push(
      'puppet:webhook.certificate is set, but puppet:codeDeployment.tool is "none", so there is no webhook; remove it and puppet:webhook.privateKey, or set puppet:codeDeployment.tool to r10k or g10k.',
    );
  }
  return sentences;
}
