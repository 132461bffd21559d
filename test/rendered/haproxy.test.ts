import { describe, expect, it } from "vitest";
import { renderHaproxyConf } from "../../templates/haproxy/haproxy.js";
import { distributionNames, fileOf, filesOf, sharedFiles } from "../support/host-files/files.js";
import { onFile } from "../support/rendered/parsers.js";

const check = (content: string) => onFile('haproxy -c -f "$1"', content);

describe("haproxy.cfg, read by HAProxy", async () => {
  const files = await sharedFiles();
  const good = fileOf(files, "balancer/haproxy-3.cfg");

  it.each(["balancer/haproxy-1.cfg", "balancer/haproxy-3.cfg"])("%s is accepted", async (name) => {
    // Neither an error nor a warning.
    expect(await check(fileOf(files, name))).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  it("is accepted with the maximum number of compilers", async () => {
    const members = Array.from({ length: 50 }, (_, index) => ({
      name: `compiler${String(index + 1)}`,
      address: `10.213.7.${String(index + 21)}`,
    }));
    const content = renderHaproxyConf({
      serverName: "puppet.example.test",
      caFile: "/etc/haproxy/puppet-ca.pem",
      compileTimeout: 7200,
      members,
      stats: { port: 65535, user: "admin", password: "x".repeat(24) },
    });
    expect(await check(content)).toMatchObject({ code: 0, stderr: "" });
  });

  it.each([
    ["an unknown keyword", good.replace("balance leastconn", "balance fairly")],
    ["no newline at the end", good.trimEnd()],
    ["a CA file that is not there", good.replace(/ca-file \S+/, "ca-file /none.pem")],
    ["a TLS check without its CA", good.replace(/ca-file \S+/, "")],
    ["a compiler twice", good.replace(/( {4}server compiler1 .*\n)/, "$1$1")],
  ])("is refused with %s", async (_, content) => {
    expect(content).not.toBe(good);
    const { code, stdout, stderr } = await check(content);
    expect(code).toBe(1);
    expect(stdout + stderr).toMatch(/ALERT|Fatal/);
  });
});

describe.each(distributionNames)(
  "haproxy.cfg before PuppetDB on %s, read by HAProxy",
  async (name) => {
    const good = fileOf(await filesOf(name), "puppetdb/haproxy.cfg");

    it("is accepted", async () => {
      // Neither an error nor a warning.
      expect(await check(good)).toEqual({ code: 0, stdout: "", stderr: "" });
    });

    it.each([
      ["an unknown keyword", good.replace("verify required\n", "verify always\n")],
      ["no newline at the end", good.trimEnd()],
      ["a certificate that is not there", good.replace(/ crt \S+/, " crt /none.pem")],
      ["a certificate without a key", good.replace(/ crt \S+/, " crt /etc/haproxy/puppet-ca.pem")],
      ["a revocation list that is not there", good.replace(/crl-file \S+/, "crl-file /none.pem")],
      ["a certificate for a list", good.replace(/crl-file \S+/, "crl-file /etc/hostname")],
      ["a rule for an ACL that is not there", good.replace("if query reading", "if quest reading")],
      ["another backend", good.replace("default_backend puppetdb", "default_backend others")],
    ])("is refused with %s", async (_, content) => {
      expect(content).not.toBe(good);
      const { code, stdout, stderr } = await check(content);
      expect(code).toBe(1);
      expect(stdout + stderr).toMatch(/ALERT|Fatal/);
    });
  },
);
