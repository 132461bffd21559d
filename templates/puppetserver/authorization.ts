import { renderTemplate } from "../render.js";

/** A rule of Puppet Server's auth.conf: of the rules that match a request, the one with the lowest order decides. */
export interface AuthorizationRule {
  /** What it says, unique; Puppet Server logs it with each request that it refuses. */
  readonly name: string;
  /** Beginning of the request's path; either this or {@link regex}. */
  readonly path?: string;
  /** Java regular expression for the request's path. */
  readonly regex?: string;
  /** HTTP methods in lower case; all by default. */
  readonly methods?: readonly ("get" | "head" | "post" | "put" | "delete")[];
  /** Name in the one certificate that may do it; nobody may by default. */
  readonly allow?: string;
  /** The package's rules have 500, its last one 999. */
  readonly order: number;
}

/** Renders rules as a part of a list in HOCON, one on each line. */
export function renderAuthorization(rules: readonly AuthorizationRule[]): string {
  return renderTemplate(new URL("authorization.conf.eta", import.meta.url), {
    rules: rules.map(({ name, path, regex, methods, allow, order }) =>
      JSON.stringify({
        "match-request": {
          path: regex ?? path,
          type: regex === undefined ? "path" : "regex",
          ...(methods === undefined ? {} : { method: methods }),
        },
        ...(allow === undefined ? { deny: "*" } : { allow }),
        "sort-order": order,
        name,
      }),
    ),
  });
}

/**
 * Renders the script that puts the rules into auth.conf.
 *
 * @param values.authConf path of auth.conf
 * @param values.rules path of the file with the rules
 */
export function renderAuthorizationScript(values: { authConf: string; rules: string }): string {
  return renderTemplate(new URL("authorization.sh.eta", import.meta.url), values);
}
