import { codeDataFolder } from "../../../templates/code-deployment/code-deployment.js";
import { Problem } from "../problem.js";
import type { RemoteHost } from "../remote.js";
import { check, lastLine, type Check } from "./checks.js";
import { HdmHost, type HdmDeployment } from "./hdm-host.js";
import { keyCheck, type Credentials } from "./hdm-key.js";

/** Path that takes PuppetDB's commands, which readers may not send. */
const commands = "/pdb/cmd/v1";
/** What is served on each host, by environment. */
const published = `cat ${codeDataFolder}/published/published.json`;

/** What {@link verifyHdm} takes. */
export interface HdmVerification extends HdmDeployment {
  readonly main: RemoteHost;
  /** Its image with the digest, by the settings. */
  readonly image: string;
  /** Where readers reach PuppetDB. */
  readonly puppetdbQueryUrl: string;
  /** A user with the role `api`, if one is given. */
  readonly credentials?: Credentials | undefined;
}

/** Checks HDM on its host. */
export async function verifyHdm(given: HdmVerification): Promise<Check[]> {
  const { host, main, image, puppetdbQueryUrl, credentials } = given;
  const { code, stderr } = await host.run("true");
  if (code !== 0) {
    const reason = `${host.fqdn} is not reached over SSH (${lastLine(stderr)})`;
    return [check("HDM's host", "failed", `${reason}; start it, or deploy the stack.`)];
  }
  const hdm = new HdmHost(given);
  return [
    await tlsCheck(hdm, given.certificate),
    await oldTlsCheck(hdm),
    await claimCheck(hdm),
    await pagesCheck(hdm),
    await apiCheck(hdm),
    await imageCheck(host, image),
    await queryCheck(hdm, puppetdbQueryUrl),
    await commandCheck(hdm, puppetdbQueryUrl),
    await codeCheck(host, main),
    await keyCheck(hdm, credentials),
  ];
}

async function tlsCheck(hdm: HdmHost, certificate: string | undefined): Promise<Check> {
  const what = "TLS";
  const { status, reason } = await hdm.handshake();
  if (status > 0) {
    return check(what, "ok", `${hdm.url} has TLS 1.2 or newer, and its certificate is verified.`);
  }
  return certificate === undefined || !reason.includes("certificate")
    ? check(
        what,
        "failed",
        `${hdm.url}: ${reason}; systemctl status haproxy hdm on its host says more.`,
      )
    : check(
        what,
        "warning",
        `The certificate of puppet:hdm.certificate is not verified on its host: ${reason}; see that browsers trust who signed it.`,
      );
}

async function oldTlsCheck(hdm: HdmHost): Promise<Check> {
  const what = "old TLS";
  const { status, reason } = await hdm.oldHandshake();
  if (status > 0) return check(what, "failed", "TLS 1.1 is taken; deploy the stack again.");
  return reason.includes("alert protocol version")
    ? check(what, "ok", "TLS 1.0 and 1.1 are refused.")
    : check(what, "not made", `Its host could not try it (${reason}); try it from another one.`);
}

/** The page /initial_setup is there for everybody; the form behind it is not once there is a user. */
async function claimCheck(hdm: HdmHost): Promise<Check> {
  const what = "administrator";
  const [start, form] = [await hdm.get("/"), await hdm.get("/signup")];
  if (form.status === 0) return check(what, "failed", `HDM does not answer: ${form.reason}.`);
  return form.redirect === "/login" && start.redirect !== "/initial_setup"
    ? check(what, "ok", "There is one: the form for the first user asks for a log-in.")
    : check(
        what,
        "failed",
        "HDM may take its next visitor for the administrator; stop HDM with systemctl stop hdm on its host, and deploy the stack.",
      );
}

async function pagesCheck(hdm: HdmHost): Promise<Check> {
  const what = "pages without a log-in";
  const { status, redirect, reason } = await hdm.get("/environments");
  if (status === 0) return check(what, "failed", `HDM does not answer: ${reason}.`);
  return redirect === "/login"
    ? check(what, "ok", "They lead to the log-in.")
    : check(what, "failed", `/environments answers ${status}; deploy the stack again.`);
}

async function apiCheck(hdm: HdmHost): Promise<Check> {
  const what = "API without a user";
  const { status, reason } = await hdm.get("/api/v1/environments");
  if (status === 0) return check(what, "failed", `HDM does not answer: ${reason}.`);
  return status === 401 || status === 403
    ? check(what, "ok", `It answers ${status}.`)
    : check(what, "failed", `It answers ${status}; deploy the stack again.`);
}

async function imageCheck(host: RemoteHost, image: string): Promise<Check> {
  const what = "image";
  const podman = (words: string) => host.run(`HOME=/root podman ${words}`);
  const runs = await podman("container inspect --format '{{.Image}}' hdm");
  if (runs.code !== 0) {
    return check(what, "failed", "HDM's container does not run; journalctl -u hdm there says why.");
  }
  const pinned = await podman(`image inspect --format '{{.Id}}' ${image}`);
  if (pinned.code !== 0) {
    return check(what, "failed", `Its host has no ${image}; deploy the stack.`);
  }
  return runs.stdout.trim() === pinned.stdout.trim()
    ? check(what, "ok", `HDM runs from ${image}.`)
    : check(what, "failed", `HDM runs from another image than ${image}; deploy the stack.`);
}

async function queryCheck(hdm: HdmHost, url: string): Promise<Check> {
  const what = "PuppetDB's answers";
  const { status, reason } = await hdm.puppetdb(`${url}/pdb/query/v4/nodes?limit=1`);
  return status === 200
    ? check(what, "ok", `HDM's certificate reads ${url}.`)
    : check(
        what,
        "failed",
        `${url} ${status === 0 ? `gives no answer: ${reason}` : `answers ${status}`}; systemctl status haproxy puppetdb on PuppetDB's host says more.`,
      );
}

async function commandCheck(hdm: HdmHost, url: string): Promise<Check> {
  const what = "PuppetDB's commands";
  const { status, reason } = await hdm.puppetdb(`${url}${commands}`, "{}");
  if (status === 0) return check(what, "not made", `${url} gives no answer: ${reason}.`);
  return status === 403
    ? check(what, "ok", "They are refused.")
    : check(what, "failed", `They are answered with ${status}; deploy the stack again.`);
}

type Published = Readonly<Record<string, { commit: string }>>;

async function codeCheck(host: RemoteHost, main: RemoteHost): Promise<Check> {
  const what = "code";
  const answers = await Promise.all([main, host].map((each) => each.run(published)));
  const [theirs, ours] = answers.map(({ code, stdout }) =>
    code === 0 ? (JSON.parse(stdout) as Published) : undefined,
  );
  if (theirs === undefined || ours === undefined) {
    const { fqdn } = theirs === undefined ? main : host;
    return check(what, "failed", `${fqdn} has no deployed code; run npm run deploy-code.`);
  }
  const names = [...new Set([...Object.keys(theirs), ...Object.keys(ours)])].sort();
  const other = names.filter((name) => theirs[name]?.commit !== ours[name]?.commit);
  const at = (of: Published, name: string) => of[name]?.commit.slice(0, 7) ?? "nothing";
  return other.length === 0
    ? check(
        what,
        "ok",
        `It is that of the main server: ${names.map((name) => `${name} ${at(ours, name)}`).join(", ")}.`,
      )
    : check(
        what,
        "failed",
        `It is not that of the main server: ${other.map((name) => `${name} ${at(ours, name)} instead of ${at(theirs, name)}`).join(", ")}; ask again in a minute, and then see journalctl -u puppet-code-sync there.`,
      );
}

/**
 * Reads `NAME:PASSWORD`; nothing where there is nothing.
 *
 * @throws Problem when it is something else
 */
export function givenCredentials(text: string): Credentials | undefined {
  if (text.trim() === "") return undefined;
  const [, name, password] = /^([^:\s]+):([^\n]+)\n?$/.exec(text) ?? [];
  if (name === undefined || password === undefined) {
    throw new Problem(
      "Standard input is not one line NAME:PASSWORD; give that of a user with the role api, or nothing with </dev/null.",
    );
  }
  return { name, password };
}
