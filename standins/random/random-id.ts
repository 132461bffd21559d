import { randomBytes } from "node:crypto";
import type { ResourceType } from "../framework/resource.js";
import { checkInputs, type InputTypes } from "../framework/schema.js";
import { type PropertyMap, unknown, unmarked } from "../framework/values.js";
import { effectiveDiff } from "./replace-on-change.js";

export const randomIdTypes: InputTypes = {
  keepers: { type: "map", items: { type: "string" } },
  byteLength: { type: "integer", required: true },
  prefix: { type: "string" },
};

export const randomIdOutputTypes: InputTypes = {
  b64Std: { type: "string", required: true },
  b64Url: { type: "string", required: true },
  dec: { type: "string", required: true },
  hex: { type: "string", required: true },
};

export const randomId: ResourceType = {
  check: (inputs) => checkInputs(randomIdTypes, inputs),
  diff: (_oldInputs, oldOutputs, inputs) => effectiveDiff(oldOutputs, inputs),
  previewCreate(_name, inputs) {
    const unknowns = Object.keys(randomIdOutputTypes).map((name) => [name, unknown()] as const);
    return { id: "", outputs: { ...inputs, ...Object.fromEntries(unknowns) } };
  },
  async create(_context, _name, inputs) {
    const { byteLength, prefix = "" } = unmarked(inputs) as { byteLength: number; prefix?: string };
    const bytes = randomBytes(byteLength);
    const hex = bytes.toString("hex");
    const outputs: PropertyMap = {
      ...inputs,
      b64Std: prefix + bytes.toString("base64"),
      b64Url: prefix + bytes.toString("base64url"),
      dec: prefix + BigInt(`0x${hex || "0"}`).toString(),
      hex: prefix + hex,
    };
    return { id: bytes.toString("base64url"), outputs };
  },
  previewUpdate: (oldOutputs) => oldOutputs,
  update: async (_context, oldOutputs) => oldOutputs,
  delete: async () => undefined,
};
