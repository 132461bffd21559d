import { codeDataFolder, codeUser } from "../../../templates/code-deployment/code-deployment.js";
import { Problem } from "../problem.js";
import type { RemoteHost } from "../remote.js";
import { check, lastLine, type Check } from "./checks.js";
import { HdmHost, type HdmDeployment } from "./hdm-host.js";
import { keyCheck, type Credentials } from "./hdm-key.js";

/** Path for PuppetDB commands, which readers may not send. */
const commands = "/pdb/cmd/v1";
/** Shows what each host serves, by environment. */
const published = `runuser --user ${codeUser} -- cat ${codeDataFolder}/published/published.json`;

/** Arguments of {@link verifyHdm}. */
export interface HdmVerification extends HdmDeployment {
  readonly main: RemoteHost;
  /** Image and digest in the settings. */
  readonly image: string;
  /** URL of PuppetDB's read-only port. */
  readonly puppetdbQueryUrl: string;
  /** A user with the role `api`, if given. */
  readonly credentials?: Credentials | undefined;
}

/** Checks HDM on its host. */
export async function verifyHdm(given: HdmVerification): Promise<Check[]> {
  const { host, main, image, puppetdbQueryUrl, credentials } = given;
  const { code, stderr } = await host.run("true");
  if (code !== 0) {
    const reason = `${host.fqdn} cannot be reached over SSH (${lastLine(stderr)})`;
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
    return check(what, "ok", `${hdm.url} has TLS 1.2 or newer and a valid certificate.`);
  }
  return certificate === undefined || !reason.includes("certificate")
    ? check(what, "failed", `${hdm.url}: ${reason}; see systemctl status haproxy hdm on its host.`)
    : check(
        what,
        "warning",
        `HDM's host cannot verify the certificate in puppet:hdm.certificate: ${reason}; check that browsers trust its issuer.`,
      );
}

async function oldTlsCheck(hdm: HdmHost): Promise<Check> {
  const what = "old TLS";
  const { status, reason } = await hdm.oldHandshake();
  if (status > 0) return check(what, "failed", "TLS 1.1 is accepted; deploy the stack again.");
  return reason.includes("alert protocol version")
    ? check(what, "ok", "TLS 1.0 and 1.1 are refused.")
    : check(what, "skipped", `Its host cannot test it (${reason}); test it from a different host.`);
}

/** The page /initial_setup is always public; the form behind it is not, once there is a user. */
async function claimCheck(hdm: HdmHost): Promise<Check> {
  const what = "administrator";
  const [start, form] = [await hdm.get("/"), await hdm.get("/signup")];
  if (form.status === 0) return check(what, "failed", `HDM does not answer: ${form.reason}.`);
  return form.redirect === "/login" && start.redirect !== "/initial_setup"
    ? check(what, "ok", "There is one: the form for the first user requires a login.")
    : check(
        what,
        "failed",
        "HDM may make its next visitor the administrator; stop HDM with systemctl stop hdm on its host, and deploy the stack.",
      );
}

async function pagesCheck(hdm: HdmHost): Promise<Check> {
  const what = "pages without login";
  const { status, redirect, reason } = await hdm.get("/environments");
  if (status === 0) return check(what, "failed", `HDM does not answer: ${reason}.`);
  return redirect === "/login"
    ? check(what, "ok", "They redirect to the login page.")
    : check(what, "failed", `/environments answers ${status}; deploy the stack again.`);
}

async function apiCheck(hdm: HdmHost): Promise<Check> {
  const what = "API without login";
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
    return check(what, "failed", "HDM's container is not running; see journalctl -u hdm there.");
  }
  const pinned = await podman(`image inspect --format '{{.Id}}' ${image}`);
  if (pinned.code !== 0) {
    return check(what, "failed", `Its host has no ${image}; deploy the stack.`);
  }
  return runs.stdout.trim() === pinned.stdout.trim()
    ? check(what, "ok", `HDM runs from ${image}.`)
    : check(what, "failed", `HDM runs from an image other than ${image}; deploy the stack.`);
}

async function queryCheck(hdm: HdmHost, url: string): Promise<Check> {
  const what = "PuppetDB queries";
  const { status, reason } = await hdm.puppetdb(`${url}/pdb/query/v4/nodes?limit=1`);
  return status === 200
    ? check(what, "ok", `HDM's certificate may query ${url}.`)
    : check(
        what,
        "failed",
        `${url} ${status === 0 ? `does not answer: ${reason}` : `answers ${status}`}; see systemctl status haproxy puppetdb on PuppetDB's host.`,
      );
}

async function commandCheck(hdm: HdmHost, url: string): Promise<Check> {
  const what = "PuppetDB commands";
  const { status, reason } = await hdm.puppetdb(`${url}${commands}`, "{}");
  if (status === 0) return check(what, "skipped", `${url} does not answer: ${reason}.`);
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
        `It matches the main server: ${names.map((name) => `${name} ${at(ours, name)}`).join(", ")}.`,
      )
    : check(
        what,
        "failed",
        `It does not match the main server: ${other.map((name) => `${name} ${at(ours, name)} instead of ${at(theirs, name)}`).join(", ")}; run this again in a minute, then see journalctl -u puppet-code-sync there.`,
      );
}

/**
 * Reads `NAME:PASSWORD`; undefined if the text is empty.
 *
 * @throws Problem if it is anything else
 */
export function givenCredentials(text: string): Credentials | undefined {
  if (text.trim() === "") return undefined;
  const [, name, password] = /^([^:\s]+):([^\n]+)\n?$/.exec(text) ?? [];
  if (name === undefined || password === undefined) {
    throw new Problem(
      "Standard input is not one line NAME:PASSWORD; use a user with the role api, or </dev/null for no user.",
    );
  }
  return { name, password };
}
