import { expect, it } from "vitest";
import { commit, commitsOn, deleteBranch, push, runOn } from "./code.js";
import { output } from "../environment.js";

/** The servers that code is deployed to. */
export const servers = ["main", "compiler1", "compiler2"];

/** A Puppetfile that neither tool can deploy. */
export const broken = {
  Puppetfile: "mod 'nowhere', :git => 'file:///srv/nowhere', :branch => 'main'\n",
};
export const whole = { Puppetfile: "# Nothing.\n" };

/** What each tool must do. */
export function deploying(tool: string): void {
  it(`${tool} brings a branch as an environment to every server, and takes it away again`, async () => {
    const head = await commit("feature/one", {
      "data/common.yaml": "role: role::base\nprofile::motd::message: one\n",
    });
    const made = await push("feature/one");
    expect(made.text).toMatch(/^success: /);
    expect(await commitsOn(servers, "feature_one")).toEqual(servers.map(() => head.slice(0, 12)));
    const noop = await runOn("compiler2", "agent1", "--environment", "feature_one", "--noop");
    expect(noop).toContain(`Applying configuration version '${head}'`);

    await deleteBranch("feature/one");
    const gone = await push("feature/one", { deleted: true, after: "0".repeat(40) });
    expect(gone.text).toMatch(/^success: /);
    expect(await commitsOn(servers, "feature_one")).toEqual(servers.map(() => undefined));
    for (const server of servers) {
      expect(await output(server, "ls /var/lib/puppet-code/published")).not.toContain(
        "feature_one",
      );
    }
  });

  it(`${tool} that fails leaves the old code serving everywhere, and its own words in the answer`, async () => {
    const before = await commitsOn(servers);
    await commit("production", broken);
    const failed = await push("production");
    expect(failed.status).toBe(200);
    expect(failed.text).toMatch(/^failure: /);
    expect(failed.text).toMatch(/srv\/nowhere/);
    expect(await commitsOn(servers)).toEqual(before);
    await runOn("compiler1", "agent1");

    const head = await commit("production", whole);
    expect((await push("production")).text).toMatch(/^success: /);
    expect(await commitsOn(servers)).toEqual(servers.map(() => head.slice(0, 12)));
  });
}
