import { describe, expect, it } from "vitest";
import { parseSettings } from "../../../platforms/platforms.js";
import { SettingsError } from "../../../settings/settings.js";
import { certificateFor } from "../../support/unit/certificates.js";

const domain = "example.test";
const { certificate, privateKey } = certificateFor("hooks.example.org");
const other = certificateFor("hooks.example.org");
const garbled = certificate.replace(/\n(.{8})/, "\n!!!!!!!!");

/** The sentences with which settings of the webhook are rejected. */
function faults(webhook: object, rest: object = {}): readonly string[] {
  try {
    parseSettings({ domain, webhook, ...rest });
    return [];
  } catch (error) {
    if (error instanceof SettingsError) return error.sentences;
    throw error;
  }
}
const setKey =
  "with npm run pulumi -- config set --stack STACK --secret --path puppet:webhook.privateKey.";

describe("the webhook's certificate", () => {
  it("is taken with its key, and with the chain below it", () => {
    expect(faults({ certificate, privateKey })).toEqual([]);
    expect(faults({ certificate: certificate + other.certificate, privateKey })).toEqual([]);
  });

  it.each([
    [
      "without its key",
      { certificate },
      "puppet:webhook.privateKey is not set; write the one that belongs to puppet:webhook.certificate, or remove puppet:webhook.certificate.",
    ],
    [
      "as a key alone",
      { privateKey },
      "puppet:webhook.certificate is not set; write the one that belongs to puppet:webhook.privateKey, or remove puppet:webhook.privateKey.",
    ],
    [
      "with the key of another",
      { certificate, privateKey: other.privateKey },
      `puppet:webhook.privateKey is not the key of puppet:webhook.certificate; write the key that belongs to the first certificate there, ${setKey}`,
    ],
    [
      "below those that signed it",
      { certificate: other.certificate + certificate, privateKey },
      `puppet:webhook.privateKey is not the key of puppet:webhook.certificate; write the key that belongs to the first certificate there, ${setKey}`,
    ],
    [
      "garbled",
      { certificate: garbled, privateKey },
      "puppet:webhook.certificate cannot be read; write the certificate, and below it those of the CAs that signed it, in PEM.",
    ],
    [
      "with a garbled key",
      { certificate, privateKey: privateKey.replace(/\n(.{8})/, "\n!!!!!!!!") },
      `puppet:webhook.privateKey cannot be read; write the key of puppet:webhook.certificate, in PEM and without a passphrase, ${setKey}`,
    ],
  ])("is refused %s, in a sentence that shows no key", (_, webhook, sentence) => {
    expect(faults(webhook)).toEqual([sentence]);
  });

  it("is refused where there is no webhook", () => {
    expect(faults({ certificate, privateKey }, { codeDeployment: { tool: "none" } })).toEqual([
      'puppet:webhook.certificate is set, but puppet:codeDeployment.tool is "none", so there is no webhook; remove it and puppet:webhook.privateKey, or set puppet:codeDeployment.tool to r10k or g10k.',
    ]);
  });
});
