import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { renderPoolVerification } from "../../templates/verification/verification.js";
import { makeAuthority, quickKey, sign } from "../support/rendered/authority.js";
import { inParsers } from "../support/rendered/parsers.js";

const setup = "/var/tmp/verification-test";
const name = "puppet.example.test";

/** Runs a script that must succeed. */
async function prepare(script: string): Promise<void> {
  const { code, stderr } = await inParsers(["bash", "-ec", script]);
  if (code !== 0) throw new Error(`exit ${String(code)}: ${stderr}`);
}

/** A compiler at an address of the container, which answers every request. */
const serve = (address: string, certificate: string) =>
  `systemd-run --quiet --unit=verification-${certificate} --working-directory=${setup}/served openssl s_server -accept ${address}:8140 -cert ../${certificate}.pem -key ../${certificate}.key -WWW`;

/** The end of a deployment that waits no longer than it must. */
const verify = (...addresses: readonly string[]) =>
  inParsers(
    ["bash", "-s"],
    renderPoolVerification({
      serverName: name,
      caFile: `${setup}/ca/ca.pem`,
      crlFile: `${setup}/ca/crl.pem`,
      members: addresses.map((address, index) => ({
        name: `compiler${String(index + 1)}`,
        address,
      })),
    }).replace("SECONDS + 300", "SECONDS"),
  );

beforeAll(async () => {
  const made = ["good", "revoked", "misnamed", "six"].map(
    (certificate) =>
      `openssl req -newkey ${quickKey} -subj /CN=${certificate} -keyout ${certificate}.key -out csr 2>/dev/null; sign ${setup}/ca csr ${certificate}.pem 30 ${certificate === "misnamed" ? "other.example.test" : name}`,
  );
  await prepare(`rm -rf ${setup}
${makeAuthority(`${setup}/ca`)}
cd ${setup}; mkdir -p served/status/v1; echo running >served/status/v1/simple
${sign}
${made.join("\n")}
openssl ca -config ca/ca.cnf -revoke revoked.pem 2>/dev/null; openssl ca -config ca/ca.cnf -gencrl -out ca/crl.pem 2>/dev/null
${serve("127.0.7.1", "good")}
${serve("127.0.7.2", "revoked")}
${serve("127.0.7.3", "misnamed")}
${serve("[::1]", "six")}`);
});
afterAll(() =>
  prepare(
    "systemctl stop verification-good verification-revoked verification-misnamed verification-six",
  ),
);

describe("the end of a deployment", () => {
  it.each([
    ["127.0.7.2", "compiler1 does not serve agents: curl: .*revoked"],
    [
      "127.0.7.3",
      "compiler1 does not serve agents: curl: .*no alternative certificate subject name",
    ],
    ["127.0.7.4", "compiler1 does not serve agents: curl: .*connect"],
    ["fd07::7", "compiler1 does not serve agents: curl: .*connect"],
    // It serves, and the load balancer, which does not run here, does not use it.
    ["127.0.7.1", "the load balancer does not use compiler1: "],
    ["::1", "the load balancer does not use compiler1: "],
  ])("says why a compiler at %s serves nobody", async (address, sentence) => {
    const { code, stderr } = await verify(address);
    expect(code).toBe(1);
    expect(stderr).toMatch(new RegExp(sentence, "i"));
  });
});
