import { describe, expect, it } from "vitest";
import { absenceOf, execOf, fileOf, packageOf } from "../../../hosts/host-state.js";
import { commandExample, example, hostExample, unknownFromEngine } from "../../support/policy.js";
import { hostChangesOf } from "../../../policy/host-state.js";

describe("what a command does to a host", () => {
  it("is read from the script that converges the host", () => {
    const subject = hostExample([
      packageOf("haproxy"),
      fileOf("/etc/a", "one\nSTATE\ntwo '\\' $x\n", { mode: "0600", sensitive: true }),
      absenceOf("/etc/b"),
      { type: "file", title: "c", parameters: { path: "/etc/c", content: "c", ensure: "file" } },
      execOf("in words", ["puppet", "agent", "--test"], { unless: "test -e /etc/a" }),
      execOf("in a line", "a | b", { creates: "/etc/d" }),
      { type: "exec", title: "/bin/true", parameters: { onlyif: ["/bin/a", "/bin/b"] } },
    ]);
    const { files, scripts } = hostChangesOf(subject);
    expect(files).toEqual([
      { path: "/etc/a", content: "one\nSTATE\ntwo '\\' $x\n", mode: "0600" },
      { path: "/etc/c", content: "c", mode: "" },
    ]);
    const [create, script, ...commands] = scripts;
    expect(create).toBe("bash -s");
    expect(script).toContain("<<'STATE'\n\nSTATE\n");
    expect(script).not.toContain("haproxy");
    expect(commands).toEqual([
      ...["puppet agent --test", "test -e /etc/a", "a | b"],
      ...["/bin/true", "/bin/a", "/bin/b"],
    ]);
  });

  it("is read from all of its scripts", () => {
    const scripts = { create: "a", update: "b", delete: "c", stdin: "d" };
    expect(hostChangesOf(commandExample(scripts))).toEqual({
      files: [],
      scripts: ["a", "b", "c", "d"],
    });
  });

  it.each(["no JSON", "{}", '[{"type":1}]'])(
    "is read from a here-document that is not a state: %s",
    (document) => {
      const stdin = `cat <<'STATE'\n${document}\nSTATE`;
      expect(hostChangesOf(commandExample({ stdin }))).toEqual({ files: [], scripts: [stdin] });
    },
  );

  it("is empty while it is not known", () => {
    const props = { create: unknownFromEngine, stdin: unknownFromEngine };
    expect(hostChangesOf(commandExample(props))).toEqual({ files: [], scripts: [] });
  });

  it("is empty for other resources", () => {
    const subject = example("aws:ec2/instance:Instance", { create: "a" });
    expect(hostChangesOf(subject)).toEqual({ files: [], scripts: [] });
  });
});
