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
    ]) {
      expect(text.split("\n")[0]).toBe("#cloud-config");
      expect(Buffer.byteLength(text)).toBeLessThan(16384);
    }
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
