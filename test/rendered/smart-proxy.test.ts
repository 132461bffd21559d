import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fileOf } from "../support/host-files/files.js";
import { foremanFiles } from "../support/host-files/foreman-files.js";
import { inParsers, onFile } from "../support/rendered/parsers.js";
import {
  closeDoor,
  knock,
  openDoor,
  revoke,
  takeLink,
  trust,
} from "../support/rendered/smart-proxy-door.js";

const files = await foremanFiles("debian");

beforeAll(async () => {
  await openDoor(files);
});
afterAll(closeDoor);

describe("HAProxy in front of the smart proxy", () => {
  it("has a configuration and a unit without a warning", async () => {
    const conf = await onFile('haproxy -c -f "$1"', fileOf(files, "smart-proxy/haproxy.cfg"));
    expect(conf).toEqual({ code: 0, stdout: "", stderr: "" });
    for (const unit of ["puppet-smart-proxy-tls.service", "puppet-smart-proxy-crl.service"]) {
      const content = fileOf(files, `smart-proxy/${unit}`);
      const verified = await onFile('systemd-analyze verify --man=no "$1"', content, unit);
      expect(verified).toEqual({ code: 0, stdout: "", stderr: "" });
    }
  });

  it("lets Foreman through, as the main server", async () => {
    expect(await knock("foreman")).toBe("for /CN=main.example.test");
  });

  it.each([
    ["without a certificate", undefined, "no connection"],
    ["with an agent's certificate", "agent", "403"],
    ["with a name that begins like Foreman's", "similar", "403"],
    ["with a revoked certificate of Foreman's name", "revoked", "no connection"],
    ["with a certificate of Foreman's name from another CA", "sites", "no connection"],
  ])("refuses a client %s", async (_, certificate, answer) => {
    expect(await knock(certificate, "/puppet/ca")).toBe(answer);
  });

  it("names each client in the journal", async () => {
    const { stdout } = await inParsers([
      ...["journalctl", "--unit", "puppet-smart-proxy-tls.service", "--output", "cat"],
    ]);
    expect(stdout).toMatch(
      /status 403 for GET \/puppet\/ca from 127\.0\.0\.1, \{agent1\.example\.test\}/,
    );
  });

  it("ends a connection with its answer, so that none outlives a revocation", async () => {
    const { stdout } = await inParsers([
      ...["sh", "-c"],
      "cd /tmp/smart-proxy-test && printf 'GET / HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n' | timeout 8 openssl s_client -quiet -connect 127.0.0.1:8443 -cert foreman.pem -key foreman.key 2>/dev/null; echo ended with $?",
    ]);
    expect(stdout).toMatch(/^connection: close\r$/im);
    expect(stdout).not.toContain("ended with 124");
  });

  it("refuses a certificate once the CA has revoked it", async () => {
    expect(await knock("later")).toBe("for /CN=main.example.test");
    await revoke("later");
    const { code, stderr } = await inParsers(["systemctl", "start", "puppet-smart-proxy-crl"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    await expect.poll(() => knock("later"), { timeout: 10_000 }).toBe("no connection");
    expect(await knock("foreman")).toBe("for /CN=main.example.test");
  });

  it("keeps its list if the CA's user puts a link in the list's place", async () => {
    expect(await takeLink()).toEqual({ code: 1, left: "as it was" });
  });

  it("takes Foreman's certificate from a CA of the site, and then from no other", async () => {
    await trust("site");
    expect(await knock("sites")).toBe("for /CN=main.example.test");
    expect(await knock("foreman")).toBe("no connection");
  });

  it("refuses what the environment's CA revoked, whatever else it trusts", async () => {
    await trust("both");
    expect(await knock("sites")).toBe("for /CN=main.example.test");
    expect(await knock("foreman")).toBe("for /CN=main.example.test");
    expect(await knock("revoked")).toBe("no connection");
  });
});
