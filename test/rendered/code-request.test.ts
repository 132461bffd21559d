import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commandIn, StandInDeploy } from "../support/rendered/answering.js";
import { inParsers } from "../support/rendered/parsers.js";
import { install } from "../support/rendered/webhook-requests.js";

const folder = "/tmp/code-request-test";
const command = `${folder}/command`;
const user = "nobody";

const deploy = new StandInDeploy(folder, user);
beforeAll(async () => {
  await install(command, commandIn(folder));
  await deploy.start([]);
});
afterAll(() => deploy.stop());

describe("the command, when people run it", () => {
  it.each<[string, "success" | "partial" | "failure", number]>([
    ["--all", "success", 0],
    ["--environment production", "partial", 2],
    ["--all", "failure", 1],
    ["--environment ../etc", "success", 1],
    ["--everything", "success", 1],
  ])("with %s and a deploy that ends with %s has the exit code %i", async (words, what, code) => {
    await deploy.will(what);
    const line = `runuser -u ${user} -- ${command} ${words} --wait 20`;
    expect((await inParsers(["sh", "-c", line])).code).toBe(code);
    await deploy.will("success");
  });
});
