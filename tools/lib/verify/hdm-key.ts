import { check, type Check } from "./checks.js";
import type { HdmHost } from "./hdm-host.js";

/** A user of HDM. */
export interface Credentials {
  readonly name: string;
  readonly password: string;
}

const what = "key lookup";

/** The parts of the API's answers that are read here: HDM 4.1. */
interface Environment {
  readonly name: string;
  readonly in_use: boolean;
}
interface Hierarchy {
  readonly files: readonly { path: string; value: string | null }[];
}

/** Whether HDM says which file has a key of a node; the value itself is not shown. */
export async function keyCheck(hdm: HdmHost, credentials?: Credentials): Promise<Check> {
  if (credentials === undefined) {
    return check(
      what,
      "skipped",
      "It needs a user with the role api: npm run verify -- hdm STACK < FILE, with NAME:PASSWORD in the file.",
    );
  }
  const { name, password } = credentials;
  try {
    return await readKey(async (path) => {
      const { status, body, reason } = await hdm.get(path, `${name}:${password}`);
      if (status === 200) return JSON.parse(body) as unknown;
      throw new NotTold(
        status === 401 || status === 403
          ? `HDM refuses ${name}; use a user with the role api that may see an environment`
          : `${path} ${status === 0 ? `does not answer: ${reason}` : `answers ${status}`}; see podman logs hdm on its host`,
      );
    });
  } catch (error) {
    if (error instanceof NotTold) return check(what, "failed", `${error.message}.`);
    // The parser's message would quote what it has read.
    if (error instanceof SyntaxError)
      return check(what, "failed", "HDM answers with something that is not JSON.");
    throw error;
  }
}

/** Why HDM did not give an answer. */
class NotTold extends Error {}

async function readKey(get: (path: string) => Promise<unknown>): Promise<Check> {
  const environments = (await get("/api/v1/environments")) as readonly Environment[];
  const environment = environments.find(({ in_use: used }) => used) ?? environments[0];
  const [node] = (await get("/api/v1/nodes")) as readonly { hostname: string }[];
  if (environment === undefined || node === undefined) {
    const lacking = environment === undefined ? "environment" : "node";
    return check(
      what,
      "warning",
      `HDM shows the user no ${lacking}; run an agent, and run this again.`,
    );
  }
  const { name } = environment;
  const { hostname } = node;
  const path = `/api/v1/environments/${encodeURIComponent(name)}/nodes/${encodeURIComponent(hostname)}/keys`;
  const keys = (await get(path)) as readonly { name: string }[];
  const key = keys.find((key) => key.name !== "lookup_options");
  if (key === undefined) {
    return check(what, "warning", `${hostname} has no key in ${name}; add one to its Hiera data.`);
  }
  const hierarchies = (await get(
    `${path}/${encodeURIComponent(key.name)}`,
  )) as readonly Hierarchy[];
  const file = hierarchies.flatMap(({ files }) => files).find(({ value }) => value !== null);
  return file === undefined
    ? check(what, "failed", `HDM finds no value for ${key.name} on ${hostname} in ${name}.`)
    : check(what, "ok", `${key.name} of ${hostname} in ${name} has a value in ${file.path}.`);
}
