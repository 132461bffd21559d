import { randomBytes } from "node:crypto";
import { detailedDiff } from "../framework/diff.js";
import type { OperationContext, ResourceType } from "../framework/resource.js";
import { checkInputs, type InputTypes } from "../framework/schema.js";
import { equal, type PropertyMap, unknown, unmarked } from "../framework/values.js";
import type { CommandInputs, CommandOutputs } from "./inputs.js";

/** Runs one command line with the inputs' settings; `previous` are the outputs of the last run. */
export type RunCommand<Inputs extends CommandInputs> = (
  context: OperationContext,
  commandLine: string,
  inputs: Inputs,
  previous: CommandOutputs,
) => Promise<CommandOutputs>;

const noOutputs: CommandOutputs = { stdout: "", stderr: "" };

/** What local and remote commands have in common: everything except how a command line is run. */
export function commandResource<Inputs extends CommandInputs>(
  types: InputTypes,
  run: RunCommand<Inputs>,
): ResourceType {
  return {
    check: (inputs) => checkInputs(types, inputs),

    diff: (oldInputs, _oldOutputs, inputs) => ({
      changes: detailedDiff(oldInputs, inputs),
      replaces: replacesOnTriggers,
    }),

    previewCreate: (name, inputs) => ({
      id: uniqueId(name),
      outputs: { ...inputs, stdout: unknown(), stderr: unknown() },
    }),

    async create(context, name, inputs) {
      // The check has verified the shape.
      const plain = unmarked(inputs) as Inputs;
      const outputs =
        plain.create === undefined ? noOutputs : await run(context, plain.create, plain, noOutputs);
      return { id: uniqueId(name), outputs: { ...inputs, ...outputs } };
    },

    previewUpdate(oldOutputs, inputs) {
      const { stdout = "", stderr = "" } = oldOutputs;
      const changed = Object.keys(inputs).some(
        (name) => name in oldOutputs && !equal(inputs[name], oldOutputs[name]),
      );
      return changed
        ? { ...inputs, stdout: unknown(), stderr: unknown() }
        : { ...inputs, stdout, stderr };
    },

    async update(context, oldOutputs, inputs) {
      // The check has verified the shape.
      const plain = unmarked(inputs) as Inputs;
      const previous = previousOutputs(oldOutputs);
      const commandLine = plain.update ?? plain.create;
      const outputs =
        commandLine === undefined ? previous : await run(context, commandLine, plain, previous);
      return { ...inputs, ...outputs };
    },

    async delete(context, outputs) {
      const plain = unmarked(outputs) as Inputs;
      if (plain.delete === undefined) return;
      await run(context, plain.delete, plain, previousOutputs(outputs));
    },
  };
}

/** The SDK adds the rule for single items of `triggers`; this one is for the whole property. */
export function replacesOnTriggers(path: string): boolean {
  return path === "triggers";
}

export function uniqueId(prefix: string): string {
  return prefix + randomBytes(4).toString("hex");
}

function previousOutputs(outputs: PropertyMap): CommandOutputs {
  const { stdout, stderr } = unmarked(outputs) as Partial<CommandOutputs>;
  return { stdout: stdout ?? "", stderr: stderr ?? "" };
}
