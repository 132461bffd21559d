import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { exitCode } from "../../../tools/lib/verify/checks.js";
import {
  givenCredentials,
  verifyHdm,
  type HdmVerification,
} from "../../../tools/lib/verify/hdm.js";
import { apiUser, fqdn, hdmStandIn, image } from "../../support/unit/hdm-stand-in.js";

let hdm: Awaited<ReturnType<typeof hdmStandIn>>;

async function verify(changes: Partial<HdmVerification> = {}) {
  const checks = await verifyHdm({ ...hdm.given, ...changes });
  const found = Object.fromEntries(
    checks.map(({ what, outcome, sentence }) => [what, `${outcome}: ${sentence}`]),
  );
  return { ...found, everything: String(exitCode(checks)) };
}
const matching = (pattern: RegExp) => expect.stringMatching(pattern) as unknown;

beforeAll(async () => {
  hdm = await hdmStandIn({ minVersion: "TLSv1.2" });
});
beforeEach(() => {
  hdm.reset();
});
afterAll(() => {
  hdm.stop();
});

describe("HDM, verified on its host", () => {
  it("passes all checks with a key lookup, and shows neither value nor password", async () => {
    const found = await verify({ credentials: apiUser });
    expect(found).toEqual({
      TLS: `ok: https://${fqdn} has TLS 1.2 or newer and a valid certificate.`,
      "old TLS": "ok: TLS 1.0 and 1.1 are refused.",
      administrator: "ok: There is one: the form for the first user requires a login.",
      "pages without login": "ok: They redirect to the login page.",
      "API without login": "ok: It answers 403.",
      image: `ok: HDM runs from ${image}.`,
      "PuppetDB queries": `ok: HDM's certificate may query ${hdm.given.puppetdbQueryUrl}.`,
      "PuppetDB commands": "ok: They are refused.",
      code: "ok: It matches the main server: production aaaaaaa.",
      "key lookup":
        "ok: profile::web::port of web1.example.test in production has a value in common.yaml.",
      everything: "0",
    });
    expect(JSON.stringify([found, hdm.commands])).not.toMatch(/the value|a "password|password/);
  });

  it("passes without a user for the key lookup, and says how to give one", async () => {
    expect(await verify()).toMatchObject({
      "key lookup": matching(/^skipped: .*npm run verify -- hdm STACK < FILE/),
      everything: "0",
    });
  });

  it("fails if it lets in the first visitor, or everyone", async () => {
    Object.assign(hdm.answers, {
      "GET /": [302, "/initial_setup"],
      "GET /signup": [200, "a form"],
      "GET /environments": [200, "production"],
    });
    expect(await verify()).toMatchObject({
      administrator: matching(/^failed: HDM may make its next visitor the administrator/),
      "pages without login": "failed: /environments answers 200; deploy the stack again.",
      everything: "1",
    });
  });

  it("fails or warns if it refuses the user, or shows no key", async () => {
    const credentials = { ...apiUser, password: "another one" };
    expect(await verify({ credentials })).toMatchObject({
      "key lookup": matching(/^failed: HDM refuses reader; use a user with the role api/),
    });
    hdm.answers["GET /api/v1/nodes"] = [200, "[]"];
    expect(await verify({ credentials: apiUser })).toMatchObject({
      "key lookup": "warning: HDM shows the user no node; run an agent, and run this again.",
      everything: "2",
    });
    hdm.answers["GET /api/v1/nodes"] = [200, "<html>"];
    expect(await verify({ credentials: apiUser })).toMatchObject({
      "key lookup": "failed: HDM answers with something that is not JSON.",
    });
  });

  it("fails if it may send PuppetDB commands, or gets no answers", async () => {
    hdm.answers["POST /pdb/cmd/v1"] = [200, "{}"];
    hdm.answers["GET /pdb/query/v4/nodes?limit=1"] = [403, ""];
    expect(await verify()).toMatchObject({
      "PuppetDB queries": matching(/^failed: .* answers 403; /),
      "PuppetDB commands": "failed: They are answered with 200; deploy the stack again.",
    });
    expect(await verify({ puppetdbQueryUrl: "https://localhost:1" })).toMatchObject({
      "PuppetDB queries": matching(/^failed: .* does not answer: Failed to connect/),
      "PuppetDB commands": matching(/^skipped: /),
    });
  });

  it("fails if it runs from a different image, or has different code", async () => {
    hdm.runs("2");
    hdm.publish("main", { production: "b".repeat(40), test: "c".repeat(40) });
    expect(await verify()).toMatchObject({
      image: `failed: HDM runs from an image other than ${image}; deploy the stack.`,
      code: matching(
        /^failed: .*: production aaaaaaa instead of bbbbbbb, test nothing instead of ccccccc; /,
      ),
    });
  });

  it("warns about a certificate from an issuer that its host does not know", async () => {
    expect(await verify({ certificate: "PEM" })).toMatchObject({
      TLS: matching(
        /^warning: HDM's host cannot verify the certificate in puppet:hdm\.certificate: /,
      ),
      "pages without login": "ok: They redirect to the login page.",
    });
  });

  it("fails if its host is down", async () => {
    const run = async () => ({ code: 255, stdout: "", stderr: "ssh: no route to host\n" });
    expect(await verify({ host: { ...hdm.given.host, run } })).toEqual({
      "HDM's host":
        "failed: hdm.example.test cannot be reached over SSH (ssh: no route to host); start it, or deploy the stack.",
      everything: "1",
    });
  });

  it("fails if it accepts old TLS", async () => {
    const old = await hdmStandIn({ minVersion: "TLSv1", ciphers: "DEFAULT@SECLEVEL=0" });
    expect(await verify(old.given)).toMatchObject({
      "old TLS": "failed: TLS 1.1 is accepted; deploy the stack again.",
    });
    old.stop();
  });
});

describe("a user of HDM on standard input", () => {
  it("is a name and a password, which may hold colons", () => {
    expect(givenCredentials("reader:a:b\n")).toEqual({ name: "reader", password: "a:b" });
    expect(givenCredentials("")).toBeUndefined();
  });

  it.each(["reader", "reader:", ":password", "reader:one\ntwo"])("is not %j", (text) => {
    expect(() => givenCredentials(text)).toThrow("is not one line NAME:PASSWORD");
  });
});
