import { one, range, type BadSettings } from "./bad-setting.js";

const keys =
  "tool, sources, knownHosts, tokenUser, token, credentials, poolSize, proxy, noProxy, forge, generateTypes, defaultEnvironment, gate, canaries, postRun, behind";
const tool = "write r10k, g10k or none.";
const behind = "write serve or leave.";
const sources = "write an object that maps names to repositories.";
const sourceName = "write names of lower-case letters, digits and underscores.";
const remote =
  "write a Git URL without a password, such as git@git.example.com:org/control.git or https://git.example.com/org/control.git.";
const prefix = "write at most 31 lower-case letters, digits and underscores.";
const token =
  "write 8 to 512 characters without spaces, with npm run pulumi -- config set --stack STACK --secret --path puppet:codeDeployment.token.";
const proxy = "write a URL without a password, such as http://proxy.example.com:3128.";
const forge = "write a URL without a password, such as https://forge.example.com.";
const command = "write a list of a program and its arguments.";
const commands = "write a list of commands, each a list of a program and its arguments.";
const absolute = "write a list that begins with the absolute path of a program.";
const takenPort =
  "write a TCP port that the main server does not use: not 5432, 8080, 8081, 8082, 8140 or the port before any of these.";

const overHttps = "https://git.example.com/org/control.git";
const overSsh = "git@git.example.com:org/control.git";

/** A source with one fault. */
const inSource = (
  what: string,
  source: unknown,
  sentence: string,
  name = "control",
): BadSettings => ({
  what,
  values: { codeDeployment: { sources: { [name]: source } } },
  sentences: [`puppet:codeDeployment.sources${sentence}`],
});

/** A source with an invalid URL. */
const badRemote = (value: unknown, shown = `is ${JSON.stringify(value)}`): BadSettings =>
  inSource(
    `a remote ${JSON.stringify(value)}`,
    { remote: value },
    `.control.remote ${shown}; ${remote}`,
  );

/** Credentials with one fault beyond a single value. */
const inCredentials = (what: string, credentials: object, sentence: string): BadSettings => ({
  what,
  values: { codeDeployment: { credentials, knownHosts: "git.example.com ssh-ed25519 AAAA" } },
  sentences: [`puppet:codeDeployment.credentials${sentence}`],
});
const tokenCommand =
  "with npm run pulumi -- config set --stack STACK --secret --path puppet:codeDeployment.credentials.a.token.";

/** A source's host that is not in `knownHosts`. */
const unpinned = (
  what: string,
  url: string,
  host: string,
  knownHosts: string | undefined,
): BadSettings => ({
  what: `${what}: ${url}`,
  values: { codeDeployment: { sources: { control: { remote: url } }, knownHosts } },
  sentences: [
    `puppet:codeDeployment.sources.control.remote is on ${host}, which is not in puppet:codeDeployment.knownHosts; write the line that ssh-keyscan prints for it there, and compare it with what its operators publish.`,
  ],
});

/** Invalid settings of code deployment and of the webhook. */
export const badCodeSettings: readonly BadSettings[] = [
  ...["librarian", "R10K", "", true, null, ["r10k"]].map((value) =>
    one(`the tool ${JSON.stringify(value)}`, "codeDeployment.tool", value, tool),
  ),
  ...["stay", "Leave", "", false, null].map((value) =>
    one(`behind ${JSON.stringify(value)}`, "codeDeployment.behind", value, behind),
  ),
  one(
    "an unknown setting of code deployment",
    "codeDeployment.branch",
    "main",
    `write one of ${keys}, or remove it.`,
    "is not a setting",
  ),
  // It may contain a token.
  ...[[], "token=secret", 5].map((value) =>
    one(
      `code deployment that is ${JSON.stringify(value)}`,
      "codeDeployment",
      value,
      `write an object with ${keys}.`,
      "is invalid",
    ),
  ),

  ...[[], overSsh, 5, true, null].map((value) =>
    one(`sources ${JSON.stringify(value)}`, "codeDeployment.sources", value, sources),
  ),
  ...["Control", "1st", "_a", "a-b", "a.b", "a b", "", "a\n", "a".repeat(32)].map((name) =>
    inSource(
      `a source called ${JSON.stringify(name)}`,
      { remote: overHttps },
      ` has ${JSON.stringify(name)}; ${sourceName}`,
      name,
    ),
  ),
  inSource("a source without a remote", {}, `.control.remote is not set; ${remote}`),
  inSource(
    "a source that is a URL",
    overSsh,
    `.control is "${overSsh}"; write an object with remote, prefix.`,
  ),
  inSource(
    "a source with a setting it does not have",
    { remote: overHttps, branch: "main" },
    ".control.branch is not a setting; write one of remote, prefix, or remove it.",
  ),
  inSource(
    "a source with the basedir of r10k",
    { remote: overHttps, basedir: "/etc/puppet/code/environments" },
    ".control.basedir is set, which has no use here, as every server has all environments in one folder; remove it, and write prefix to tell the environments of two sources apart.",
  ),
  ...[
    ...["http://git.example.com/c.git", "git://git.example.com/c.git", "file:///srv/c.git"],
    ...["/srv/control.git", "control.git", "https://git.example.com", "https:///c.git", ""],
    ...["https://Git.example.com/c.git", "https://git.example.com/a b", "https://git/c\n"],
    ...["https://git.example.com:port/c.git", "git.example.com:org/c.git", "git@host", "git@:c"],
    ...["git@git.example.com:a:b", "git@git.example.com:a b", "git@host:c.git\n", "Git@host:c.git"],
    ...["ssh://git.example.com/c.git", "ssh://git@git.example.com", "ssh://git@host:x/c.git"],
    ...["-oProxyCommand=reboot", "ext::sh -c reboot", "git@host;reboot:c.git", "git@$(reboot):c"],
    ...[5, null, [overHttps]],
  ].map((value) => badRemote(value)),
  // No part of a possible password or token is shown.
  ...[
    "https://me:secret-word@git.example.com/c.git",
    "https://secret-word@git.example.com/c.git",
    "https://me:secret/word@git.example.com/c.git",
    "http://me:secret-word@git.example.com/c.git",
    "ssh://me:secret-word@git.example.com/c.git",
  ].map((value) => badRemote(value, "is invalid")),
  ...["A", "1st", "_a", "a-b", "a b", "", "a\n", "a".repeat(32), 5, null].map((value) =>
    inSource(
      `a prefix ${JSON.stringify(value)}`,
      { remote: overHttps, prefix: value },
      `.control.prefix is ${JSON.stringify(value)}; ${prefix}`,
    ),
  ),

  ...[
    ...[5, ["git.example.com ssh-ed25519 AAAA"], null, true, "foo", "git.example.com AAAA"],
    ...["git.example.com ssh-ed25519 AA\u0000AA", "git.example.com ssh-ed25519 AAAA\nfoo"],
  ].map((value) =>
    one(
      `knownHosts ${JSON.stringify(value)}`,
      "codeDeployment.knownHosts",
      value,
      "write lines of a known_hosts file, each with a name, a type such as ssh-ed25519, and a key.",
    ),
  ),
  ...["a b", "", "a:b", "a@b", "ä", "a\n", "a".repeat(65), 5, null].map((value) =>
    one(
      `tokenUser ${JSON.stringify(value)}`,
      "codeDeployment.tokenUser",
      value,
      "write at most 64 letters, digits and the signs . _ + -.",
    ),
  ),
  ...[
    ...["seven-c", "t".repeat(513), "with a blank", "tökens-are-ascii", "a-token-line\n", ""],
    ...[12345678, null, true, ["a-good-token"]],
  ].map((value) =>
    one(`a token ${JSON.stringify(value)}`, "codeDeployment.token", value, token, "is invalid"),
  ),
  ...[[], "a-token-in-a-wrong-place", null].map((value) =>
    one(
      `credentials ${JSON.stringify(value)}`,
      "codeDeployment.credentials",
      value,
      "write an object that maps names to a url with what it needs.",
      "is invalid",
    ),
  ),
  inCredentials(
    "credentials that are a token",
    { a: "a-token-in-a-wrong-place" },
    ".a is invalid; write an object with url, keyType, token, tokenUser.",
  ),
  ...[
    ...[
      "http://git.example.com/c.git",
      "git.example.com",
      "/srv/c.git",
      "https://git.example.com/a?b",
    ],
    ...["git@git.example.com", "file:///srv/c.git", "https://Git.example.com", 5, ""],
  ].map((value) =>
    inCredentials(
      `credentials for ${JSON.stringify(value)}`,
      { a: { url: value } },
      `.a.url is ${JSON.stringify(value)}; write the URL of a repository or of a path above some, without a password, such as git@git.example.com:org/module.git or https://git.example.com/org.`,
    ),
  ),
  inCredentials(
    "a type of key that there is not",
    { a: { url: overSsh, keyType: "dsa" } },
    '.a.keyType is "dsa"; write ed25519 or rsa.',
  ),
  inCredentials(
    "a short token in credentials",
    { a: { url: overHttps, token: "short" } },
    `.a.token is invalid; write 8 to 512 characters without spaces, ${tokenCommand}`,
  ),
  inCredentials(
    "an HTTPS URL without a token",
    { a: { url: overHttps } },
    `.a.token is not set; write a token that may read ${overHttps}, ${tokenCommand}`,
  ),
  inCredentials(
    "an HTTPS URL with a type of key",
    { a: { url: overHttps, token: "a-good-token", keyType: "rsa" } },
    ".a.keyType is set, but puppet:codeDeployment.credentials.a.url is an HTTPS URL, which needs a token; remove puppet:codeDeployment.credentials.a.keyType, or write an SSH URL.",
  ),
  ...["token", "tokenUser"].map((key) =>
    inCredentials(
      `an SSH URL with a ${key}`,
      { a: { url: overSsh, [key]: "a-good-token" } },
      `.a.${key} is set, but puppet:codeDeployment.credentials.a.url is an SSH URL, for which the main server makes a key; remove puppet:codeDeployment.credentials.a.${key}, or write an HTTPS URL.`,
    ),
  ),
  inCredentials(
    "two credentials for one repository",
    { a: { url: overSsh }, b: { url: "ssh://git@git.example.com/Org/control" } },
    ".b.url is the same as that of a; remove one of them, or write another URL.",
  ),
  inCredentials(
    "credentials for a server that is not pinned",
    { a: { url: "git@git.example.org:org/module.git" } },
    ".a.url is on git.example.org, which is not in puppet:codeDeployment.knownHosts; write the line that ssh-keyscan prints for it there, and compare it with what its operators publish.",
  ),
  {
    what: "credentials without code deployment",
    values: {
      codeDeployment: {
        tool: "none",
        credentials: { a: { url: overHttps, token: "a-good-token" } },
      },
    },
    sentences: [
      'puppet:codeDeployment.credentials is set, but puppet:codeDeployment.tool is "none"; set puppet:codeDeployment.tool to r10k or g10k, or remove the credentials.',
    ],
  },
  ...["git.example.com", {}, null].map((value) =>
    one(
      `noProxy ${JSON.stringify(value)}`,
      "codeDeployment.noProxy",
      value,
      "write a list of hosts, such as [git.example.com].",
    ),
  ),
  ...["*.example.com", "https://git.example.com", "a b", "..a", "", "git.example.com:443", 5].map(
    (value): BadSettings => ({
      what: `a host without proxy ${JSON.stringify(value)}`,
      values: { codeDeployment: { noProxy: [value] } },
      sentences: [
        `puppet:codeDeployment.noProxy[0] is ${JSON.stringify(value)}; write the name of a host, or of a domain with a dot before it, such as git.example.com or .example.com.`,
      ],
    }),
  ),
  {
    what: "hosts without proxy, and no proxy",
    values: { codeDeployment: { noProxy: ["git.example.com"] } },
    sentences: [
      "puppet:codeDeployment.noProxy is set, but puppet:codeDeployment.proxy is not; remove it, or write the proxy.",
    ],
  },
  ...range("a whole number of modules", "codeDeployment.poolSize", 1, 64),

  ...[
    ...["https://proxy.example.com:3128", "proxy.example.com:3128", "http://", "http://p:x", 5],
    ...["http://Proxy:3128", "http://p:3128/a b", "http://p?x=1", "http://p:3128\n", ""],
  ].map((value) => one(`a proxy ${JSON.stringify(value)}`, "codeDeployment.proxy", value, proxy)),
  ...["ftp://forge.example.com", "forge.example.com", "https://forge.example.com/#a", null].map(
    (value) => one(`a Forge ${JSON.stringify(value)}`, "codeDeployment.forge", value, forge),
  ),
  ...(
    [
      ["proxy", "http://me:secret-word@proxy.example.com:3128", proxy],
      ["forge", "https://me:secret-word@forge.example.com", forge],
    ] as const
  ).map(([setting, value, remedy]) =>
    one(`a password in ${setting}`, `codeDeployment.${setting}`, value, remedy, "is invalid"),
  ),
  ...["", "all", true, null].map((value) =>
    one(
      `gate ${JSON.stringify(value)}`,
      "codeDeployment.gate",
      value,
      "write compile, syntax or none.",
    ),
  ),
  ...["Web1.example.com", "", "a b", "-all", "../x", 1].map((value): BadSettings => ({
    what: `a canary ${JSON.stringify(value)}`,
    values: { codeDeployment: { gate: "compile", canaries: [value] } },
    sentences: [
      `puppet:codeDeployment.canaries[0] is ${JSON.stringify(value)}; write a certificate name, such as web1.example.com.`,
    ],
  })),
  {
    what: "canaries that nothing compiles",
    values: { codeDeployment: { canaries: ["web1.example.com"] } },
    sentences: [
      'puppet:codeDeployment.canaries is set, but puppet:codeDeployment.gate is "syntax"; set puppet:codeDeployment.gate to compile, or remove the canaries.',
    ],
  },
  ...["", "feature/x", "a b", "m".repeat(65), "-main"].map((value) =>
    one(
      `defaultEnvironment ${JSON.stringify(value)}`,
      "codeDeployment.defaultEnvironment",
      value,
      "write the name of an environment: at most 64 letters, digits and underscores.",
    ),
  ),
  ...["yes", "true", 1, null].map((value) =>
    one(
      `generateTypes ${JSON.stringify(value)}`,
      "codeDeployment.generateTypes",
      value,
      "write true or false.",
    ),
  ),

  ...["/usr/bin/true", {}, true, null].map((value) =>
    one(`postRun ${JSON.stringify(value)}`, "codeDeployment.postRun", value, commands),
  ),
  ...(
    [
      [["/usr/bin/true"], "[0]", "/usr/bin/true", command],
      [[["/bin/true"], 5], "[1]", 5, command],
      [[[]], "[0]", [], absolute],
      [[["true"]], "[0]", ["true"], absolute],
      [[["./true", "/x"]], "[0]", ["./true", "/x"], absolute],
      [[["/bin/echo", 5]], "[0][1]", 5, "write strings."],
      [[[null]], "[0][0]", null, "write strings."],
    ] as const
  ).map(([value, at, shown, remedy]): BadSettings => ({
    what: `commands ${JSON.stringify(value)}`,
    values: { codeDeployment: { postRun: value } },
    sentences: [`puppet:codeDeployment.postRun${at} is ${JSON.stringify(shown)}; ${remedy}`],
  })),

  {
    what: "sources without a tool",
    values: { codeDeployment: { tool: "none", sources: { control: { remote: overHttps } } } },
    sentences: [
      'puppet:codeDeployment.sources is set, but puppet:codeDeployment.tool is "none"; set puppet:codeDeployment.tool to r10k or g10k, or remove the sources.',
    ],
  },
  unpinned("a host without a key", overSsh, "git.example.com", undefined),
  unpinned(
    "a different host's key",
    overSsh,
    "git.example.com",
    "git.example.org ssh-ed25519 AAAA",
  ),
  unpinned(
    "a host in a comment",
    overSsh,
    "git.example.com",
    "# git.example.com:22 SSH-2.0-OpenSSH\n",
  ),
  unpinned(
    "the key for a different port",
    "ssh://git@git.example.com/c.git",
    "git.example.com",
    "[git.example.com]:2222 ssh-ed25519 AAAA",
  ),
  unpinned(
    "the key for SSH's default port",
    "ssh://git@git.example.com:2222/c.git",
    "[git.example.com]:2222",
    "git.example.com ssh-ed25519 AAAA",
  ),
  unpinned(
    "a path of digits, which is not a port",
    "git@git.example.com:2222/c.git",
    "git.example.com",
    "[git.example.com]:2222 ssh-ed25519 AAAA",
  ),
  ...[{}, { sources: { a: { remote: overSsh } } }].map((values): BadSettings => ({
    what: `a token without an HTTPS URL: ${JSON.stringify(values)}`,
    values: {
      codeDeployment: {
        token: "a-good-token",
        knownHosts: "git.example.com ssh-ed25519 AAAA",
        ...values,
      },
    },
    sentences: [
      "puppet:codeDeployment.token is set, but no source has an HTTPS URL; remove it, or use an HTTPS URL.",
    ],
  })),
  ...[undefined, "same"].map((same): BadSettings => ({
    what: `two sources with the prefix ${String(same)}`,
    values: {
      codeDeployment: {
        sources: { a: { remote: overHttps, prefix: same }, b: { remote: overHttps, prefix: same } },
      },
    },
    sentences: [
      "puppet:codeDeployment.sources has two sources with the same prefix, so their branches would be the same environments; write a different prefix for each.",
    ],
  })),
  {
    what: "several faults of sources at once",
    values: {
      codeDeployment: {
        tool: "none",
        token: "a-good-token",
        sources: { a: { remote: "git@a.example.com:c" }, b: { remote: "git@b.example.com:c" } },
      },
    },
    sentences: [
      'puppet:codeDeployment.sources is set, but puppet:codeDeployment.tool is "none"; set puppet:codeDeployment.tool to r10k or g10k, or remove the sources.',
      ...["a", "b"].map(
        (name) =>
          `puppet:codeDeployment.sources.${name}.remote is on ${name}.example.com, which is not in puppet:codeDeployment.knownHosts; write the line that ssh-keyscan prints for it there, and compare it with what its operators publish.`,
      ),
      "puppet:codeDeployment.token is set, but no source has an HTTPS URL; remove it, or use an HTTPS URL.",
      "puppet:codeDeployment.sources has two sources with the same prefix, so their branches would be the same environments; write a different prefix for each.",
    ],
  },

  ...range("an unused TCP port of the main server", "webhook.port", 1024, 65534),
  // It uses the next port too.
  ...[5431, 5432, 8079, 8080, 8081, 8082, 8139, 8140].map((port) =>
    one(`the webhook's port ${String(port)}`, "webhook.port", port, takenPort),
  ),
  one(
    "an unknown setting of the webhook",
    "webhook.secret",
    "s3cret",
    "write one of port, certificate, privateKey, or remove it.",
    "is not a setting",
  ),
  one(
    "a webhook that is a port",
    "webhook",
    9000,
    "write an object with port, certificate, privateKey.",
    // It may be the private key.
    "is invalid",
  ),
];
