import { describe, expect, it } from "vitest";
import { directoryOf, execOf, fileOf, packageOf, serviceOf } from "../../hosts/host-state.js";

describe("resources of a host", () => {
  it("install packages without what they only recommend, and leave their version alone", () => {
    expect(packageOf("haproxy")).toEqual({
      type: "package",
      title: "haproxy",
      parameters: { ensure: "installed", install_options: ["--no-install-recommends"] },
    });
  });

  it("write files that belong to root and that all may read", () => {
    expect(fileOf("/etc/a", "text")).toEqual({
      type: "file",
      title: "/etc/a",
      parameters: {
        ensure: "file",
        owner: "root",
        group: "root",
        mode: "0644",
        content: "text",
      },
      sensitive: false,
    });
  });

  it("write files with the attributes that were given", () => {
    const attributes = {
      owner: "puppet",
      group: "puppet",
      mode: "0600",
      validate_cmd: "/usr/sbin/haproxy -c -f %",
      replace: false,
      notify: ["Service[a]", "Service[b]"],
    };
    const { parameters } = fileOf("/etc/a", "text", attributes);
    expect(parameters).toEqual({ ensure: "file", content: "text", ...attributes });
  });

  it("say that a file is secret beside its attributes: Puppet's type knows no such attribute", () => {
    const { sensitive, parameters } = fileOf("/etc/key", "text", { sensitive: true });
    expect(sensitive).toBe(true);
    expect(parameters).not.toHaveProperty("sensitive");
  });

  it("make folders that all may enter, unless told otherwise", () => {
    expect(directoryOf("/srv").parameters).toEqual({
      ensure: "directory",
      owner: "root",
      group: "root",
      mode: "0755",
    });
    expect(directoryOf("/srv", { owner: "puppet", mode: "0771" }).parameters).toEqual({
      ensure: "directory",
      owner: "puppet",
      group: "root",
      mode: "0771",
    });
  });

  it("run commands with a search path, and a list of arguments without a shell", () => {
    const path = expect.arrayContaining(["/usr/sbin", "/usr/bin", "/sbin", "/bin"]) as unknown;
    expect(execOf("touch", ["touch", "/a b"], { creates: "/a b" })).toEqual({
      type: "exec",
      title: "touch",
      parameters: { command: ["touch", "/a b"], path, creates: "/a b" },
    });
    expect(execOf("touch", "touch /a", { unless: "test -e /a" }).parameters).toEqual({
      command: "touch /a",
      path,
      unless: "test -e /a",
    });
  });

  it("keep services running, also after a boot", () => {
    expect(serviceOf("haproxy", { restart: "/usr/local/sbin/haproxy-reload" })).toEqual({
      type: "service",
      title: "haproxy",
      parameters: { ensure: "running", enable: true, restart: "/usr/local/sbin/haproxy-reload" },
    });
  });

  it("can be JSON, with nothing lost", () => {
    const state = [packageOf("a"), fileOf("/etc/a", "\u0000 ü \\ ' %{x}"), serviceOf("a")];
    expect(JSON.parse(JSON.stringify(state))).toEqual(state);
  });
});
