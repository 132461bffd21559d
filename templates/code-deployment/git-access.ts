import { readFileSync } from "node:fs";
import { renderTemplate } from "../render.js";
import { placeOf } from "./git-url.js";

/** Types of keys for Git servers, as ssh-keygen names them. */
export const KeyType = {
  Ed25519: "ed25519",
  /** For servers that take no other, such as Azure DevOps; 4096 bits. */
  Rsa: "rsa",
} as const;
export type KeyType = (typeof KeyType)[keyof typeof KeyType];

/** Folder of the keys that are for some repositories only, each called as its credentials. */
export const keysFolder = "/etc/puppet-code/.ssh/keys";
/** How SSH connects to Git servers with one of those keys; it names none itself. */
export const gitSshConfig = "/etc/puppet-code/.ssh/git_config";
const folder = "/usr/local/lib/puppet-code";
/** What Git runs in place of SSH, so that each repository gets its own key. */
export const gitSsh = `${folder}/git-ssh`;
/** What Git asks for tokens. */
export const gitCredential = `${folder}/git-credential`;

/** A token, and where it is for. */
export interface Token {
  /** HTTPS URL of a repository, of a path above some, or of a server. */
  readonly url: string;
  readonly user: string;
  readonly token: string;
}

/** Renders the file with all tokens, in the format of Git's own credential store. */
export function renderTokens(tokens: readonly Token[]): string {
  const lines = tokens.map(({ url, user, token }) => {
    const [, server = ""] = /^https:\/\/([^/@]+)/.exec(url) ?? [];
    const path = placeOf(url)?.path.split("/").map(encodeURIComponent).join("/") ?? "";
    const login = `${encodeURIComponent(user)}:${encodeURIComponent(token)}`;
    return `https://${login}@${server}${path && `/${path}`}\n`;
  });
  return lines.join("");
}

/** What has Git ask {@link gitCredential} for tokens, and tell it the repository. */
export const renderGitConfig = () =>
  `[credential]\n\thelper = ${gitCredential}\n\tuseHttpPath = true\n`;

/** A key for some repositories. */
export interface DeployKey {
  readonly name: string;
  readonly keyType: KeyType;
}

/**
 * The script that makes the keys that there are not yet, removes those that are no longer wanted, and prints what
 * {@link readDeployKeys} reads.
 *
 * @param values.host FQDN of the host, which the keys' comments name
 */
export const renderDeployKeys = (values: { host: string; keys: readonly DeployKey[] }) =>
  template("deploy-keys.sh.eta", { ...values, folder: keysFolder });

/** The public keys by name. */
export function readDeployKeys(printed: string): Record<string, string> {
  const lines = printed.split("\n").filter((line) => line.includes(" "));
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(" ")), line.slice(line.indexOf(" ") + 1)]),
  );
}

/**
 * The script that puts one of these keys aside, so that the other script makes a new one. It refuses as long as the Git
 * server does not accept the key, because then it may accept only the one that was put aside before.
 *
 * @param url what the key is for
 */
export function renderRetireDeployKey(name: string, url: string): string {
  const { user = "git", host = "", port = 22 } = placeOf(url) ?? {};
  return template("retire-deploy-key.sh.eta", {
    ...{ key: `${keysFolder}/${name}`, config: gitSshConfig },
    ...{ login: `${user}@${host}`, port },
  });
}

/** The programs that Git runs for access, and what they share: path => content. */
export const renderGitAccess = (values: { ruby: string }): Record<string, string> => ({
  [gitSsh]: template("git-ssh.eta", values),
  [gitCredential]: template("git-credential.eta", values),
});
/** What these programs share. */
export const renderGitAccessLibrary = () =>
  readFileSync(new URL("git_access.rb", import.meta.url), "utf8");

const template = (name: string, values: object) =>
  renderTemplate(new URL(name, import.meta.url), values);
