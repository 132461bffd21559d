import { beforeAll, describe, expect, it } from "vitest";
import { distributions } from "../../../distributions/index.js";
import {
  caPem,
  compose,
  contentOf,
  resourceOf,
  secretsIn,
  titlesOf,
  type Composed,
} from "../../support/infrastructure.js";

const { debian } = distributions;

let composed: Composed;
beforeAll(async () => {
  composed = await compose(debian);
});

describe("a compiler", () => {
  it("is set up in this order: certificate and CRL before the service", () => {
    expect(titlesOf(composed.state("compiler1"))).toEqual([
      "exec names in the certificate of compiler1.example.test",
      "package puppetserver",
      "file /etc/puppet/puppet.conf",
      "package puppet-terminus-puppetdb",
      "file /etc/puppet/puppetdb.conf",
      "file /etc/puppet/puppetserver/conf.d/http-client.conf",
      "file /etc/puppet/routes.yaml",
      "exec puppet-foreman-reports.path is off",
      "exec puppet-foreman-nodes.timer is off",
      "file /var/lib/puppetserver/lib/puppet/reports/foreman.rb",
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
      "exec systemd reads puppet-crl-refresh.service",
      "file /etc/systemd/system/puppet-crl-refresh.timer",
      "exec systemd reads puppet-crl-refresh.timer",
      "service puppet-crl-refresh.timer",
      "file /usr/local/share/puppet-site.pp",
      "exec something to compile until code is deployed",
      "service puppetserver",
    ]);
  });

  it("gets the infrastructure's key, in a file that only root can read, and not the agents'", () => {
    expect(secretsIn(composed.script("compiler1"))).toEqual(["infrastructureKey"]);
    const { parameters, sensitive } = resourceOf(
      composed.state("compiler1"),
      "/etc/puppet/csr_attributes.yaml",
    );
    expect(parameters).toMatchObject({ mode: "0600", owner: "root" });
    expect(sensitive).toBe(true);
  });

  it("trusts the main server's CA before its first request", () => {
    expect(contentOf(composed.state("compiler1"), "/var/lib/puppet/ssl/certs/ca.pem")).toBe(caPem);
  });

  it("has no CA, and gets certificates and catalogs from the main server", () => {
    const state = composed.state("compiler1");
    expect(contentOf(state, "/etc/puppet/puppetserver/services.d/ca.cfg")).toMatch(
      /^[^#]*certificate-authority-disabled-service$/m,
    );
    const conf = contentOf(state, "/etc/puppet/puppet.conf");
    expect(conf).toMatch(/^server = puppetca\.example\.test$/m);
    expect(conf).toMatch(/^ca_server = puppetca\.example\.test$/m);
    expect(conf).not.toMatch(/^(cadir|autosign) =/m);
  });

  it("waits for PuppetDB, or for the main server where there is none", async () => {
    expect(composed.find("puppet-compilers").dependencies).toContain(
      composed.find("puppetdb-configuration-run").urn,
    );
    const none = await compose(debian, { puppetdbHost: "none" });
    expect(none.find("puppet-compilers").dependencies).toContain(
      none.find("main-configuration-run").urn,
    );
  });

  it("does not change when another one is added or removed", async () => {
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
      // Who may have which name, PuppetDB's clients, and where connections go, are what changes.
      for (const host of ["main", "puppetdb", "balancer"]) {
        expect(other.script(host), host).not.toBe(composed.script(host));
      }
    }
  });
});

describe("an added compiler", () => {
  /** The resources of a host that are not as they were. */
  const changed = (host: string, after: Composed) => {
    const before = composed.state(host);
    expect(titlesOf(after.state(host))).toEqual(titlesOf(before));
    return after
      .state(host)
      .filter((resource, index) => JSON.stringify(resource) !== JSON.stringify(before[index]));
  };
  const common = ["compiler1", "compiler2"];

  it("with a planned name changes no other host than the load balancer", async () => {
    const more = await compose(debian, {
      compilers: [...common, "compiler8"],
      plannedCompilers: [],
    });
    for (const host of ["main", "puppetdb", "compiler1", "compiler2"]) {
      expect(more.script(host), host).toBe(composed.script(host));
    }
    expect(titlesOf(changed("balancer", more))).toEqual(["file /etc/haproxy/haproxy.cfg"]);
  });

  it("that is removed leaves its name planned, and so changes just as little", async () => {
    const plannedCompilers = ["compiler2.example.test", "compiler8.example.test"];
    const fewer = await compose(debian, { compilers: ["compiler1"], plannedCompilers });
    for (const host of ["main", "puppetdb", "compiler1"]) {
      expect(fewer.script(host), host).toBe(composed.script(host));
    }
  });

  it("with a different name leaves the main server's service alone", async () => {
    const more = await compose(debian, { compilers: [...common, "compiler3"] });
    const resources = changed("main", more);
    expect(titlesOf(resources)).toEqual(["file /etc/puppet/autosign/rules.json"]);
    expect(resources[0]?.parameters).not.toHaveProperty("notify");
  });

  it("with a different name is added to PuppetDB, which reloads and does not restart", async () => {
    const more = await compose(debian, { compilers: [...common, "compiler3"] });
    const resources = changed("puppetdb", more);
    expect(titlesOf(resources)).toEqual([
      "file /etc/puppetdb/certificate-allowlist",
      "file /etc/puppetdb/conf.d/auth.conf",
    ]);
    for (const { title, parameters } of resources) {
      expect(parameters.notify, title).toBe("Service[puppetdb]");
      expect(parameters.content, title).toContain("compiler3.example.test");
    }
    const isService = ({ type, title }: { type: string; title: string }) =>
      type === "service" && title === "puppetdb";
    expect(more.state("puppetdb").find(isService)?.parameters.restart).toBe(
      "systemctl reload puppetdb",
    );
  });
});

describe("a compiler's certificate", () => {
  const clean =
    "rm -f /etc/puppet/puppetserver/ca/requests/compiler1.example.test.pem; ! test -e /etc/puppet/puppetserver/ca/signed/compiler1.example.test.pem || /usr/bin/puppetserver ca clean --certname compiler1.example.test";

  it("is cleaned on the main server before the machine requests one, and after it is removed", () => {
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

  it("is removed with the main server's machine", () => {
    const machine = composed.find("machine").urn;
    expect(machine).toMatch(/^urn:.*::machine$/);
    expect(composed.find("compiler1-certificate").deletedWith).toBe(machine);
    expect(composed.find("compiler2-certificate").deletedWith).toBe(machine);
  });

  it("is deleted with no other resource where Pulumi did not create the main server", async () => {
    const other = await compose(debian, { main: { machine: undefined } });
    expect(other.find("compiler1-certificate").deletedWith).toBe("");
  });
});
