import { beforeAll, describe, expect, it } from "vitest";
import { distributions } from "../../../distributions/index.js";
import {
  caPem,
  compose,
  contentOf,
  csrAttributesIn,
  resourceOf,
  secretsIn,
  titlesOf,
  type Composed,
} from "../../support/infrastructure.js";
import { keptReports } from "../../support/unit/kept-reports.js";

const { debian } = distributions;

let composed: Composed;
beforeAll(async () => {
  composed = await compose(debian);
});

describe("a compiler", () => {
  it("is set up in this order: certificate and CRL before the service", () => {
    expect(titlesOf(composed.state("compiler1"))).toEqual([
      "file /usr/local/sbin/puppet-certificate",
      "exec the certificate of compiler1.example.test is of this CA and for its services",
      "package puppetserver",
      "exec root owns the configuration of Puppet Server",
      "exec no daily job runs Puppet as root",
      "file /etc/puppet/puppetserver/conf.d",
      "file /etc/puppet/puppetserver/services.d",
      ...keptReports,
      "file /etc/puppet/puppet.conf",
      "file /usr/local/share/puppet-authorization.conf",
      "file /usr/local/sbin/puppet-authorization",
      "exec Puppet Server answers whom it should",
      "package puppet-terminus-puppetdb",
      "file /etc/puppet/puppetdb.conf",
      "file /etc/puppet/puppetserver/conf.d/http-client.conf",
      "file /etc/puppet/routes.yaml",
      "exec turn puppet-foreman-nodes.timer off",
      "file /etc/puppet/puppetserver/services.d/ca.cfg",
      "file /etc/puppet/puppetserver/conf.d/sizing.conf",
      "exec JAVA_ARGS of puppetserver",
      "file /etc/systemd/system/puppetserver.service.d",
      "file /etc/systemd/system/puppetserver.service.d/restart.conf",
      "exec systemd reads puppetserver.service.d/restart.conf",
      "file /etc/systemd/system/puppetserver.service.d/locale.conf",
      "exec systemd reads puppetserver.service.d/locale.conf",
      "exec no keys of eyaml",
      "file /etc/puppet/csr_attributes.yaml",
      "file /var/lib/puppet/ssl",
      "file /var/lib/puppet/ssl/certs",
      "file /var/lib/puppet/ssl/certs/ca.pem",
      "exec request the certificate of compiler1.example.test",
      "package curl",
      "file /usr/local/sbin/puppet-crl-refresh",
      "file /usr/local/sbin/puppet-crl-tell",
      "file /etc/systemd/system/puppet-crl-refresh.service",
      "exec systemd reads puppet-crl-refresh.service",
      "file /etc/systemd/system/puppet-crl-refresh.timer",
      "exec systemd reads puppet-crl-refresh.timer",
      "service puppet-crl-refresh.timer",
      "package nftables",
      "file /etc/puppet-connection-limits.nft",
      "file /etc/systemd/system/puppet-connection-limits.service",
      "exec systemd reads puppet-connection-limits.service",
      "service puppet-connection-limits.service",
      "exec load the limits on connections",
      "exec connections to Puppet Server are not limited here: `journalctl -u puppet-connection-limits.service` shows why",
      "file /var/lib/puppet-pool",
      "file /usr/local/sbin/puppet-warm-up",
      "file /usr/local/sbin/puppet-pool",
      "file /usr/local/sbin/puppet-pool-answer",
      "file /etc/systemd/system/puppet-warm-up.service",
      "exec systemd reads puppet-warm-up.service",
      "exec enable puppet-warm-up.service",
      "file /usr/local/share/puppet-site.pp",
      "exec something to compile until code is deployed",
      "service puppetserver",
      "file /var/lib/puppetserver/lib/puppet/reports/foreman.rb",
      "file /etc/tmpfiles.d/puppet-pool.conf",
      "exec make the folders of the pool",
      "service puppet-warm-up.service",
      "exec turn puppet-code-pool.socket off",
      "file /etc/systemd/system/puppet-pool@.service",
      "exec systemd reads puppet-pool@.service",
      "file /etc/systemd/system/puppet-pool.socket",
      "exec systemd reads puppet-pool.socket",
      "service puppet-pool.socket",
      "package iproute2",
      "file /usr/local/sbin/puppet-revoked-connections",
      "file /etc/systemd/system/puppet-revoked-connections.service",
      "exec systemd reads puppet-revoked-connections.service",
      "file /etc/systemd/system/puppet-revoked-connections.service.d",
      "file /etc/systemd/system/puppet-revoked-connections.service.d/restart.conf",
      "exec systemd reads puppet-revoked-connections.service.d/restart.conf",
      "service puppet-revoked-connections.service",
      "exec connections of revoked certificates last until they end: this system lets nobody end them",
    ]);
  });

  it("gets its own key, in a file that is there during the run only, and no other", () => {
    const script = composed.script("compiler1");
    expect(secretsIn(script)).toEqual(["compiler1Key"]);
    expect(secretsIn(csrAttributesIn(script))).toEqual(["compiler1Key"]);
    const state = composed.state("compiler1");
    expect(secretsIn(JSON.stringify(state))).toEqual([]);
    // An earlier version left the key of all hosts there.
    const { parameters } = resourceOf(state, "/etc/puppet/csr_attributes.yaml");
    expect(parameters).toEqual({ ensure: "absent" });
  });

  it("requests its certificate as the user of Puppet Server, who owns the folder", () => {
    const { command, unless, notify } = resourceOf(
      composed.state("compiler1"),
      "request the certificate of compiler1.example.test",
    ).parameters;
    expect(unless).toMatch(
      /runuser --user puppet -- .*\/usr\/local\/sbin\/puppet-certificate check/,
    );
    const [, , script] = command as string[];
    expect(script).toMatch(
      / exec runuser -u puppet -- env HOME=\S+ \/usr\/local\/sbin\/puppet-certificate request \/usr\/bin\/puppet ssl bootstrap /,
    );
    // It reads the certificate where Puppet has it.
    expect(notify).toBe("Service[puppetserver]");
    expect(script).toContain("--csr_attributes /run/pulumi-puppet/csr_attributes.yaml ");
  });

  it("trusts the main server's CA before its first request", () => {
    expect(contentOf(composed.state("compiler1"), "/var/lib/puppet/ssl/certs/ca.pem")).toBe(caPem);
  });

  it("has no CA, gets certificates from the main server, and its own agent's catalogs from itself", () => {
    const state = composed.state("compiler1");
    expect(contentOf(state, "/etc/puppet/puppetserver/services.d/ca.cfg")).toMatch(
      /^[^#]*certificate-authority-disabled-service$/m,
    );
    const conf = contentOf(state, "/etc/puppet/puppet.conf");
    expect(conf).toMatch(/^server = compiler1\.example\.test$/m);
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
    const names = ["names.json", "rules.json"].map((file) => `/etc/puppet/autosign/${file}`);
    expect(resources.map(({ title }) => title)).toEqual(names);
    for (const { parameters } of resources) expect(parameters).not.toHaveProperty("notify");
  });

  it("with a different name is added to PuppetDB, which reloads and does not restart", async () => {
    const more = await compose(debian, { compilers: [...common, "compiler3"] });
    const resources = changed("puppetdb", more);
    expect(titlesOf(resources)).toEqual([
      "file /etc/puppetdb/servers",
      "file /etc/puppetdb/conf.d/auth.conf",
    ]);
    for (const { title, parameters } of resources) {
      expect(parameters.content, title).toContain("compiler3.example.test");
    }
    const accepts = more
      .state("puppetdb")
      .find(({ title }) => title === "PuppetDB accepts its Puppet servers");
    expect(accepts?.parameters.notify).toBe("Service[puppetdb]");
    const isService = ({ type, title }: { type: string; title: string }) =>
      type === "service" && title === "puppetdb";
    expect(more.state("puppetdb").find(isService)?.parameters.restart).toBe(
      "systemctl reload puppetdb",
    );
  });
});

describe("a compiler's certificate", () => {
  it("may be requested once the host is enrolled, until the host is removed", () => {
    const { inputs, ignoreChanges } = composed.find("compiler1-certificate");
    const names =
      "compiler1.example.test puppet.example.test puppet puppetfiles.example.test puppetfiles";
    expect(inputs).toMatchObject({
      create: `/usr/local/sbin/puppet-enrol --request ${names}`,
      delete: "/usr/local/sbin/puppet-enrol --remove compiler1.example.test",
      stdin: "machine-of-compiler1",
      connection: { host: "main.example.test" },
    });
    // What replaced it would revoke a certificate in use: earlier versions had triggers.
    expect(inputs).not.toHaveProperty("triggers");
    expect(ignoreChanges).toEqual(["triggers"]);
    expect(composed.find("compiler1-configuration").dependencies).toEqual([
      composed.find("compiler1-certificate").urn,
    ]);
  });

  it("is revoked only after the host has been configured with the one that replaces it, or a new machine serves", () => {
    const { inputs, dependencies } = composed.find("compiler1-certificate-settled");
    const settle = "/usr/local/sbin/puppet-enrol --settle compiler1.example.test";
    expect(inputs).toMatchObject({
      ...{ create: "true", update: settle, delete: settle },
      triggers: ["machine-of-compiler1"],
      connection: { host: "main.example.test" },
    });
    expect(dependencies).toContain(composed.find("compiler1-configuration-run").urn);
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
