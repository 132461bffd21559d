import { beforeAll, describe, expect, it } from "vitest";
import { distributions } from "../../distributions/index.js";
import {
  caPem,
  compose,
  contentOf,
  resourceOf,
  secretsIn,
  titlesOf,
  type Composed,
} from "./infrastructure.js";

const { debian } = distributions;

let composed: Composed;
beforeAll(async () => {
  composed = await compose(debian);
});

describe("a compiler", () => {
  it("is made in this order: it has its certificate and revocation list before the service", () => {
    expect(titlesOf(composed.state("compiler1"))).toEqual([
      "exec names in the certificate of compiler1.example.test",
      "package puppetserver",
      "file /etc/puppet/puppet.conf",
      "file /etc/puppet/puppetserver/services.d/ca.cfg",
      "file /etc/puppet/puppetserver/conf.d/sizing.conf",
      "exec JAVA_ARGS of puppetserver",
      "file /etc/puppet/csr_attributes.yaml",
      "file /var/lib/puppet/ssl",
      "file /var/lib/puppet/ssl/certs",
      "file /var/lib/puppet/ssl/certs/ca.pem",
      "exec request the certificate of compiler1.example.test",
      "package curl",
      "file /usr/local/sbin/puppet-crl-refresh",
      "file /etc/systemd/system/puppet-crl-refresh.service",
      "file /etc/systemd/system/puppet-crl-refresh.timer",
      "service puppet-crl-refresh.timer",
      "file /etc/puppet/code/environments",
      "file /etc/puppet/code/environments/production",
      "file /etc/puppet/code/environments/production/manifests",
      "file /etc/puppet/code/environments/production/manifests/site.pp",
      "service puppetserver",
    ]);
  });

  it("gets the infrastructure's key, in a file of root alone, and not the agents'", () => {
    expect(secretsIn(composed.script("compiler1"))).toEqual(["infrastructureKey"]);
    const { parameters, sensitive } = resourceOf(
      composed.state("compiler1"),
      "/etc/puppet/csr_attributes.yaml",
    );
    expect(parameters).toMatchObject({ mode: "0600", owner: "root" });
    expect(sensitive).toBe(true);
  });

  it("trusts the CA of the main server before it first asks it", () => {
    expect(contentOf(composed.state("compiler1"), "/var/lib/puppet/ssl/certs/ca.pem")).toBe(caPem);
  });

  it("has no CA, and takes certificates and catalogs from the main server", () => {
    const state = composed.state("compiler1");
    expect(contentOf(state, "/etc/puppet/puppetserver/services.d/ca.cfg")).toMatch(
      /^[^#]*certificate-authority-disabled-service$/m,
    );
    const conf = contentOf(state, "/etc/puppet/puppet.conf");
    expect(conf).toMatch(/^server = puppetca\.example\.test$/m);
    expect(conf).toMatch(/^ca_server = puppetca\.example\.test$/m);
    expect(conf).not.toMatch(/^(cadir|autosign) =/m);
  });

  it("waits for the main server", () => {
    expect(composed.find("puppet-compilers").dependencies).toContain(
      composed.find("main-configuration-run").urn,
    );
  });

  it("is all there is to send for it when another one comes or goes", async () => {
    const more = await compose(debian, { compilers: ["compiler1", "compiler2", "compiler3"] });
    const fewer = await compose(debian, { compilers: ["compiler2"] });
    expect(more.find("compiler1-configuration-run").inputs).toEqual(
      composed.find("compiler1-configuration-run").inputs,
    );
    for (const other of [more, fewer]) {
      expect(other.script("compiler2")).toBe(composed.script("compiler2"));
      expect(other.find("compiler2-certificate").inputs).toEqual(
        composed.find("compiler2-certificate").inputs,
      );
      // Who may have which name, and where connections go, are what changes.
      expect(other.script("main")).not.toBe(composed.script("main"));
      expect(other.script("balancer")).not.toBe(composed.script("balancer"));
    }
  });

  it("leaves the main server's service alone when another one comes", async () => {
    const more = await compose(debian, { compilers: ["compiler1", "compiler2", "compiler3"] });
    const before = composed.state("main");
    const changed = more
      .state("main")
      .filter((resource, index) => JSON.stringify(resource) !== JSON.stringify(before[index]));
    expect(titlesOf(changed)).toEqual(["file /etc/puppet/autosign/rules.json"]);
    expect(changed[0]?.parameters).not.toHaveProperty("notify");
  });
});

describe("a compiler's certificate", () => {
  const clean =
    "rm -f /etc/puppet/puppetserver/ca/requests/compiler1.example.test.pem; ! test -e /etc/puppet/puppetserver/ca/signed/compiler1.example.test.pem || /usr/bin/puppetserver ca clean --certname compiler1.example.test";

  it("is cleaned on the main server before the machine asks for one, and after it is gone", () => {
    const { inputs, deleteBeforeReplace } = composed.find("compiler1-certificate");
    expect(inputs).toMatchObject({
      create: clean,
      delete: clean,
      triggers: ["machine-of-compiler1"],
      connection: { host: "main.example.test" },
    });
    expect(deleteBeforeReplace).toBe(true);
    expect(composed.find("compiler1-configuration").dependencies).toEqual([
      composed.find("compiler1-certificate").urn,
    ]);
  });

  it("goes with the main server's machine", () => {
    const machine = composed.find("machine").urn;
    expect(machine).toMatch(/^urn:.*::machine$/);
    expect(composed.find("compiler1-certificate").deletedWith).toBe(machine);
    expect(composed.find("compiler2-certificate").deletedWith).toBe(machine);
  });

  it("is no resource's companion where Pulumi did not make the main server", async () => {
    const other = await compose(debian, { main: { machine: undefined } });
    expect(other.find("compiler1-certificate").deletedWith).toBe("");
  });
});
