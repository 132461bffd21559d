import { readFileSync } from "node:fs";
import { podmanNames } from "../../../platforms/containers/names.js";
import { run } from "../../../tools/lib/shell.js";
import { environment, exec, output, until } from "../environment.js";

export const hdm = "hdm";
const url = "https://hdm.example.test";
/** Path of the image's archive on HDM's host. */
export const archive = "/srv/hdm.tar";
/** An account for HDM's API. */
const reader = { username: "reader", password: "the-password-of-reader" };

/**
 * Lets podman run containers in a host that is itself a container, with the guide's own script, and copies the archive
 * there. Hosts that are machines need no such script.
 */
export async function prepareHost(file: string): Promise<void> {
  const guide = readFileSync(new URL("../../../docs/hdm.md", import.meta.url), "utf8");
  const [, script = ""] = /<<'SETUP'\n([^]*?\n)SETUP\n/.exec(guide) ?? [];
  await output(hdm, "bash -es", script);
  await podman("cp", file, `${podmanNames.container(environment, hdm)}:${archive}`);
}

/** Stops HDM's host, and starts it. */
export async function stopHost(): Promise<void> {
  await podman("stop", "--time", "90", podmanNames.container(environment, hdm));
  await found("main");
}
export async function startHost(): Promise<void> {
  await podman("start", podmanNames.container(environment, hdm));
  await found(hdm);
}

/** Podman's name server may not answer for half a minute after a container stops or starts. */
const found = (host: string) =>
  until(
    `agent1 finds ${host}`,
    async () => (await exec("agent1", ["getent", "hosts", `${host}.example.test`])).code === 0,
    120,
  );

async function podman(...words: string[]): Promise<void> {
  const { code, stderr } = await run(["podman", ...words]);
  if (code !== 0) throw new Error(`podman ${words.join(" ")}: ${stderr}`);
}

/** HDM's answer. */
export interface Answer {
  readonly status: number;
  /** Path that it redirects to. */
  readonly leadsTo: string;
  readonly cookie: string;
  readonly text: string;
}

/** Parts of a request other than its path. */
interface Request {
  readonly form?: Readonly<Record<string, string>>;
  readonly cookie?: string;
  readonly user?: { readonly username: string; readonly password: string };
}

/** The curl configuration for a request to HDM. */
const requestOf = (path: string, { form, cookie, user }: Request) =>
  [
    `url = "${url}${path}"`,
    'cacert = "/var/lib/puppet/ssl/certs/ca.pem"',
    'write-out = "\\n%{http_code} [%{redirect_url}] [%header{set-cookie}]"',
    ...["silent", "show-error", "max-time = 60"],
    ...(form ? [`data = "${new URLSearchParams(form).toString()}"`] : []),
    ...(cookie === undefined ? [] : [`cookie = "${cookie}"`]),
    ...(user ? [`user = "${user.username}:${user.password}"`] : []),
    "",
  ].join("\n");

/** Sends a request to HDM from an agent. */
export const ask = async (path: string, request: Request = {}): Promise<Answer> =>
  answerOf(await output("agent1", "curl --config -", requestOf(path, request)));

/** Repeats a request from now on, and returns the first answer: that of the first visitor. */
export const firstAnswer = async (path: string, request: Request): Promise<Answer> =>
  answerOf(
    await output(
      "agent1",
      `cat >/tmp/first; timeout 600 sh -c 'until curl --config /tmp/first 2>/dev/null >/tmp/answer; do sleep 0.2; done' && cat /tmp/answer`,
      requestOf(path, request),
    ),
  );

function answerOf(said: string): Answer {
  const [, text = "", status = "", redirect = "", cookie = ""] =
    /^([^]*?)\n?(\d{3}) \[(.*)\] \[(.*)\]$/.exec(said) ?? [];
  return {
    status: Number(status),
    leadsTo: redirect === "" ? "" : new URL(redirect).pathname,
    cookie,
    text,
  };
}

/** Runs a program with HDM's runner, as the guide does. */
export const runner = (program: string) =>
  output(hdm, "podman exec --interactive hdm bundle exec rails runner -", program);

/** Creates the account for the API. */
export const makeReader = () =>
  runner(
    `User.create!(username: "${reader.username}", role: "api", first_name: "Test", last_name: "Reader", password: "${reader.password}")`,
  );

/** The API's answer to its account; throws an error if HDM refuses. */
export async function api(path: string): Promise<unknown> {
  const { status, text } = await ask(`/api/v1/${path}`, { user: reader });
  if (status !== 200) throw new Error(`${path}: ${String(status)}: ${text}`);
  return JSON.parse(text) as unknown;
}

/** HDM's value of a key for an agent: the value in the file for all nodes. */
export async function commonValue(key: string): Promise<unknown> {
  const levels = (await api(
    `environments/production/nodes/agent1.example.test/keys/${key}`,
  )) as readonly { hierarchy_name: string; files: readonly { path: string; value: unknown }[] }[];
  return levels.flatMap(({ files }) => files).find(({ path }) => path === "common.yaml")?.value;
}

/** The commit that HDM itself sees, its first 12 digits; undefined while it does not run. */
export async function commitInHdm(): Promise<string | undefined> {
  const environments = "/etc/puppet/code/environments";
  const { stdout } = await exec(hdm, [
    ...["podman", "exec", "hdm", "readlink", "--canonicalize-existing"],
    `${environments}/production`,
  ]);
  return /-([0-9a-f]{12})$/.exec(stdout.trim())?.[1];
}
