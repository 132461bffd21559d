import { describe, expect, it } from "vitest";
import { renderAutosignPolicy, renderAutosignRules } from "../../../templates/autosign/autosign.js";

describe("renderAutosignPolicy", () => {
  const policy = renderAutosignPolicy({
    signedByHand: ".puppetdb-reader",
    ruby: "/usr/bin/ruby",
    directory: "/etc/puppet/autosign",
  });

  it("renders this text", () => {
    expect(policy).toMatchSnapshot();
  });

  it("starts with the interpreter, which must not load Puppet Server's gems", () => {
    const other = renderAutosignPolicy({
      signedByHand: ".puppetdb-reader",
      ruby: "/opt/puppetlabs/puppet/bin/ruby",
      directory: "/etc/puppetlabs/puppet/autosign",
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
    const rules = renderAutosignRules({
      hosts: ["main.example.com", "compiler2.example.com", "compiler1.example.com"],
      serviceNames: ["puppetca.example.com", "puppet"],
    });
    expect(rules).toMatchSnapshot();
  });

  it("gives the same text for the same names in any order, and repeats none", () => {
    const rules = renderAutosignRules({ hosts: ["a", "b"], serviceNames: ["x", "y"] });
    expect(renderAutosignRules({ hosts: ["b", "a", "b"], serviceNames: ["y", "x"] })).toBe(rules);
  });

  it("ends with one newline", () => {
    const rules = renderAutosignRules({ hosts: ["a"], serviceNames: ["x"] });
    expect(rules).toMatch(/[^\n]\n$/);
  });

  it("does not change its input", () => {
    const hosts = ["b", "a"];
    renderAutosignRules({ hosts, serviceNames: ["x"] });
    expect(hosts).toEqual(["b", "a"]);
  });
});
