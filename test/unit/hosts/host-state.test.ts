import { describe, expect, it } from "vitest";
import {
  absenceOf,
  copyOf,
  directoryOf,
  execOf,
  fileOf,
  packageOf,
  serviceOf,
  unitOf,
} from "../../../hosts/host-state.js";

describe("resources of a host", () => {
  it("install packages without recommended ones, and leave their version alone", () => {
    expect(packageOf("haproxy")).toEqual({
      type: "package",
      title: "haproxy",
      parameters: { ensure: "installed", install_options: ["--no-install-recommends"] },
    });
  });

  it("write files that root owns and everyone can read", () => {
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

  it("write files with the given attributes", () => {
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

  it("mark a file as secret outside its attributes, because Puppet's type has no such attribute", () => {
    const { sensitive, parameters } = fileOf("/etc/key", "text", { sensitive: true });
    expect(sensitive).toBe(true);
    expect(parameters).not.toHaveProperty("sensitive");
  });

  it("copy files on the same host, which may be keys, without a diff or a backup", () => {
    expect(copyOf("/etc/a/key", "/etc/b/key")).toEqual({
      type: "file",
      title: "/etc/a/key",
      parameters: {
        ensure: "file",
        owner: "root",
        group: "root",
        mode: "0644",
        source: "/etc/b/key",
        show_diff: false,
        backup: false,
      },
    });
    const attributes = { owner: "a", group: "b", mode: "0640", notify: "Service[a]" };
    expect(copyOf("/etc/a/key", "/etc/b/key", attributes).parameters).toEqual({
      ensure: "file",
      source: "/etc/b/key",
      show_diff: false,
      backup: false,
      ...attributes,
    });
  });

  it("remove files, and notify other resources", () => {
    expect(absenceOf("/etc/a")).toEqual({
      type: "file",
      title: "/etc/a",
      parameters: { ensure: "absent" },
    });
    expect(absenceOf("/etc/a", { notify: "Service[a]" }).parameters).toEqual({
      ensure: "absent",
      notify: "Service[a]",
    });
  });

  it("write systemd units, and reload systemd before anything else is notified", () => {
    const [file, reload, ...others] = unitOf("a.timer", "text", { notify: "Service[a.timer]" });
    expect(others).toEqual([]);
    expect(file).toEqual(
      fileOf("/etc/systemd/system/a.timer", "text", {
        notify: ["Exec[systemd reads a.timer]", "Service[a.timer]"],
      }),
    );
    expect(reload).toEqual(
      execOf("systemd reads a.timer", ["systemctl", "daemon-reload"], { refreshonly: true }),
    );
  });

  it("write units that notify nothing else, or several resources", () => {
    const notified = (notify?: string | string[]) =>
      unitOf("a@.service.d/b.conf", "text", { notify })[0]?.parameters.notify;
    expect(notified()).toEqual(["Exec[systemd reads a@.service.d/b.conf]"]);
    expect(notified(["Service[a]", "Service[b]"])).toEqual([
      "Exec[systemd reads a@.service.d/b.conf]",
      "Service[a]",
      "Service[b]",
    ]);
  });

  it("create folders that everyone can enter by default", () => {
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

  it("run commands with a search path, and lists of arguments without a shell", () => {
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

  it("keep services running, also after a reboot", () => {
    expect(serviceOf("haproxy", { restart: "/usr/local/sbin/haproxy-reload" })).toEqual({
      type: "service",
      title: "haproxy",
      parameters: { ensure: "running", enable: true, restart: "/usr/local/sbin/haproxy-reload" },
    });
  });

  it("can be JSON, with nothing lost", () => {
    const state = [
      packageOf("a"),
      fileOf("/etc/a", "\u0000 ü \\ ' %{x}"),
      copyOf("/etc/b", "/etc/a"),
      absenceOf("/etc/c"),
      ...unitOf("a.service", "text"),
      serviceOf("a"),
    ];
    expect(JSON.parse(JSON.stringify(state))).toEqual(state);
  });
});
