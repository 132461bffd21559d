import { describe, expect, it } from "vitest";
import { encryptedVolumes } from "../../../policy/encrypted-volumes.js";
import { example, unknownFromEngine } from "../../support/policy.js";

const volume = "aws:ebs/volume:Volume";
const instance = "aws:ec2/instance:Instance";
const database = "aws:rds/instance:Instance";
const judge = (type: string, props: Readonly<Record<string, unknown>>) =>
  encryptedVolumes.violations(example(type, props), []);
const encrypted = { encrypted: true };

describe("encrypted-volumes", () => {
  it.each([
    { type: volume, props: {}, input: "encrypted" },
    { type: volume, props: { encrypted: false }, input: "encrypted" },
    { type: database, props: {}, input: "storageEncrypted" },
    { type: instance, props: {}, input: "rootBlockDevice.encrypted" },
    {
      type: instance,
      props: { rootBlockDevice: { volumeSize: 8 } },
      input: "rootBlockDevice.encrypted",
    },
    {
      type: instance,
      props: { rootBlockDevice: encrypted, ebsBlockDevices: [encrypted, {}] },
      input: "ebsBlockDevices[1].encrypted",
    },
  ])("rejects $type with $props", ({ type, props, input }) => {
    expect(judge(type, props)).toEqual([`example is not encrypted; write ${input}: true.`]);
  });

  it.each([
    { type: volume, props: encrypted },
    { type: volume, props: { encrypted: unknownFromEngine } },
    { type: database, props: { storageEncrypted: true } },
    { type: instance, props: { rootBlockDevice: encrypted, ebsBlockDevices: [encrypted] } },
    { type: instance, props: { rootBlockDevice: unknownFromEngine } },
    {
      type: instance,
      props: { rootBlockDevice: encrypted, ebsBlockDevices: [unknownFromEngine] },
    },
    { type: instance, props: { rootBlockDevice: encrypted, ebsBlockDevices: unknownFromEngine } },
    { type: "aws:ec2/vpc:Vpc", props: {} },
  ])("accepts $type with $props", ({ type, props }) => expect(judge(type, props)).toEqual([]));
});
