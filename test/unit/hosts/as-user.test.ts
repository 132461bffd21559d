import { describe, expect, it } from "vitest";
import { absenceAs, copyAs, directoryAs, fileAs } from "../../../hosts/as-user.js";
import { copyOf } from "../../../hosts/host-state.js";

const commandsOf = (resources: readonly { parameters: Readonly<Record<string, unknown>> }[]) =>
  resources.flatMap(({ parameters }) => [parameters.command, parameters.unless]).join("\n");

describe("what is done as another user", () => {
  it("keeps a file's content from command lines, and root's copy of it from others", () => {
    const state = fileAs("puppet", "/var/lib/puppet/a", "secret", { sensitive: true });
    expect(commandsOf(state)).not.toContain("secret");
    expect(state[0]).toMatchObject({
      type: "file",
      title: "/var/lib/pulumi-puppet/staged/var:lib:puppet:a",
      parameters: { owner: "root", mode: "0600", content: "secret" },
      sensitive: true,
    });
  });

  it("notifies a service of the file, not of root's copy of it", () => {
    const [staged, written] = fileAs("puppet", "/var/lib/puppet/a", "a", { notify: "Service[a]" });
    expect(staged?.parameters).not.toHaveProperty("notify");
    expect(written?.parameters.notify).toBe("Service[a]");
    const [read, copied] = copyAs("puppet", "/etc/a", "/var/lib/puppet/a", {
      notify: "Service[a]",
    });
    expect(read?.parameters).not.toHaveProperty("notify");
    expect(copied?.parameters.notify).toBe("Service[a]");
  });

  it("is a plain copy where nobody but root can write to the folder", () => {
    const attributes = { mode: "0640", group: "haproxy" };
    expect(copyAs("root", "/etc/a", "/etc/b", attributes)).toEqual([
      copyOf("/etc/a", "/etc/b", attributes),
    ]);
  });

  it("names the user in every command", () => {
    for (const { parameters } of [
      directoryAs("puppet", "/var/lib/puppet/a"),
      absenceAs("puppet", "/var/lib/puppet/a"),
    ]) {
      for (const line of [parameters.command, parameters.unless].flat()) {
        if (line !== "sh" && line !== "-c") expect(line).toContain("runuser --user puppet -- ");
      }
    }
  });
});
