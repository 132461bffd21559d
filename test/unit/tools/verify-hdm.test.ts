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
  it("is well, whoever reads a key, and neither value nor password is shown", async () => {
    const found = await verify({ credentials: apiUser });
    expect(found).toEqual({
      TLS: `ok: https://${fqdn} has TLS 1.2 or newer, and its certificate is verified.`,
      "old TLS": "ok: TLS 1.0 and 1.1 are refused.",
      administrator: "ok: There is one: the form for the first user asks for a log-in.",
      "pages without a log-in": "ok: They lead to the log-in.",
      "API without a user": "ok: It answers 403.",
      image: `ok: HDM runs from ${image}.`,
      "PuppetDB's answers": `ok: HDM's certificate reads ${hdm.given.puppetdbQueryUrl}.`,
      "PuppetDB's commands": "ok: They are refused.",
      code: "ok: It is that of the main server: production aaaaaaa.",
      "a key":
        "ok: profile::web::port of web1.example.test in production has a value in common.yaml.",
      everything: "0",
    });
    expect(JSON.stringify([found, hdm.commands])).not.toMatch(/the value|a "password|password/);
  });

  it("is well without a user for the key, and says how to give one", async () => {
    expect(await verify()).toMatchObject({
      "a key": matching(/^not made: .*npm run verify -- hdm STACK < FILE/),
      everything: "0",
    });
  });

  it("lets in whoever comes first, or everybody", async () => {
    Object.assign(hdm.answers, {
      "GET /": [302, "/initial_setup"],
      "GET /signup": [200, "a form"],
      "GET /environments": [200, "production"],
    });
    expect(await verify()).toMatchObject({
      administrator: matching(/^failed: HDM may take its next visitor for the administrator/),
      "pages without a log-in": "failed: /environments answers 200; deploy the stack again.",
      everything: "1",
    });
  });

  it("does not know the user, or shows no key", async () => {
    const credentials = { ...apiUser, password: "another one" };
    expect(await verify({ credentials })).toMatchObject({
      "a key": matching(/^failed: HDM does not let reader in; give a user with the role api/),
    });
    hdm.answers["GET /api/v1/nodes"] = [200, "[]"];
    expect(await verify({ credentials: apiUser })).toMatchObject({
      "a key": "warning: HDM shows the user no node; run an agent, and ask again.",
      everything: "2",
    });
    hdm.answers["GET /api/v1/nodes"] = [200, "<html>"];
    expect(await verify({ credentials: apiUser })).toMatchObject({
      "a key": "failed: HDM answers with something that is not JSON.",
    });
  });

  it("may send PuppetDB commands, or gets no answers", async () => {
    hdm.answers["POST /pdb/cmd/v1"] = [200, "{}"];
    hdm.answers["GET /pdb/query/v4/nodes?limit=1"] = [403, ""];
    expect(await verify()).toMatchObject({
      "PuppetDB's answers": matching(/^failed: .* answers 403; /),
      "PuppetDB's commands": "failed: They are answered with 200; deploy the stack again.",
    });
    expect(await verify({ puppetdbQueryUrl: "https://localhost:1" })).toMatchObject({
      "PuppetDB's answers": matching(/^failed: .* gives no answer: Failed to connect/),
      "PuppetDB's commands": matching(/^not made: /),
    });
  });

  it("runs from another image, or has other code", async () => {
    hdm.runs("2");
    hdm.publish("main", { production: "b".repeat(40), test: "c".repeat(40) });
    expect(await verify()).toMatchObject({
      image: `failed: HDM runs from another image than ${image}; deploy the stack.`,
      code: matching(
        /^failed: .*: production aaaaaaa instead of bbbbbbb, test nothing instead of ccccccc; /,
      ),
    });
  });

  it("has a certificate of somebody else, of which its host knows nothing", async () => {
    expect(await verify({ certificate: "PEM" })).toMatchObject({
      TLS: matching(/^warning: The certificate of puppet:hdm\.certificate is not verified/),
      "pages without a log-in": "ok: They lead to the log-in.",
    });
  });

  it("is on a host that is away", async () => {
    const run = async () => ({ code: 255, stdout: "", stderr: "ssh: no route to host\n" });
    expect(await verify({ host: { ...hdm.given.host, run } })).toEqual({
      "HDM's host":
        "failed: hdm.example.test is not reached over SSH (ssh: no route to host); start it, or deploy the stack.",
      everything: "1",
    });
  });

  it("takes old TLS", async () => {
    const old = await hdmStandIn({ minVersion: "TLSv1", ciphers: "DEFAULT@SECLEVEL=0" });
    expect(await verify(old.given)).toMatchObject({
      "old TLS": "failed: TLS 1.1 is taken; deploy the stack again.",
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
