import { createHash } from "node:crypto";
import { load } from "js-yaml";
import { describe, expect, it } from "vitest";
import { renderUserData } from "../../../platforms/aws/user-data.js";
import { renderReady } from "../../../hosts/readiness.js";
import { machineScripts, requirements, userData } from "../../support/machine-scripts.js";

describe("user data", () => {
  it.each(["user-data", "user-data with Session Manager"] as const)("%s", (name) => {
    expect(machineScripts[name]).toMatchSnapshot();
  });

  it("is an ordinary file for cloud-init of at most 16 KiB", () => {
    for (const text of [
      renderUserData(userData),
      renderUserData({ ...userData, fqdn: `${"h".repeat(63)}.${"d".repeat(180)}` }),
      machineScripts["user-data with Session Manager"],
    ]) {
      expect(text.split("\n")[0]).toBe("#cloud-config");
      expect(Buffer.byteLength(text)).toBeLessThan(16384);
    }
  });

  it("has the key that Amazon publishes for Session Manager's agent", () => {
    const { write_files: files } = load(machineScripts["user-data with Session Manager"]) as {
      write_files: { path: string; content: string }[];
    };
    const key = Buffer.from(
      files.find(({ path }) => path.endsWith("/key.gpg"))?.content ?? "",
      "base64",
    );
    // A packet of an old format with a length of two bytes, from which OpenPGP makes the fingerprint.
    expect(key[0]).toBe(0x99);
    const packet = key.subarray(0, 3 + key.readUInt16BE(1));
    expect(createHash("sha1").update(packet).digest("hex").toUpperCase()).toBe(
      "1C5B395CBE5E74E2F1CA21592784DBF388D19D46",
    );
  });

  it("installs no agent of Session Manager without a signature", () => {
    const script = machineScripts["user-data with Session Manager"];
    expect(script).toMatch(/signed \|\| refuse .*\n\s+dpkg --install/);
  });
});

describe("the script that waits for a machine", () => {
  it.each(["ready.sh", "ready.sh with a volume"] as const)("%s", (name) => {
    expect(machineScripts[name]).toMatchSnapshot();
  });

  it("does not mention a volume if there is none", () => {
    const text = renderReady(requirements);
    for (const word of ["/data", "mkfs", "fstab", "keep /", "keep()"])
      expect(text).not.toContain(word);
  });

  it("formats a volume only if blkid finds nothing", () => {
    expect(machineScripts["ready.sh with a volume"].match(/^.*mkfs.*$/gm)).toEqual([
      '      2) mkfs.ext4 -q -L data "$device" ;;',
    ]);
  });
});
