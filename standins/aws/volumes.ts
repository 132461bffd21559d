import { type Description, textOf } from "./description.js";
import { arn, ec2Id, numberBelow } from "./identifiers.js";
import { count, flag, optional, regionalAndTagged, required, text } from "./types.js";

/** Volumes, and their attachments to instances. */
export const volumeTypes: Readonly<Record<string, Description>> = {
  "aws:ebs/volume:Volume": {
    inputs: {
      ...required(text, "availabilityZone"),
      ...optional(flag, "encrypted", "finalSnapshot", "multiAttachEnabled"),
      ...optional(text, "kmsKeyId", "outpostArn", "snapshotId", "type"),
      ...optional(count, "iops", "size", "throughput", "volumeInitializationRate"),
      ...regionalAndTagged,
    },
    replaces: [
      ...["availabilityZone", "encrypted", "kmsKeyId", "multiAttachEnabled", "outpostArn"],
      ...["snapshotId", "volumeInitializationRate"],
    ],
    failures: (inputs) =>
      "size" in inputs || "snapshotId" in inputs
        ? []
        : [{ property: "size", reason: "one of size, snapshotId must be given" }],
    id: ec2Id("vol"),
    computed: ({ id, region }) => ({
      arn: arn("ec2", region, `volume/${id}`),
      createTime: "2026-01-01T00:00:00Z",
      encrypted: false,
      iops: 3000,
      kmsKeyId: "",
      size: 8,
      snapshotId: "",
      throughput: 125,
      type: "gp3",
    }),
  },

  "aws:ec2/volumeAttachment:VolumeAttachment": {
    inputs: {
      ...required(text, "deviceName", "instanceId", "volumeId"),
      ...optional(flag, "forceDetach", "skipDestroy", "stopInstanceBeforeDetaching"),
      ...optional(text, "region"),
    },
    // The other inputs say how to detach.
    replaces: ["deviceName", "instanceId", "volumeId"],
    id: (_seed, { deviceName, instanceId, volumeId }) =>
      `vai-${numberBelow(2 ** 32, textOf(deviceName), textOf(instanceId), textOf(volumeId))}`,
    computed: () => ({}),
  },
};
