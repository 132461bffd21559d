import * as z from "zod";
import { KeyType } from "../../templates/code-deployment/git-access.js";
import { placeOf, type GitPlace } from "../../templates/code-deployment/git-url.js";
import { object, port, setSecret, text } from "../values.js";

/** A name of a source or of credentials. */
export const shortName = text(
  /^[a-z][a-z0-9_]{0,30}$/,
  "names of lower-case letters, digits and underscores",
);

/** A token for HTTPS. */
export const gitToken = text(/^[\x21-\x7e]{8,512}$/, "8 to 512 characters without spaces");
/** The user that goes with a token. */
export const gitTokenUser = text(
  /^[A-Za-z0-9._+-]{1,64}$/,
  "at most 64 letters, digits and the signs . _ + -",
);

/** Keys and tokens of some repositories, by name. */
export const credentials = z
  .record(
    shortName,
    object({
      /** What they are for: a repository, a path above several, or a server. */
      url: text(
        new RegExp(
          `^((https://|ssh://[a-z0-9_-]+@)[a-z0-9.-]+(:${port})?(/[^\\s@?#]*)?|[a-z0-9_-]+@[a-z0-9.-]+:[^\\s:]+)$`,
        ),
        "the URL of a repository or of a path above some, without a password, such as git@git.example.com:org/module.git or https://git.example.com/org",
      ),
      /** Type of the key, with an SSH URL. */
      keyType: z.enum(KeyType, "ed25519 or rsa").optional(),
      /** The token, with an HTTPS URL. */
      token: gitToken.optional(),
      /** User name for the token. */
      tokenUser: gitTokenUser.optional(),
    }),
    "an object that maps names to a url with what it needs",
  )
  .default({});

/** A server as known_hosts names it: SSH leaves its default port out, even if a URL has it. */
export const serverOf = ({ host, port }: GitPlace) =>
  port === 22 ? host : `[${host}]:${String(port)}`;

/** The SSH servers of URLs that known_hosts lacks, one sentence each. */
export function unpinnedFaults(
  urls: readonly (readonly [setting: string, url: string])[],
  knownHosts: string,
): string[] {
  return urls.flatMap(([setting, url]) => {
    const place = placeOf(url);
    if (place?.scheme !== "ssh") return [];
    const host = serverOf(place);
    const pinned = knownHosts.split("\n").some((line) => {
      const [names = "", type = "", key = ""] = line.trim().split(/\s+/);
      return names.split(",").includes(host) && /^(ssh|ecdsa|sk)-/.test(type) && key !== "";
    });
    return pinned
      ? []
      : [
          `puppet:codeDeployment.${setting} is on ${host}, which is not in puppet:codeDeployment.knownHosts; write the line that ssh-keyscan prints for it there, and compare it with what its operators publish.`,
        ];
  });
}

/** Credentials that do not fit their URL or each other, one sentence each. */
export function credentialFaults(given: z.output<typeof credentials>): string[] {
  const all = Object.entries(given);
  const unfit = all.flatMap(([name, { url, keyType, token, tokenUser }]) => {
    const setting = `puppet:codeDeployment.credentials.${name}`;
    if (placeOf(url)?.scheme === "ssh") {
      const [unused] = Object.entries({ token, tokenUser }).flatMap(([key, value]) =>
        value === undefined ? [] : [key],
      );
      return unused === undefined
        ? []
        : [
            `${setting}.${unused} is set, but ${setting}.url is an SSH URL, for which the main server makes a key; remove ${setting}.${unused}, or write an HTTPS URL.`,
          ];
    }
    return [
      ...(keyType === undefined
        ? []
        : [
            `${setting}.keyType is set, but ${setting}.url is an HTTPS URL, which needs a token; remove ${setting}.keyType, or write an SSH URL.`,
          ]),
      ...(token === undefined
        ? [
            `${setting}.token is not set; write a token that may read ${url}, with ${setSecret(`codeDeployment.credentials.${name}.token`)}.`,
          ]
        : []),
    ];
  });
  const places = all.map(([name, { url }]) => {
    const { scheme = "", host = "", port = 0, path = "" } = placeOf(url) ?? {};
    return { name, key: `${scheme} ${host} ${String(port)} ${path}` };
  });
  const twice = places.flatMap(({ name, key }, index) => {
    const other = places.slice(0, index).find((one) => one.key === key);
    return other === undefined
      ? []
      : [
          `puppet:codeDeployment.credentials.${name}.url is the same as that of ${other.name}; remove one of them, or write another URL.`,
        ];
  });
  return [...unfit, ...twice];
}
