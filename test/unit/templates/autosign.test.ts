import { describe, expect, it } from "vitest";
import {
  hostKey,
  renderAutosignPolicy,
  renderAutosignRules,
  renderEnrol,
  renderEnrolNames,
} from "../../../templates/autosign/autosign.js";

describe("renderAutosignPolicy", () => {
  const policy = renderAutosignPolicy({
    signedByHand: ".puppetdb-reader",
    ruby: "/usr/bin/ruby",
    directory: "/etc/puppet/autosign",
    cadir: "/etc/puppet/puppetserver/ca",
    rundir: "/run/puppetserver",
  });

  it("renders this text", () => {
    expect(policy).toMatchSnapshot();
  });

  it("starts with the interpreter, which must not load Puppet Server's gems", () => {
    const other = renderAutosignPolicy({
      signedByHand: ".puppetdb-reader",
      ruby: "/opt/puppetlabs/puppet/bin/ruby",
      directory: "/etc/puppetlabs/puppet/autosign",
      cadir: "/etc/puppetlabs/puppetserver/ca",
      rundir: "/run/puppetlabs/puppetserver",
    });
    expect(policy.split("\n")[0]).toBe("#!/usr/bin/ruby --disable-gems");
    expect(other.split("\n")[0]).toBe("#!/opt/puppetlabs/puppet/bin/ruby --disable-gems");
  });

  it("names its folder once", () => {
    expect(policy.match(/\/etc\/puppet\/autosign/g)).toHaveLength(1);
    expect(policy).toContain("DIRECTORY = '/etc/puppet/autosign'\n");
  });

  it("leaves no template tag behind", () => {
    expect(policy).not.toMatch(/<%|%>/);
  });
});

describe("renderAutosignRules", () => {
  it("renders this text", () => {
    const names = ["main.example.com", "compiler2.example.com", "compiler1.example.com", "puppet"];
    expect(renderAutosignRules(names)).toMatchSnapshot();
  });

  it("gives the same text for the same names in any order, and repeats none", () => {
    expect(renderAutosignRules(["b", "a", "b"])).toBe(renderAutosignRules(["a", "b"]));
  });

  it("ends with one newline", () => {
    expect(renderAutosignRules(["a"])).toMatch(/[^\n]\n$/);
  });

  it("does not change its input", () => {
    const names = ["b", "a"];
    renderAutosignRules(names);
    expect(names).toEqual(["b", "a"]);
  });
});

describe("hostKey", () => {
  it("is HMAC-SHA256 of the name, so that no host can compute another's", () => {
    // Test case 2 of RFC 4231.
    expect(hostKey("Jefe", "what do ya want for nothing?")).toBe(
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    );
  });
});

describe("renderEnrol", () => {
  it("renders this text", () => {
    const text = renderEnrol({
      ruby: "/usr/bin/ruby",
      directory: "/etc/puppet/autosign",
      cadir: "/etc/puppet/puppetserver/ca",
      signedByHand: ".puppetdb-reader",
      puppetserver: "/usr/bin/puppetserver",
      user: "puppet",
      confdir: "/etc/puppet",
      ssldir: "/var/lib/puppet/ssl",
    });
    expect(text).toMatchSnapshot();
    expect(text).not.toMatch(/<%|%>/);
  });

  it("has the names of hosts and of trusted servers in a file of their own", () => {
    const text = renderEnrolNames({ hosts: ["b", "a"], trusted: ["y", "x", "y"] });
    expect(JSON.parse(text)).toEqual({ hosts: ["a", "b"], trusted: ["x", "y"] });
  });
});
